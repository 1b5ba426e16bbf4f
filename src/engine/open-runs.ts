/** A cache of runs in memory, so that consecutive calls about a run read it once. */
import { readRun, runIdentity, type StoredRun } from '../runs/run-store';

/** Maximum runs in memory; one of 200,000 faces takes about 100 MB. */
const MAX_OPEN_RUNS = 2;

const opened = new Map<string, { identity: string; run: Promise<StoredRun> }>();

/** The run in a folder; it is read again if another run, maybe of another process, replaced it. */
export async function openRun(folder: string): Promise<StoredRun> {
  const identity = await runIdentity(folder);
  let entry = opened.get(folder);
  if (entry?.identity !== identity) {
    const run = readRun(folder);
    entry = { identity, run };
    run.catch(() => {
      // so that the next call tries again
      if (opened.get(folder)?.run === run) opened.delete(folder);
    });
  }
  opened.delete(folder);
  opened.set(folder, entry); // the map is in the order of use
  for (const other of [...opened.keys()].slice(0, -MAX_OPEN_RUNS)) opened.delete(other);
  return entry.run;
}

/** Removes a run from memory, before its folder is written. */
export function forgetRun(folder: string): void {
  opened.delete(folder);
}
