/**
 * Who wrote a file, so that a later process can tell whether the writer still runs. The file may
 * lie in a folder that other containers and machines share, whose processes cannot be asked for.
 */
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import * as z from 'zod';
import { codeOf } from './errors';

export const processIdentitySchema = z.object({
  pid: z.int().positive(),
  /**
   * When it started, in the system's own unit: numbers of processes are given again. Null where
   * that is not known.
   */
  started: z.string().nullable(),
  /** Within what numbers of processes are unique. */
  origin: z.string(),
});

export type ProcessIdentity = z.infer<typeof processIdentitySchema>;

/**
 * `unknown`: it belongs to another container or machine, or to this one before it was restarted.
 */
export type Liveness = 'alive' | 'gone' | 'unknown';

let own: ProcessIdentity | undefined;

export function ownProcess(): ProcessIdentity {
  own ??= { pid: process.pid, started: startOf(process.pid), origin: ownOrigin() };
  return own;
}

export function livenessOf({ pid, started, origin }: ProcessIdentity): Liveness {
  if (origin !== ownProcess().origin) return 'unknown';
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (codeOf(error) === 'ESRCH') return 'gone';
  }
  const now = startOf(pid);
  return now === null || started === null || now === started ? 'alive' : 'gone';
}

/**
 * The start of the system and the namespace of process numbers on Linux, elsewhere the name of the
 * machine.
 */
function ownOrigin(): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${boot} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return hostname();
  }
}

/** In clock ticks since the system started; null where that is not to be known. */
function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name, in parentheses, may hold blanks and parentheses itself; the start is the 22nd field
    // (proc(5)).
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}
