// Runs a program and measures its time and the memory of it and its children.
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { clearInterval, setInterval } from 'node:timers';

/** Time between two looks at the memory, in milliseconds. */
const INTERVAL = 20;

/**
 * @returns its output, seconds, and peak memory in bytes: the sum of the peaks of its processes,
 * which may be at different times; NaN where there is no /proc.
 */
export async function measured(command, args) {
  const start = performance.now();
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const peaks = new Map();
  const look = () => {
    for (const pid of familyOf(child.pid)) peaks.set(pid, peakOf(pid) ?? peaks.get(pid));
  };
  const timer = setInterval(look, INTERVAL);
  let stdout = '';
  child.stdout.on('data', (chunk) => (stdout += chunk));
  const status = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  }).finally(() => clearInterval(timer));
  const seconds = (performance.now() - start) / 1000;
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with status ${status}`);
  const seen = [...peaks.values()].filter((peak) => peak !== undefined);
  const peakMemory = seen.length === 0 ? NaN : seen.reduce((sum, peak) => sum + peak, 0);
  return { stdout, seconds, peakMemory };
}

/** The process and its descendants that live. */
function familyOf(pid) {
  try {
    const children = readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean),
    );
    return [pid, ...children.flatMap(familyOf)];
  } catch {
    return []; // it has ended, or there is no /proc
  }
}

/** Peak of a process's resident memory, in bytes; undefined where it has ended. */
function peakOf(pid) {
  try {
    const [, kilobytes] = /VmHWM:\s*(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return kilobytes === undefined ? undefined : 1024 * Number(kilobytes);
  } catch {
    return undefined;
  }
}
