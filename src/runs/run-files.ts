/**
 * The small files of a run: its manifest, its latest clustering with the pictures, and its latest
 * comparison. Nothing here loads a native module, so the extension host can use it.
 */
import { randomBytes } from 'node:crypto';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import type { Clustering } from '../domain/clustering';
import type { RunManifest } from '../domain/run';
import { t } from '../text/translate';
import { codeOf, messageOf } from '../util/errors';
import { othersMayEnter, PRIVATE_FILE, takeFromOthers } from '../util/private-files';
import { BASE_CLUSTERING, CLUSTERING, MANIFEST } from './file-names';
import { isLeftover, move, repairRuns } from './run-place';
import { checked, clusteringSchema, DamagedRun, manifestSchema, readJson } from './run-schemas';

/**
 * Raised whenever the content of the files, or its computation, changes. Runs of other versions are
 * neither shown nor changed.
 */
export const RUN_VERSION = 3;

/**
 * The manifest of a run, or undefined where there is no finished run of this version.
 * @throws DamagedRun.
 */
export async function readManifest(folder: string): Promise<RunManifest | undefined> {
  const value = await readJson(folder, MANIFEST);
  if (value === undefined || isOfOtherVersion(value)) return undefined;
  return checked(folder, MANIFEST, value, manifestSchema);
}

/** Writes or replaces the manifest of a run. */
export const writeManifest = (folder: string, manifest: RunManifest): Promise<void> =>
  replaceFile(join(folder, MANIFEST), JSON.stringify(manifest, null, 2));

/**
 * All finished runs in a folder, the newest first. Leftovers of processes that were killed are
 * repaired or removed before.
 * @param onProblem takes messages about runs that cannot be read.
 */
export async function listRuns(
  folder: string,
  onProblem: (message: string) => void,
): Promise<RunManifest[]> {
  await repairRuns(folder, onProblem);
  const runs: RunManifest[] = [];
  for (const name of await foldersIn(folder)) {
    if (isLeftover(name)) continue;
    const path = join(folder, name);
    try {
      const manifest = await readManifest(path);
      if (manifest === undefined) continue;
      // Runs are removed by their ids, which must not refer to another folder.
      if (manifest.id !== name)
        throw new DamagedRun(path, MANIFEST, t("is the one of another run, '{0}'", manifest.id));
      await takeRunFromOthers(path);
      runs.push(manifest);
    } catch (error) {
      onProblem(t("the run in '{0}' cannot be read: {1}", path, messageOf(error)));
    }
  }
  return runs.sort((a, b) => b.createdAt.localeCompare(a.createdAt));
}

/** Names of the folders and links in a folder, which need not exist. */
async function foldersIn(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isDirectory() || entry.isSymbolicLink())
      .map(({ name }) => name);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
}

/** Makes a run private. Other users could read runs of older versions. */
async function takeRunFromOthers(folder: string): Promise<void> {
  if (!(await othersMayEnter(folder))) return;
  for (const name of await readdir(folder)) await takeFromOthers(join(folder, name));
  await takeFromOthers(folder);
}

/** A clustering with its faces. */
export interface StoredClustering {
  clustering: Clustering;
  /**
   * Rows of the faces, by cluster in the order of `clustering.clusters`, each the most typical
   * first.
   */
  members: Int32Array;
  /**
   * Silhouette of each face, by its row, in [-1, 1]; NaN where it is not defined. Undefined in
   * clusterings of older versions.
   */
  silhouettes: Float32Array | undefined;
  /**
   * Euclidean distance of each face to the mean of its cluster, in the space of the vectors that
   * were clustered; NaN for noise. Undefined like `silhouettes`.
   */
  distances?: Float32Array | undefined;
  /** Place of each face in a plane, `[faces, 2]` (summaries/projection.ts). */
  projection?: Float32Array | undefined;
}

/** Silhouette of a face; null where it is not defined or not stored. */
export function silhouetteOfFace({ silhouettes }: StoredClustering, row: number): number | null {
  const value = silhouettes?.[row] ?? NaN;
  return Number.isNaN(value) ? null : value;
}

/** Writes the clustering that is shown. */
export const writeClustering = (folder: string, stored: StoredClustering): Promise<void> =>
  writeClusteringFile(folder, CLUSTERING, stored);

/** Writes what the method made, before corrections. */
export const writeBaseClustering = (folder: string, stored: StoredClustering): Promise<void> =>
  writeClusteringFile(folder, BASE_CLUSTERING, stored);

export const removeBaseClustering = (folder: string): Promise<void> =>
  rm(join(folder, BASE_CLUSTERING), { force: true });

