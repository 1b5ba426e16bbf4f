/** What is stored with a run for its panel. */
import { logBytes } from '../../corrections/correction-log';
import type { Clustering } from '../../domain/clustering';
import type { Comparison } from '../../domain/comparison';
import { readComparison } from '../../runs/comparison-file';
import { readClustering } from '../../runs/run-files';
import { messageOf } from '../../util/errors';

interface Stored {
  clustering: Clustering | undefined;
  /** Whether another window, or a process that was killed, added corrections since. */
  isBehindLog: boolean;
}

/** @throws DamagedRun. */
export async function readStored(runDir: string): Promise<Stored> {
  const stored = await readClustering(runDir);
  const replayed = stored?.clustering.corrections?.logBytes ?? 0;
  return { clustering: stored?.clustering, isBehindLog: replayed !== (await logBytes(runDir)) };
}

/** A damaged comparison is logged and otherwise ignored: the clusters are still usable. */
export function storedComparison(
  runDir: string,
  log: (message: string) => void,
): Promise<Comparison | null> {
  return readComparison(runDir).catch((error: unknown) => {
    log(messageOf(error));
    return null;
  });
}
