// Looks up known vulnerabilities of the shipped packages in the registry.
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RUNTIME } from './package.mjs';
import { root } from './process.mjs';

/**
 * @param shipped names of the packages that go into the extension.
 * @returns a summary of `npm audit` in one or more lines; also if the registry gives no answer.
 * @throws Error naming shipped packages with vulnerabilities of high or critical severity.
 */
export async function audit(shipped) {
  const windows = process.platform === 'win32';
  const answer = await new Promise((resolve) => {
    // The exit status is nonzero both for findings and without an answer; only the report
    // distinguishes them.
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
    return 'no answer: the registry does not report vulnerabilities';
  const found = Object.values(vulnerabilities).map(({ name, severity }) => ({
    name,
    severity,
    shipped: shipped.includes(name),
  }));
  const lines = found.map(
    ({ name, severity, shipped: inside }) =>
      `${name}: ${severity}${inside ? '' : ' (not shipped)'}`,
  );
  if (
    found.some(({ severity, shipped: inside }) => inside && ['high', 'critical'].includes(severity))
  )
    throw new Error(lines.join('; '));
  return found.length === 0 ? 'no known vulnerabilities' : lines.join('\n');
}

function vulnerabilitiesOf(answer) {
  try {
    return JSON.parse(answer).vulnerabilities;
  } catch {
    return undefined;
  }
}

/**
 * @returns names of the packages that go into the extension: those installed in it, and those
 * bundled in dist/.
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