/** Writes one file, so that its parts belong together even if the process is killed. */
async function writeClusteringFile(
  folder: string,
  name: string,
  { clustering, members, silhouettes, distances, projection }: StoredClustering,
): Promise<void> {
  const encoded = {
    clustering,
    members: base64(members),
    silhouettes: silhouettes && base64(silhouettes),
    distances: distances && base64(distances),
    projection: projection && base64(projection),
  } satisfies ClusteringFile;
  await replaceFile(join(folder, name), JSON.stringify(encoded));
}

/** Arrays are stored as base64 of their bytes. */
const clusteringFileSchema = z.object({
  clustering: clusteringSchema,
  members: z.string(),
  silhouettes: z.string().optional(),
  distances: z.string().optional(),
  projection: z.string().optional(),
});
type ClusteringFile = z.infer<typeof clusteringFileSchema>;

export const base64 = ({ buffer, byteOffset, byteLength }: Int32Array | Float32Array) =>
  Buffer.from(buffer, byteOffset, byteLength).toString('base64');
/** Bytes of a text in base64, without an incomplete number of four bytes at the end. */
export const bytesOf = (text: string) => {
  const bytes = new Uint8Array(Buffer.from(text, 'base64'));
  return bytes.buffer.slice(0, bytes.length - (bytes.length % 4));
};

/**
 * The latest clustering of a run, with corrections; undefined where there is none of this version.
 * @throws DamagedRun.
 */
export const readClustering = (folder: string): Promise<StoredClustering | undefined> =>
  readClusteringFile(folder, CLUSTERING);

/**
 * What the method made of a run whose clusters were corrected; undefined where none were.
 * @throws DamagedRun.
 */
export const readBaseClustering = (folder: string): Promise<StoredClustering | undefined> =>
  readClusteringFile(folder, BASE_CLUSTERING);

async function readClusteringFile(
  folder: string,
  name: string,
): Promise<StoredClustering | undefined> {
  const value = (await readJson(folder, name)) as { clustering?: unknown } | null | undefined;
  if (value === undefined || isOfOtherVersion(value?.clustering)) return undefined;
  const { clustering, ...file } = checked(folder, name, value, clusteringFileSchema);
  const members = new Int32Array(bytesOf(file.members));
  const floats = (text: string | undefined) =>
    text === undefined ? undefined : new Float32Array(bytesOf(text));
  const [silhouettes, distances, projection] = [
    floats(file.silhouettes),
    floats(file.distances),
    floats(file.projection),
  ];
  const { faces, clusters } = clustering;
  const sizes = clusters.reduce((sum, { size }) => sum + size, 0);
  const isComplete =
    members.length === faces &&
    sizes === faces &&
    (silhouettes?.length ?? faces) === faces &&
    (distances?.length ?? faces) === faces &&
    (projection?.length ?? 2 * faces) === 2 * faces;
  if (
    !isComplete ||
    !members.every((row) => row >= 0 && row < faces) ||
    !clusters.every(({ medoid }) => medoid < faces)
  ) {
    throw new DamagedRun(folder, name, t('does not assign {0} faces to its clusters', faces));
  }
  return { clustering, members, silhouettes, distances, projection };
}

/** Rows of the faces of the cluster at a position of `clustering.clusters`. */
export function membersOf({ clustering, members }: StoredClustering, position: number): Int32Array {
  let start = 0;
  for (const { size } of clustering.clusters.slice(0, position)) start += size;
  return members.subarray(start, start + (clustering.clusters[position]?.size ?? 0));
}

/** Rows of the faces of a cluster, by its id; undefined where there is none of that id. */
export function membersOfCluster(
  stored: StoredClustering,
  cluster: number,
): Int32Array | undefined {
  const position = stored.clustering.clusters.findIndex(({ id }) => id === cluster);
  return position < 0 ? undefined : membersOf(stored, position);
}

/**
 * Replaces a file atomically: if the process is killed, either the old or the new content stays. If
 * several processes replace it at the same time, the last one stays.
 */
export async function replaceFile(
  path: string,
  content: string | Uint8Array | Iterable<string | Uint8Array>,
): Promise<void> {
  const temporary = `${path}.${randomBytes(4).toString('hex')}.new`;
  try {
    await writeFile(temporary, content, { mode: PRIVATE_FILE });
    await move(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Whether a value was written by another version. */
export function isOfOtherVersion(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || !('version' in value)) return false;
  return Number.isSafeInteger(value.version) && value.version !== RUN_VERSION;
}

/** Cluster id of each face, by its row. */
export function clusterLabels(stored: StoredClustering): Int32Array {
  const labels = new Int32Array(stored.members.length);
  let start = 0;
  for (const { id, size } of stored.clustering.clusters) {
    for (const row of stored.members.subarray(start, start + size)) labels[row] = id;
    start += size;
  }
  return labels;
}
