/** Runs programs of a test beside the bundles of the extension's threads. */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { bundleProgram, PROGRAM_ENVIRONMENT } from './bundle';
import { temporaryFolder } from './images';
import { ROOT } from './settings';

/**
 * Runs a TypeScript program beside the bundles of the extension's threads, which it may start.
 * @returns what it prints.
 */
export async function runBesideWorkers(code: string, ...args: string[]): Promise<string> {
  const program = join(ROOT, 'dist', `test-${randomUUID()}.js`);
  const source = join(await temporaryFolder(), 'program.ts');
  await writeFile(source, code);
  try {
    await bundleProgram(source, program);
    const options = { env: PROGRAM_ENVIRONMENT, timeout: 100_000 };
    return (await promisify(execFile)(process.execPath, [program, ...args], options)).stdout;
  } finally {
    await rm(program, { force: true });
  }
}
