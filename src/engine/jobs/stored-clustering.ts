/** The clustering that is stored with a run. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CLUSTERING } from '../../runs/file-names';
import { readClustering, type StoredClustering } from '../../runs/run-files';
import { DamagedRun } from '../../runs/run-schemas';
import { assertCurrent, type StoredRun } from '../../runs/run-store';
import { t } from '../../text/translate';
import { codeOf } from '../../util/errors';

interface Known {
  identity: string;
  stored: StoredClustering | undefined;
}

/** The clusterings of the runs in memory: to read that of 200,000 faces takes 30 ms. */
const known = new WeakMap<StoredRun, Known>();

/**
 * The clustering of a run. It is read again if another process replaced it.
 * @throws UserError where another run has replaced it; DamagedRun.
 */
export async function clusteringOf(run: StoredRun): Promise<StoredClustering> {
  const identity = await identityOf(run.folder);
  let entry = known.get(run);
  if (entry?.identity !== identity) {
    entry = { identity, stored: await readClustering(run.folder) };
    known.set(run, entry);
  }
  const { stored } = entry;
  await assertCurrent(run);
  if (stored === undefined) throw new Error(`the run in '${run.folder}' has no clustering yet`);
  if (stored.clustering.faces !== run.manifest.faces)
    throw new DamagedRun(run.folder, CLUSTERING, t('is of another run'));
  return stored;
}

/** Distinguishes a clustering from one that replaces it. */
async function identityOf(folder: string): Promise<string> {
  try {
    const { ino, size, mtimeNs } = await stat(join(folder, CLUSTERING), { bigint: true });
    return `${ino} ${size} ${mtimeNs}`;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return '';
    throw error;
  }
}
