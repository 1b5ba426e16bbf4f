/** Where the command line keeps what it finds between runs. */
import { join, resolve } from 'node:path';
import envPaths from 'env-paths';

/**
 * A folder in the platform's folder for caches, or in the one that the variable names, which may
 * hold other things. It is the store's own: where it holds anything else nothing is kept
 * (store-folder.ts).
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
