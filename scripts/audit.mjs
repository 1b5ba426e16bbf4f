// Asks the registry for known vulnerabilities of the packages that are shipped.
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RUNTIME } from './package.mjs';
import { root } from './process.mjs';

/**
 * @param shipped names of the packages that go into the extension.
 * @returns what `npm audit` says, in a line or more; that there is no answer, where a registry
 * gives none.
 * @throws Error naming shipped packages with vulnerabilities of high or critical severity.
 */
export async function audit(shipped) {
  const windows = process.platform === 'win32';
  const answer = await new Promise((resolve) => {
    // Its exit status is not 0 where it finds something, and where nobody answers: its report tells
    // one from the other.
    execFile(
      'npm',
      ['audit', '--json'],
      { cwd: root, shell: windows, maxBuffer: 1 << 26, timeout: 120_000 },
      (_, stdout) => resolve(stdout),
    );
  });
  return judge(answer, shipped);
}

/** @param answer of `npm audit --json`. @see audit */
export function judge(answer, shipped) {
  const vulnerabilities = vulnerabilitiesOf(answer);
  if (vulnerabilities === undefined)
    return 'no answer: the registry does not tell of vulnerabilities';
  const found = Object.values(vulnerabilities).map(({ name, severity }) => ({
    name,
    severity,
    shipped: shipped.includes(name),
  }));
  const said = found.map(
    ({ name, severity, shipped: inside }) =>
      `${name}: ${severity}${inside ? '' : ' (not shipped)'}`,
  );
  if (
    found.some(({ severity, shipped: inside }) => inside && ['high', 'critical'].includes(severity))
  )
    throw new Error(said.join('; '));
  return found.length === 0 ? 'no known vulnerabilities' : said.join('\n');
}

function vulnerabilitiesOf(answer) {
  try {
    return JSON.parse(answer).vulnerabilities;
  } catch {
    return undefined;
  }
}

/**
 * Names of the packages that go into the extension: those that run with it, and those of the
 * bundles in dist/.
 */
export async function shippedPackages() {
  const { packages } = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8'));
  const nameOf = (path) => path.replace(/^.*node_modules\//, '');
  const running = Object.entries(packages).filter(
    ([path, { dev }]) => dev !== true && RUNTIME.includes(path.split('/')[1]),
  );
  const bundled = JSON.parse(await readFile(join(root, 'dist', 'bundled-packages.json'), 'utf8'));
  return [
    ...new Set([...running.map(([path]) => path), ...Object.values(bundled).flat()].map(nameOf)),
  ];
}
