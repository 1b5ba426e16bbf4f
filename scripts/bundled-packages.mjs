// Packages whose code is in the bundles.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from './process.mjs';

/**
 * @returns the folder of the package that a path in node_modules belongs to, relative to
 * node_modules (`@img/colour`, `a/node_modules/b`), or undefined.
 */
export function packageOf(path) {
  return /^node_modules\/((?:.*\/node_modules\/)?(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1];
}

/**
 * Reads the package lists and source maps that the build wrote.
 * @returns `bundled`, the folders of packages by bundle, and `sources`, the paths in the source maps
 * by bundle. Source maps also list code of others that a package has bundled, as tar does with
 * minipass.
 */
export async function readBundles(dist = join(root, 'dist')) {
  const bundled = JSON.parse(await readFile(join(dist, 'bundled-packages.json'), 'utf8'));
  const sources = {};
  for (const [bundle, folders] of Object.entries(bundled)) {
    const map = join(dist, `${bundle}.map`);
    if (!existsSync(map)) continue;
    sources[bundle] = JSON.parse(await readFile(map, 'utf8')).sources;
    const mapped = [...new Set(sources[bundle].map(packageOfSource))].filter(
      (folder) => folder !== undefined,
    );
    bundled[bundle] = [
      ...new Set([
        ...folders,
        ...mapped.map((folder) => join('node_modules', installed(folder)).replaceAll('\\', '/')),
      ]),
    ];
  }
  return { bundled, sources };
}

/** @returns the folder of the package that a path in a source map belongs to, or undefined. */
export const packageOfSource = (path) => packageOf(path.replace(/^.*?(?=node_modules\/)/, ''));

/** @returns the installed folder of a package, resolved as Node.js does from inside `folder`. */
function installed(folder) {
  const [name, ...within] = folder.split('/node_modules/').reverse();
  for (let i = 0; i <= within.length; i++) {
    const candidate = [...within.slice(i).reverse(), name].join('/node_modules/');
    if (existsSync(join(root, 'node_modules', candidate, 'package.json'))) return candidate;
  }
  throw new Error(
    `expected ${folder} to be installed, because a bundle contains its code and its license is read there`,
  );
}
