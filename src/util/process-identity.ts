/**
 * The identity of a process, written into files so that a later process can find out whether it
 * still runs. The file may be in a folder shared with other containers and machines, whose
 * processes are not visible here.
 */
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import * as z from 'zod';
import { codeOf } from './errors';

export const processIdentitySchema = z.object({
  pid: z.int().positive(),
  /** Start time in the system's unit, since process ids are reused; null where unknown. */
  started: z.string().nullable(),
  /** The scope in which process ids are unique. */
  origin: z.string(),
});

export type ProcessIdentity = z.infer<typeof processIdentitySchema>;

/** `unknown`: a process of another container or machine, or of this one before a restart. */
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

/** On Linux, boot id and process id namespace; elsewhere, the name of the machine. */
function ownOrigin(): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${boot} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return hostname();
  }
}

/** Start time in clock ticks since the system started; null where unknown. */
function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name, in parentheses, may contain spaces and parentheses; the start is field 22: proc(5).
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}
