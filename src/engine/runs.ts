/** Runs the engine has open, so that asking for faces or another clustering reads nothing twice. */
import { readRun, type StoredRun } from '../store/run-store';

/** Runs kept in memory; a run of 200,000 faces takes about 100 MB. */
const KEPT = 2;

const opened = new Map<string, Promise<StoredRun>>();

/** The run in a folder, opened once. */
export function openRun(folder: string): Promise<StoredRun> {
  let run = opened.get(folder);
  if (run === undefined) {
    run = readRun(folder);
    run.catch(() => opened.delete(folder)); // tried again when it is asked for again
  }
  opened.delete(folder);
  opened.set(folder, run); // the last in order of use
  for (const other of [...opened.keys()].slice(0, -KEPT)) forgetRun(other);
  return run;
}

/** Closes a run, before its folder is written anew. */
export function forgetRun(folder: string): void {
  const run = opened.get(folder);
  opened.delete(folder);
  run?.then(
    ({ crops }) => crops.close(),
    () => undefined, // it never opened
  );
}
