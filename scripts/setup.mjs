// Set-up every command starts with: the packages of package-lock.json, installed where they are not
// yet.
import { existsSync, lstatSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { digest, root, run } from './process.mjs';

const OLDEST = [20, 9];

/**
 * Installs the packages unless those in node_modules are of this package-lock.json.
 * @throws Error with the reason.
 */
export async function installPackages() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
    throw new Error(`expected Node.js ${OLDEST.join('.')} or newer, got ${process.versions.node}`);
  }
  const modules = join(root, 'node_modules');
  if (lstatSync(modules, { throwIfNoEntry: false })?.isSymbolicLink()) {
    throw new Error(
      `'${modules}' is a symbolic link: npm would empty the folder it leads to. Expected a folder, or none`,
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

/** Bundles the sources into dist/. */
export async function buildAll() {
  await run(process.execPath, [join(root, 'scripts', 'build.mjs')]);
}
