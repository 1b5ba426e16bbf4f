/**
 * What is kept of a run as small files: its manifest, its latest clustering and the pictures of that. Nothing here loads a native module,
 * so the extension host can read it.
 */
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, messageOf } from '../errors';
import type { Clustering, ClusterPictures, Comparison, RunManifest } from '../protocol';

/** Raised whenever what is stored, or how it is computed, changes: older runs are then left alone and not shown. */
export const STORE_VERSION = 3;

export const MANIFEST = 'run.json';
const CLUSTERING = 'clustering.json';
const PICTURES = 'pictures.json';
const COMPARISON = 'comparison.json';

/** Ending of the folder of a run that is being made; it takes the run's own name when it is whole. */
export const PARTIAL = '.partial';

/** The manifest of a run, or undefined where there is no finished run of this version. */
export async function readManifest(folder: string): Promise<RunManifest | undefined> {
  const text = await readIfThere(join(folder, MANIFEST));
  if (text === undefined) return undefined;
  const manifest = JSON.parse(text) as RunManifest;
  return manifest.version === STORE_VERSION ? manifest : undefined;
}

/** Replaces the manifest of a run, or writes it into one that is being made. */
export const writeManifest = (folder: string, manifest: RunManifest): Promise<void> =>
  replaceFile(join(folder, MANIFEST), JSON.stringify(manifest, null, 2));

/** All finished runs below `folder`, the newest first; those that cannot be read are passed to `onProblem`. */
export async function listRuns(folder: string, onProblem: (message: string) => void): Promise<RunManifest[]> {
  const names = await readdir(folder).catch(() => []); // no folder yet: no runs yet
  const runs: RunManifest[] = [];
  for (const name of names) {
    if (name.endsWith(PARTIAL)) continue;
    try {
      const manifest = await readManifest(join(folder, name));
      if (manifest !== undefined) runs.push(manifest);
    } catch (error) {
      onProblem(`the run in '${join(folder, name)}' cannot be read: ${messageOf(error)}`);
    }
  }
  return runs.sort((a, b) => b.createdAt.localeCompare(a.createdAt));
}

/** A clustering with its faces: those of cluster i of `clustering.clusters` follow those of cluster i − 1, the most typical first. */
export interface StoredClustering {
  clustering: Clustering;
  members: Int32Array;
  /** Of each face, by its row, in [-1, 1], NaN where it is not defined; undefined in clusterings that older versions kept. */
  silhouettes: Float32Array | undefined;
}

/** Silhouette of a face; null where it is not defined or not known. */
export function silhouetteOfFace({ silhouettes }: StoredClustering, row: number): number | null {
  const value = silhouettes?.[row] ?? NaN;
  return Number.isNaN(value) ? null : value;
}

/** Writes its parts as one file, so that a kill at any moment leaves parts that belong together. */
export async function writeClustering(folder: string, { clustering, members, silhouettes }: StoredClustering): Promise<void> {
  await rm(join(folder, PICTURES), { force: true });
  const encoded = { clustering, members: base64(members), silhouettes: silhouettes && base64(silhouettes) } satisfies ClusteringFile;
  await replaceFile(join(folder, CLUSTERING), JSON.stringify(encoded));
}

/** Numbers as base64 of their bytes. */
interface ClusteringFile {
  clustering: Clustering;
  members: string;
  silhouettes?: string | undefined;
}

const base64 = ({ buffer, byteOffset, byteLength }: Int32Array | Float32Array) =>
  Buffer.from(buffer, byteOffset, byteLength).toString('base64');
const bytesOf = (text: string) => new Uint8Array(Buffer.from(text, 'base64')).buffer;

/** The clustering kept with a run, or undefined where it has none of this version yet. */
export async function readClustering(folder: string): Promise<StoredClustering | undefined> {
  const text = await readIfThere(join(folder, CLUSTERING));
  if (text === undefined) return undefined;
  const { clustering, members, silhouettes } = JSON.parse(text) as ClusteringFile;
  if (clustering.version !== STORE_VERSION) return undefined;
  return {
    clustering,
    members: new Int32Array(bytesOf(members)),
    silhouettes: silhouettes === undefined ? undefined : new Float32Array(bytesOf(silhouettes)),
  };
}

/** Rows of the faces of the cluster at a position of `clustering.clusters`. */
export function membersOf({ clustering, members }: StoredClustering, position: number): Int32Array {
  let start = 0;
  for (const { size } of clustering.clusters.slice(0, position)) start += size;
  return members.subarray(start, start + (clustering.clusters[position]?.size ?? 0));
}

/** Rows of the faces of a cluster, by its id; undefined where there is none of that id. */
export function membersOfCluster(stored: StoredClustering, cluster: number): Int32Array | undefined {
  const position = stored.clustering.clusters.findIndex(({ id }) => id === cluster);
  return position < 0 ? undefined : membersOf(stored, position);
}

export async function writePictures(folder: string, pictures: ClusterPictures[]): Promise<void> {
  const encode = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
  const plain = pictures.map((each) => ({ ...each, eigenface: encode(each.eigenface), components: each.components.map(encode) }));
  await replaceFile(join(folder, PICTURES), JSON.stringify(plain));
}

/** The pictures of the kept clustering, or undefined where they are not made yet. */
export async function readPictures(folder: string): Promise<ClusterPictures[] | undefined> {
  const text = await readIfThere(join(folder, PICTURES));
  if (text === undefined) return undefined;
  const decode = (base64: string) => new Uint8Array(Buffer.from(base64, 'base64'));
  type Plain = Omit<ClusterPictures, 'eigenface' | 'components'> & { eigenface: string; components: string[] };
  return (JSON.parse(text) as Plain[]).map((each) => ({
    ...each,
    eigenface: decode(each.eigenface),
    components: each.components.map(decode),
  }));
}

/** Writes a file so that a kill at any moment leaves the old or the new one, never half of one. */
export async function replaceFile(path: string, content: string | Uint8Array): Promise<void> {
  await writeFile(`${path}.new`, content);
  await rename(`${path}.new`, path);
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Keeps a comparison of methods with its run. */
export async function writeComparison(folder: string, comparison: Comparison): Promise<void> {
  await replaceFile(join(folder, COMPARISON), JSON.stringify(comparison));
}

/** The comparison kept with a run, or undefined where there is none of this version. */
export async function readComparison(folder: string): Promise<Comparison | undefined> {
  const text = await readIfThere(join(folder, COMPARISON));
  if (text === undefined) return undefined;
  const comparison = JSON.parse(text) as Comparison;
  return comparison.version === STORE_VERSION ? comparison : undefined;
}

/** Cluster id of each face. */
export function clusterLabels(stored: StoredClustering): Int32Array {
  const labels = new Int32Array(stored.members.length);
  stored.clustering.clusters.forEach(({ id }, position) => {
    for (const row of membersOf(stored, position)) labels[row] = id;
  });
  return labels;
}
