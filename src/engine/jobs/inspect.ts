/**
 * Calls about an existing run: clusters it again, and provides its pictures, the faces of a cluster
 * and the paths of images.
 */
import { adjustedRand, normalizedMutualInformation } from '../../clustering/agreement';
import type { Clustering } from '../../domain/clustering';
import type { FaceCard, ClusterPictures } from '../../domain/faces';
import type { EngineCalls } from '../../protocol/engine';
import { readCopies } from '../../runs/copies-file';
import { type Members, readPictures, writePictures } from '../../runs/pictures-file';
import {
  clusterLabels,
  membersOf,
  membersOfCluster,
  readClustering,
  type StoredClustering,
} from '../../runs/run-files';
import { unlessDamaged } from '../../runs/run-schemas';
import { imagePath, type StoredRun, writeToRun } from '../../runs/run-store';
import {
  clusterPictures,
  type MadePictures,
  type WantedPictures,
} from '../../summaries/cluster-pictures';
import { sampleMembers } from '../../summaries/sample-members';
import { t } from '../../text/translate';
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
import { faceCards } from './face-cards';
import { pageOf } from './folded-faces';
import { leftOutOf } from './left-out-faces';
import { assertHere } from './photo';
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
    const unkept = isFurtherTry ? undefined : await keepBefore(run, before);
    if (unkept !== undefined) result.clustering.notices.push(unkept);
  }
  return writeCorrected(run, result, context);
}

/**
 * The pictures of the clusters. Those of all faces are stored with the run, and made only of
 * clusters whose faces have changed.
 */
export async function pictures(
  { runDir, sample = Infinity }: EngineCalls['pictures']['params'],
  context: JobContext,
): Promise<ClusterPictures[]> {
  const run = await openRun(runDir);
  const members = membersOfAll(await clusteringOf(run));
  const known = await readPictures(runDir, members);
  const isKnown = new Set(known.map(({ cluster }) => cluster));
  const missing = members.filter(({ cluster }) => !isKnown.has(cluster));
  if (missing.length === 0) return known;
  const wanted = { eigenfaces: true, montages: false, cards: 0, clusters: members.length };
  const aside = { ...context, workers: backgroundPictureWorkers };
  if (sample >= run.crops.count) {
    const made = await picturesOf(run, missing, { ...wanted, looks: await lacksLooks(run) }, aside);
    const all = inOrder(members, [...known, ...made.eigenfaces]);
    await keepMade(run, members, { ...made, eigenfaces: all }, context);
    return all;
  }
  const sampled = sampleMembers(missing, run.crops, sample);
  const made = await picturesOf(run, sampled, wanted, aside);
  return inOrder(members, [...known, ...made.eigenfaces]);
}

function inOrder(members: readonly Members[], pictures: readonly ClusterPictures[]) {
  const byCluster = new Map(pictures.map((each) => [each.cluster, each]));
  return members.flatMap(({ cluster }) => byCluster.get(cluster) ?? []);
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
  const members = membersOfAll(clustering);
  const made = await picturesOf(run, members, wanted, context);
  if (wanted.eigenfaces) await keepMade(run, members, made, context);
  return made;
}

/** Whether copies are still to be found, for which faces are decoded like for the pictures. */
const lacksLooks = async ({ folder, manifest }: StoredRun): Promise<boolean> =>
  (await readCopies(folder, manifest.faces)) === undefined;

async function keepMade(
  run: StoredRun,
  members: readonly Members[],
  { looks, eigenfaces }: MadePictures,
  context: JobContext,
): Promise<void> {
  if (looks !== undefined) await keepCopies(run, looks, context);
  await writeToRun(run, () => writePictures(run.folder, members, eigenfaces));
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
  folded,
  ...order
}: EngineCalls['page']['params']): Promise<EngineCalls['page']['result']> {
  const run = await openRun(runDir);
  const stored = await clusteringOf(run);
  const members = membersOfCluster(stored, cluster) ?? new Int32Array();
  return pageOf(run, orderFaces(members, order, run, stored), { start, count, folded });
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
    throw new UserError(t('the run has {0} faces, and no row {1}', faces, missing));
  return faceCards(run, rows);
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
    throw new UserError(
      t("'{0}' cannot be opened in the editor: its name is not valid UTF-8", name),
    );
  }
  await assertHere(run, row);
  return { path: String(imagePath(run, row)), name };
}
