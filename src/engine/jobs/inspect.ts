/**
 * Calls about an existing run: clusters it again, and provides its pictures, the faces of a cluster
 * and the paths of images.
 */
import { adjustedRand, normalizedMutualInformation } from '../../clustering/agreement';
import type { Clustering } from '../../domain/clustering';
import type { FaceCard, ClusterPictures } from '../../domain/faces';
import type { EngineCalls } from '../../protocol/engine';
import { readCopies } from '../../runs/copies-file';
import {
  clusterLabels,
  membersOf,
  membersOfCluster,
  readClustering,
  readPictures,
  type StoredClustering,
  writePictures,
} from '../../runs/run-files';
import { unlessDamaged } from '../../runs/run-schemas';
import { imagePath, type StoredRun, writeToRun } from '../../runs/run-store';
import {
  clusterPictures,
  type MadePictures,
  type Members,
  type WantedPictures,
} from '../../summaries/cluster-pictures';
import { sampleMembers } from '../../summaries/sample-members';
import { UserError } from '../../util/errors';
import { clusterFaces } from '../clustering/cluster-faces';
import { countedFaces, ofAllFaces } from '../clustering/corrected-faces';
import { openRun } from '../open-runs';
import {
  backgroundPictureWorkers,
  clusteringWorkers,
  pictureWorkers,
} from '../threads/worker-pools';
import { keepCopies } from './copies';
import { writeCorrected } from './corrections';
import { keepBefore } from './kept-clusterings';
import { leftOutOf } from './left-out-faces';
import { clusteringOf } from './stored-clustering';
import type { JobContext } from './job-context';
import { orderFaces } from './order-faces';
import { inputOf } from './run-input';

/** Clusters the faces of a run, and compares the result with the clustering it replaces. */
export async function clusterRun(
  { runDir, settings, isFurtherTry = false }: EngineCalls['cluster']['params'],
  context: JobContext,
): Promise<Clustering> {
  const run = await openRun(runDir);
  const all = await inputOf(run, settings);
  const leftOut = await leftOutOf(run, settings, context);
  const { input, rows } = countedFaces(all, leftOut);
  const clustered = await clusterFaces(input, settings, {
    ...context,
    run: clusteringWorkers.run,
    threads: clusteringWorkers.size,
  });
  const result = ofAllFaces(clustered, rows, all, leftOut);
  const before = await readClustering(runDir).catch(unlessDamaged);
  if (before?.members.length === result.members.length) {
    const [a, b] = [clusterLabels(before), clusterLabels(result)];
    result.clustering.agreement = {
      adjustedRand: adjustedRand(a, b),
      normalisedMutualInformation: normalizedMutualInformation(a, b),
    };
    if (!isFurtherTry) await keepBefore(run, before);
  }
  return writeCorrected(run, result, context);
}

/** The pictures of the clusters. Those of all faces are made once and stored with the run. */
export async function pictures(
  { runDir, sample = Infinity }: EngineCalls['pictures']['params'],
  context: JobContext,
): Promise<ClusterPictures[]> {
  const stored = await readPictures(runDir);
  if (stored !== undefined) return stored;
  const run = await openRun(runDir);
  const clustering = await clusteringOf(run);
  const wanted = { eigenfaces: true, montages: false, cards: 0 };
  const aside = { ...context, workers: backgroundPictureWorkers };
  if (sample >= run.crops.count)
    return (await makePictures(run, clustering, wanted, aside)).eigenfaces;
  const members = sampleMembers(membersOfAll(clustering), run.crops, sample);
  return (await picturesOf(run, members, wanted, aside)).eigenfaces;
}

const membersOfAll = (stored: StoredClustering): Members[] =>
  stored.clustering.clusters.map(({ id }, position) => ({
    cluster: id,
    rows: membersOf(stored, position),
  }));

interface PictureJobContext extends JobContext {
  workers?: typeof pictureWorkers;
}

/** Makes pictures of a run's clusters, and stores the eigenfaces with the run. */
export async function makePictures(
  run: StoredRun,
  clustering: StoredClustering,
  wanted: WantedPictures,
  context: PictureJobContext,
): Promise<MadePictures> {
  // While the faces are decoded anyway.
  const looks =
    wanted.eigenfaces && (await readCopies(run.folder, run.manifest.faces)) === undefined;
  const made = await picturesOf(run, membersOfAll(clustering), { ...wanted, looks }, context);
  if (made.looks !== undefined) await keepCopies(run, made.looks, context);
  if (wanted.eigenfaces) await writeToRun(run, () => writePictures(run.folder, made.eigenfaces));
  return made;
}

function picturesOf(
  run: StoredRun,
  members: readonly Members[],
  wanted: WantedPictures,
  { signal, onProgress, workers = pictureWorkers }: PictureJobContext,
): Promise<MadePictures> {
  return clusterPictures(run.crops, members, wanted, {
    run: workers.run,
    threads: workers.size,
    signal,
    onProgress: (done, total) => {
      onProgress({ stage: 'summarise', done, total, failed: 0 });
    },
  });
}

/** Some faces of a cluster, in an order. */
export async function page({
  runDir,
  cluster,
  start,
  count,
  ...order
}: EngineCalls['page']['params']): Promise<FaceCard[]> {
  const run = await openRun(runDir);
  const stored = await clusteringOf(run);
  const members = membersOfCluster(stored, cluster) ?? new Int32Array();
  const rows = orderFaces(members, order, run, stored).subarray(start, start + count);
  return faceCards(run, Array.from(rows));
}

/** Faces by their rows. @throws UserError where the run has no such face. */
export async function cardsOf({
  runDir,
  rows,
}: EngineCalls['faceCards']['params']): Promise<FaceCard[]> {
  const run = await openRun(runDir);
  const { faces } = run.manifest;
  const missing = rows.find((row) => row >= faces);
  if (missing !== undefined)
    throw new UserError(`the run has ${String(faces)} faces, and no row ${String(missing)}`);
  return faceCards(run, rows);
}

/** Faces with their crops and probabilities, in the order of `rows`. */
export async function faceCards(run: StoredRun, rows: readonly number[]): Promise<FaceCard[]> {
  const jpegs = await run.crops.jpegs(rows);
  return rows.map((row, i) => faceCard(run, row, jpegs[i]!));
}

/** @param jpeg of the face's crop. */
export function faceCard(
  { faces, probabilities, manifest }: StoredRun,
  row: number,
  jpeg: Uint8Array,
): FaceCard {
  const width = manifest.modelAttributes.length;
  return {
    row,
    image: faces.image[row]!,
    face: faces.face[row]!,
    jpeg,
    probabilities: Array.from(probabilities.subarray(row * width, (row + 1) * width)),
  };
}

/** @throws UserError where the path is not valid UTF-8. */
export async function locate({
  runDir,
  row,
}: EngineCalls['locate']['params']): Promise<EngineCalls['locate']['result']> {
  const run = await openRun(runDir);
  const { faces, manifest } = run;
  const name = faces.image[row];
  const folder = manifest.folders[faces.folder[row] ?? -1];
  if (name === undefined || folder === undefined)
    throw new RangeError(`expected a face below ${String(manifest.faces)}, got ${String(row)}`);
  if (faces.rawPaths[row] !== undefined) {
    throw new UserError(`'${name}' cannot be opened in the editor: its name is not valid UTF-8`);
  }
  return { path: String(imagePath(run, row)), name };
}
