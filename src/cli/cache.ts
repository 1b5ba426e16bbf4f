/** Where the command line keeps what it finds between runs. */
import { join } from 'node:path';
import envPaths from 'env-paths';

/** The platform's folder for caches, or the one the variable names. */
export function cacheFolder(): string {
  const named = process.env.FACE_CLUSTERS_CACHE;
  return join(named === undefined || named === '' ? envPaths('face-clusters', { suffix: '' }).cache : named, 'faces');
}
