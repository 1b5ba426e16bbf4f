/** Runs the engine has open, so that asking for faces or another clustering reads nothing twice. */
import { readRun, runIdentity, type StoredRun } from '../runs/run-store';

/** Runs kept in memory; a run of 200,000 faces takes about 100 MB. */
const MAX_OPEN_RUNS = 2;

const opened = new Map<string, { identity: string; run: Promise<StoredRun> }>();

/**
 * The run in a folder, read once, and anew where another one, maybe by another process, was put
 * into its place.
 */
export async function openRun(folder: string): Promise<StoredRun> {
  const identity = await runIdentity(folder);
  let entry = opened.get(folder);
  if (entry?.identity !== identity) {
    const run = readRun(folder);
    entry = { identity, run };
    run.catch(() => {
      // tried again when it is asked for again
      if (opened.get(folder)?.run === run) opened.delete(folder);
    });
  }
  opened.delete(folder);
  opened.set(folder, entry); // the last in order of use
  for (const other of [...opened.keys()].slice(0, -MAX_OPEN_RUNS)) opened.delete(other);
  return entry.run;
}

/** Lets go of a run, before its folder is written anew. */
export function forgetRun(folder: string): void {
  opened.delete(folder);
}
