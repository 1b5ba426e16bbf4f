/** Folder of the command line's cache. */
import { join, resolve } from 'node:path';
import envPaths from 'env-paths';

/**
 * @returns a subfolder of the platform's cache folder, or of the folder that FACE_CLUSTERS_CACHE
 * names, which may contain other files. The subfolder must contain nothing but the cache; otherwise
 * nothing is cached (src/store/store-folder.ts).
 */
export function cacheFolder(): string {
  const named = process.env.FACE_CLUSTERS_CACHE;
  return join(
    named === undefined || named === ''
      ? envPaths('face-clusters', { suffix: '' }).cache
      : resolve(named),
    'faces',
  );
}
