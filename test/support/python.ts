/** Debian's Python, if installed, for the tests of training/. */
import { execFile, execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from './images';

/** Debian's packages are for this Python only. */
export const PYTHON = '/usr/bin/python3';

/**
 * @param what what is skipped without the modules.
 * @param packages Debian's packages of the modules.
 * @returns whether Python has the modules; prints a message otherwise.
 */
export function hasModules(
  modules: readonly string[],
  what: string,
  packages: readonly string[],
): boolean {
  try {
    execFileSync(PYTHON, ['-c', `import ${modules.join(', ')}`], { stdio: 'ignore' });
    return true;
  } catch {
    console.warn(
      `skipped: ${what} needs ${PYTHON} with ${modules.join(', ')} (Debian: ${packages.join(', ')})`,
    );
    return false;
  }
}

/** Runs code that imports from training/. @returns its stdout. */
export const pythonCode = (code: string): string =>
  execFileSync(
    PYTHON,
    ['-c', `import sys; sys.path.insert(0, ${JSON.stringify(join(ROOT, 'training'))})\n${code}`],
    { encoding: 'utf8' },
  );

/** Runs a script of training/. @returns its stdout. */
export async function python(
  script: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<string> {
  const { stdout } = await promisify(execFile)(PYTHON, [join(ROOT, 'training', script), ...args], {
    env: { ...process.env, ...env },
    maxBuffer: 1 << 26,
  });
  return stdout;
}
