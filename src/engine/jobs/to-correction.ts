/** Requests of a person as corrections that hold for any clustering. */
import { faceKey } from '../../corrections/face-keys';
import {
  type Correction,
  type CorrectionRequest,
  type FaceKey,
  NOT_FACES,
} from '../../domain/corrections';
import {
  clusterLabels,
  membersOf,
  membersOfCluster,
  type StoredClustering,
} from '../../runs/run-files';
import type { StoredRun } from '../../runs/run-store';
import { t } from '../../text/translate';
import { UserError } from '../../util/errors';
import { clusterFaces } from '../clustering/cluster-faces';
import { someFaces } from '../clustering/corrected-faces';
import { clusteringWorkers } from '../threads/worker-pools';
import type { JobContext } from './job-context';
import { inputOf } from './run-input';

/**
 * @param shown the clusters that the request is about.
 * @throws UserError where a cluster or face of the request does not exist, or it would do nothing.
 */
export async function toCorrection(
  run: StoredRun,
  shown: StoredClustering,
  request: CorrectionRequest,
  context: JobContext,
): Promise<Correction> {
  const keys = (rows: Iterable<number>) =>
    Array.from(rows, (row) => faceKey(run.faces, row)).sort(byImage);
  const ofRows = (rows: readonly number[]) => {
    const { faces } = run.manifest;
    const beyond = rows.find((row) => row >= faces);
    if (beyond !== undefined) throw new RangeError(`expected a face below ${faces}, got ${beyond}`);
    return keys(new Set(rows));
  };
  const ofCluster = (id: number) => keys(clusterMembers(shown, id));
  switch (request.kind) {
    case 'name':
    case 'note':
    case 'color':
    case 'pin':
      return { ...request, cluster: ofCluster(request.cluster) };
    case 'merge': {
      const others = [...new Set(request.others)].filter((id) => id !== request.into);
      if (others.length === 0) throw new UserError(t('choose two clusters to merge'));
      return { kind: 'merge', into: ofCluster(request.into), others: others.map(ofCluster) };
    }
    case 'split':
      return { kind: 'split', parts: (await partsOf(run, shown, request, context)).map(keys) };
    case 'move':
      return { kind: 'move', faces: ofRows(request.rows), to: ofCluster(request.to) };
    case 'gather':
      return { kind: 'gather', faces: ofRows(request.rows) };
    case 'notFace':
      if (request.value) assertFacesStay(shown, new Set(request.rows));
      return { kind: 'notFace', faces: ofRows(request.rows), value: request.value };
    case 'attribute': {
      const { attribute, rows, value } = request;
      if (!run.manifest.modelAttributes.includes(attribute))
        throw new UserError(t('the network of this run has no such attribute'));
      return { kind: 'attribute', faces: ofRows(rows), attribute, value };
    }
  }
}

/** Nothing could be clustered any more, and so nothing shown from which to take it back. */
function assertFacesStay(shown: StoredClustering, notFaces: ReadonlySet<number>): void {
  const stays = (id: number, row: number) => id > NOT_FACES && !notFaces.has(row);
  if (!clusterLabels(shown).some(stays))
    throw new UserError(t('these are all faces that are clustered: one must stay'));
}

function clusterMembers(shown: StoredClustering, id: number): Int32Array {
  const members = membersOfCluster(shown, id);
  if (members === undefined)
    throw new UserError(t('this cluster does not exist any more: the clusters were made anew'));
  return members;
}

/** Clusters the faces of one cluster by K-Means with the settings of the whole. */
async function partsOf(
  run: StoredRun,
  shown: StoredClustering,
  { cluster, parts }: { cluster: number; parts: number },
  context: JobContext,
): Promise<Int32Array[]> {
  const rows = clusterMembers(shown, cluster).slice().sort();
  const { settings } = shown.clustering;
  // Faces with equal 0/1 vectors differ in their probabilities.
  const features = settings.features === 'binary' ? 'probability' : settings.features;
  const wanted = { ...settings, method: 'kmeans', clusters: parts, features } as const;
  const divided = await clusterFaces(someFaces(await inputOf(run, wanted), rows), wanted, {
    ...context,
    run: clusteringWorkers.run,
    threads: clusteringWorkers.size,
  });
  const { clusters } = divided.clustering;
  if (clusters.length < 2)
    throw new UserError(t('the faces of this cluster cannot be told apart by these attributes'));
  return clusters.map((_, position) => membersOf(divided, position).map((i) => rows[i]!));
}

/** By image, then by box. */
function byImage(a: FaceKey, b: FaceKey): number {
  const [x, y] = [a.join(' '), b.join(' ')];
  return x < y ? -1 : x > y ? 1 : 0;
}
