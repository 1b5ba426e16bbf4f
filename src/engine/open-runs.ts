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

const opened = new Map<string, { identity: string; run: Promise<OpenRun> }>();

/**
 * The run in a folder; it is read again if another process replaced or corrected it.
 */
export async function openRun(folder: string): Promise<OpenRun> {
  const identity = `${await runIdentity(folder)} ${await logBytes(folder)}`;
  let entry = opened.get(folder);
  if (entry?.identity !== identity) {
    const run = withCorrections(folder);
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

async function withCorrections(folder: string): Promise<OpenRun> {
  const run = await readRun(folder);
  const { done } = await readLog(folder);
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
