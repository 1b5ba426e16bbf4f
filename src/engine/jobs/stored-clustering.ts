/** The clustering that is stored with a run. */
import { readClustering } from '../../runs/run-files';
import { DamagedRun } from '../../runs/run-schemas';
import { assertCurrent, type StoredRun } from '../../runs/run-store';

/**
 * The clustering of a run.
 * @throws UserError where another run has replaced it; DamagedRun.
 */
export async function clusteringOf(run: StoredRun) {
  const stored = await readClustering(run.folder);
  await assertCurrent(run);
  if (stored === undefined) throw new Error(`the run in '${run.folder}' has no clustering yet`);
  if (stored.clustering.faces !== run.manifest.faces)
    throw new DamagedRun(run.folder, 'clustering.json', 'is of another run');
  return stored;
}
