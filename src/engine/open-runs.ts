/** A cache of runs in memory, so that consecutive calls about a run read it once. */
import { logBytes, readLog } from '../corrections/correction-log';
import { type FaceCorrections, faceCorrections } from '../corrections/face-corrections';
import { FaceFinder } from '../corrections/face-keys';
import { readRun, runIdentity, type StoredRun } from '../runs/run-store';
import { markedProbabilities } from './clustering/corrected-faces';

/** A run with what a person said of its faces: marks are in place of inferred probabilities. */
export interface OpenRun extends StoredRun {
  /** What the network inferred, `[faces, attributes]`. */
  inferred: Float32Array;
  corrections: FaceCorrections;
}

/** Maximum runs in memory; one of 200,000 faces takes about 100 MB. */
const MAX_OPEN_RUNS = 2;

interface Entry {
  identity: string;
  stored: Promise<StoredRun>;
  logBytes: number;
  run: Promise<OpenRun>;
}

const opened = new Map<string, Entry>();

/**
 * The run in a folder. It is read again if another process replaced it, its corrections if the log
 * has grown.
 */
export async function openRun(folder: string): Promise<OpenRun> {
  const [identity, bytes] = await Promise.all([runIdentity(folder), logBytes(folder)]);
  let entry = opened.get(folder);
  if (entry?.identity !== identity || entry.logBytes !== bytes) {
    const stored = entry?.identity === identity ? entry.stored : readRun(folder);
    const run = stored.then(withCorrections);
    entry = { identity, stored, logBytes: bytes, run };
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

async function withCorrections(run: StoredRun): Promise<OpenRun> {
  const { done } = await readLog(run.folder);
  // Most runs have none, and need no index of their faces.
  const corrections: FaceCorrections =
    done.length === 0
      ? { notFaces: new Set(), attributes: new Map() }
      : faceCorrections(done, new FaceFinder(run.faces));
  const probabilities = markedProbabilities(run, corrections);
  return { ...run, probabilities, inferred: run.probabilities, corrections };
}

/** Removes a run from memory, before its folder is written. */
export function forgetRun(folder: string): void {
  opened.delete(folder);
}
