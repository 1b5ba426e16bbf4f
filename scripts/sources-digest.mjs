// A digest of everything that the bundles in dist/ are built from, to detect stale bundles.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './process.mjs';

/** Files and folders below the root. */
const SOURCES = [
  'src',
  'webview',
  'scripts/build.mjs',
  'scripts/wat.mjs',
  'tsconfig.json',
  'package-lock.json',
];

/** The digest at the time of the build. The build writes it last, so it marks complete bundles. */
export const DIGEST_FILE = join(root, 'dist', 'sources.sha256');

/**
 * Contents are compared instead of modification times, which checkouts and copies do not keep.
 * @returns SHA-256 of the paths and contents of all sources.
 */
export function sourcesDigest() {
  const hash = createHash('sha256');
  for (const path of SOURCES.flatMap(filesIn)) {
    const content = readFileSync(join(root, path));
    hash.update(`${path}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}

/** @returns paths below the root, sorted. */
function filesIn(path) {
  if (!statSync(join(root, path)).isDirectory()) return [path];
  const names = readdirSync(join(root, path)).sort();
  return names.flatMap((name) => filesIn(`${path}/${name}`));
}
