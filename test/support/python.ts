/** Debian's Python, which the scripts of training/ are tested with where it is there. */
import { execFile, execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from './images';

/** Debian's, since that is the one its packages are for. */
export const PYTHON = '/usr/bin/python3';

/**
 * Whether Python has some modules; says so where it has not.
 * @param what is skipped then. @param packages Debian's, that have them.
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

/** Runs code that imports from training/. @returns what it printed. */
export const pythonCode = (code: string): string =>
  execFileSync(
    PYTHON,
    ['-c', `import sys; sys.path.insert(0, ${JSON.stringify(join(ROOT, 'training'))})\n${code}`],
    { encoding: 'utf8' },
  );

/** Runs a script of training/. @returns what it printed. */
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
