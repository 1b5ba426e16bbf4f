/** Measurements of processes that may not grow while a user's actions are repeated. */
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';

/** A process, as `ps` lists it. */
export interface Process {
  pid: number;
  parent: number;
  /** Resident memory, in bytes. */
  memory: number;
  command: string;
}

/** Maximum relative growth of a measure. */
const GROWTH = 0.05;

export function allProcesses(): Process[] {
  const lines = execFileSync('ps', ['-eo', 'pid=,ppid=,rss=,args='], { encoding: 'utf8' })
    .trim()
    .split('\n');
  return lines.map((line) => {
    const [, pid, parent, rss, command] = /^\s*(\d+)\s+(\d+)\s+(\d+)\s(.*)$/.exec(line)!;
    return {
      pid: Number(pid),
      parent: Number(parent),
      memory: Number(rss) * 1024,
      command: command!,
    };
  });
}

/** A process and all its descendants, without the `ps` that lists them. */
export function processTree(root: number): Process[] {
  const all = allProcesses().filter(({ command }) => !command.startsWith('ps -eo'));
  const tree = all.filter(({ pid }) => pid === root);
  for (const each of tree) tree.push(...all.filter(({ parent }) => parent === each.pid));
  return tree;
}

/** Sums over processes: resident memory in megabytes, and open files. */
export function usage(processes: readonly Process[]): { memory: number; descriptors: number } {
  const descriptors = processes.map(({ pid }) => {
    try {
      return readdirSync(`/proc/${String(pid)}/fd`).length;
    } catch {
      return 0; // the process has ended
    }
  });
  return {
    memory: processes.reduce((sum, { memory }) => sum + memory, 0) / 1e6,
    descriptors: descriptors.reduce((sum, each) => sum + each, 0),
  };
}

/**
 * Prints how a measure changed.
 * @returns whether it grew by more than it may.
 */
export function grew(name: string, before: readonly number[], after: readonly number[]): boolean {
  const [from, to] = [median(before), median(after)];
  const ratio = from === 0 && to === 0 ? 1 : to / from;
  console.log(`${name}: ${from.toFixed(0)} before, ${to.toFixed(0)} after (${ratio.toFixed(3)})`);
  return ratio > 1 + GROWTH;
}

const median = (values: readonly number[]) =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
