// Small helpers the set-up scripts share. Plain JavaScript without dependencies: they run before
// `npm ci` has.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

// ONNX Runtime would send events to its maker from every process the scripts start
// (src/util/native-environment.ts).
process.env.ORT_DISABLE_TELEMETRY = '1';

/** Root of the repository. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Git-ignored folder for what set-up downloads (a VS Code to test in, sample photos). */
export const cacheDir = join(root, '.cache');

/**
 * Runs a command to its end with its output shown (or, with `quiet`, kept back unless it fails;
 * with `silent` even then).
 * @throws Error naming the command and its exit status.
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

/** True where `name` is an executable on the PATH. */
export function onPath(name) {
  const names = process.platform === 'win32' ? [`${name}.exe`, `${name}.cmd`] : [name];
  return (process.env.PATH ?? '')
    .split(delimiter)
    .some(
      (folder) => folder !== '' && names.some((candidate) => existsSync(join(folder, candidate))),
    );
}

/** SHA-256 of files' contents, to notice that a step has to be done again. */
export function digest(...files) {
  const hash = createHash('sha256');
  for (const file of files) hash.update(readFileSync(file));
  return hash.digest('hex');
}

/**
 * Does `make(temporaryFolder)` once and keeps the folder under `name` in the cache: a step that was
 * interrupted leaves nothing that looks finished.
 * @returns the folder's path.
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

/** Ends the process with a message of one line instead of a stack. */
export function main(work) {
  work().catch((error) => {
    console.error(`\n${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  });
}
