// Set-up that every command starts with: installed packages, and up-to-date bundles.
import { existsSync, lstatSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { digest, root, run } from './process.mjs';
import { DIGEST_FILE, sourcesDigest } from './sources-digest.mjs';

const OLDEST = [20, 9];

/**
 * Installs the packages of package-lock.json, unless they are installed.
 * @throws Error if Node.js is too old, node_modules is a symbolic link, or npm fails.
 */
export async function installPackages() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
    throw new Error(`expected Node.js ${OLDEST.join('.')} or newer, got ${process.versions.node}`);
  }
  const modules = join(root, 'node_modules');
  if (lstatSync(modules, { throwIfNoEntry: false })?.isSymbolicLink()) {
    throw new Error(
      `'${modules}' is a symbolic link: npm would empty its target. Expected a folder, or none`,
    );
  }
  const stamp = join(modules, '.face-clusters-installed');
  const wanted = `${digest(join(root, 'package-lock.json'))} ${process.platform}-${process.arch}\n`;
  if (existsSync(stamp) && (await readFile(stamp, 'utf8')) === wanted) return;
  console.error('Installing packages (once) …');
  // onnxruntime-node's install script would download CUDA libraries, and fail without a network;
  // .npmrc switches all install scripts off.
  await run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' },
    quiet: true,
  });
  await writeFile(stamp, wanted);
}

/** Bundles the sources into dist/, which is emptied first. */
export async function buildAll() {
  await run(process.execPath, [join(root, 'scripts', 'build.mjs')]);
}

/**
 * Builds unless the bundles are those of the current sources. Programs that run from dist/ fail
 * during a build.
 */
export async function buildIfStale() {
  const built = await readFile(DIGEST_FILE, 'utf8').catch(() => undefined);
  if (built !== sourcesDigest()) await buildAll();
}
