/** The process of the browser that a frame runs in, which the browser does not tell. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Frame } from '@playwright/test';
import { allProcesses, processTree } from '../soak/measure';

/** How long a frame is kept busy to be told from others, in milliseconds. */
const BUSY_MS = 1000;

/**
 * @param userDataDir of the server, which has the browser's folder in it.
 * @returns the pid of the process that worked most while the frame was busy.
 */
export async function processOf(frame: Frame, userDataDir: string): Promise<number> {
  const browser = allProcesses().find(({ command }) =>
    command.includes(`--user-data-dir=${join(userDataDir, 'browser')}`),
  );
  const pids = processTree(browser!.pid)
    .filter(({ command }) => command.includes('--type=renderer'))
    .map(({ pid }) => pid);
  const before = pids.map(ticksOf);
  await frame.evaluate((busy) => {
    const end = performance.now() + busy;
    while (performance.now() < end);
  }, BUSY_MS);
  const worked = pids.map((pid, i) => ticksOf(pid) - before[i]!);
  return pids[worked.indexOf(Math.max(...worked))]!;
}

/** Ticks of the processor that a process has used, as `proc(5)` has them. */
function ticksOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const [user, system] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13);
  return Number(user) + Number(system);
}

/** Memory of a process in megabytes; what it shares with others counts in parts. */
export function memoryOf(pid: number): number {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  return Number(/^Pss:\s+(\d+) kB/m.exec(text)![1]) / 1000;
}
