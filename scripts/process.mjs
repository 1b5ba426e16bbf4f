// Helpers of the set-up scripts, without dependencies because they run before `npm ci`.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

// Otherwise ONNX Runtime sends telemetry from every process that the scripts start (see
// src/util/native-environment.ts).
process.env.ORT_DISABLE_TELEMETRY = '1';

/** Root of the repository. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Git-ignored folder for downloads of the set-up (a VS Code for tests, sample photos). */
export const cacheDir = join(root, '.cache');

/**
 * Runs a command to its end and shows its output. With `quiet` the output is shown only if the
 * command fails, with `quiet` and `silent` never.
 * @throws Error with the command and its exit status.
 */
export async function run(
  command,
  args,
  { cwd = root, env = process.env, quiet = false, silent = false } = {},
) {
  const windows = process.platform === 'win32';
  await new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env,
      stdio: quiet ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'inherit', 'inherit'],
      shell: windows,
    });
    const output = [];
    child.stdout?.on('data', (chunk) => output.push(chunk));
    child.stderr?.on('data', (chunk) => output.push(chunk));
    child.on('error', (error) =>
      reject(new Error(`${command}: ${error.message}`, { cause: error })),
    );
    child.on('close', (code, signal) => {
      if (code === 0) return resolve();
      if (quiet && !silent) process.stderr.write(Buffer.concat(output));
      reject(new Error(`${[command, ...args].join(' ')} ended with ${signal ?? `status ${code}`}`));
    });
  });
}

/** @returns whether `name` is an executable on the PATH. */
export function onPath(name) {
  const names = process.platform === 'win32' ? [`${name}.exe`, `${name}.cmd`] : [name];
  return (process.env.PATH ?? '')
    .split(delimiter)
    .some(
      (folder) => folder !== '' && names.some((candidate) => existsSync(join(folder, candidate))),
    );
}

/** @returns SHA-256 of the contents of files. */
export function digest(...files) {
  const hash = createHash('sha256');
  for (const file of files) hash.update(readFileSync(file));
  return hash.digest('hex');
}

/**
 * Fills a folder of the cache by `make(temporaryFolder)`, unless it exists. The folder is renamed
 * to `name` only when it is complete.
 * @returns its path.
 */
export async function once(name, make) {
  const folder = join(cacheDir, name);
  if (existsSync(folder)) return folder;
  const temporary = `${folder}.partial`;
  await rm(temporary, { recursive: true, force: true });
  await mkdir(temporary, { recursive: true });
  await writeFile(join(cacheDir, '.gitignore'), '*\n');
  await make(temporary);
  await rename(temporary, folder);
  return folder;
}

/** Runs a script. An error ends it with its message instead of a stack. */
export function main(work) {
  work().catch((error) => {
    console.error(`\n${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  });
}
