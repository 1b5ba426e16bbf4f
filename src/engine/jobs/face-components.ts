/** The components by which the panel draws the faces of a cluster. */
import type { FaceComponents } from '../../domain/faces';
import { releaseBuffer } from '../../images/buffer-pool';
import { reduceBox } from '../../images/crop';
import type { EngineCalls } from '../../protocol/engine';
import { membersOfCluster } from '../../runs/run-files';
import { MAX_SAMPLE, reductionOf, sampledRows } from '../../summaries/cluster-pictures';
import { toGray } from '../../summaries/strip-batch';
import { t } from '../../text/translate';
import { UserError } from '../../util/errors';
import { openRun } from '../open-runs';
import { pictureWorkers } from '../threads/worker-pools';
import type { JobContext } from './job-context';
import { clusteringOf } from './stored-clustering';

/** Of the same faces as the stored pictures of few clusters. @throws UserError; CancelledError. */
export async function componentsOf(
  { runDir, cluster }: EngineCalls['faceComponents']['params'],
  { signal }: JobContext,
): Promise<FaceComponents> {
  const run = await openRun(runDir);
  const { crops } = run;
  const members = membersOfCluster(await clusteringOf(run), cluster);
  if (members === undefined) throw new UserError(t('there is no cluster {0} any more', cluster));
  const rows = sampledRows(members, MAX_SAMPLE);
  const reduction = reductionOf(crops.size);
  const size = {
    width: Math.floor(crops.size.width / reduction),
    height: Math.floor(crops.size.height / reduction),
  };
  const pixels = size.width * size.height;
  const samples = new Uint8Array(rows.length * pixels);
  for (const [i, data] of (await crops.faces(rows)).entries()) {
    const face = { ...crops.size, data };
    const reduced = reduceBox(face, { x: 0, y: 0, ...crops.size }, reduction);
    toGray(reduced.data, samples, i * pixels);
    releaseBuffer(reduced.data);
  }
  return pictureWorkers.run('components', { samples, size }, { signal });
}
