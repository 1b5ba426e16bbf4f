/** The most typical faces of a cluster, as cards show them: small, on one sheet. */
import type { TypicalFaces } from '../../domain/faces';
import { faceSheet } from '../../images/face-sheet';
import type { EngineCalls } from '../../protocol/engine';
import { membersOfCluster } from '../../runs/run-files';
import { openRun } from '../open-runs';
import { partOf } from './folded-faces';
import { orderFaces } from './order-faces';
import { clusteringOf } from './stored-clustering';

export async function typicalFaces({
  runDir,
  cluster,
  count,
  width,
}: EngineCalls['typicalFaces']['params']): Promise<TypicalFaces> {
  const run = await openRun(runDir);
  const stored = await clusteringOf(run);
  const members = membersOfCluster(stored, cluster) ?? new Int32Array();
  const ordered = orderFaces(members, { order: 'typical' }, run, stored);
  const part = { start: 0, count, folded: true };
  const { total, page, copiesOf } = await partOf(run, ordered, part);
  const { image, face } = run.faces;
  const faces = page.map((row) => ({
    ...{ row, image: image[row]!, face: face[row]! },
    ...copiesOf(row),
  }));
  if (faces.length === 0) return { total, faces, sheet: undefined };
  const { crops } = run;
  return { total, faces, sheet: await faceSheet(await crops.faces(page), crops.size, width) };
}
