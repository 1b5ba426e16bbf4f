/**
 * What is kept of a run, a folder each: the faces and what was inferred of them (so that nothing is inferred twice), their crops, and
 * the latest clustering. `run.json` is written last: a folder without it is a run that did not end, and is not shown.
 */
import { type FileHandle, mkdir, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../errors';
import type { DescribedBatch } from '../faces/pipeline';
import type { Box, CropSize } from '../faces/framing';
import type { Clustering, ClusterPictures, RunManifest } from '../protocol';
import { CropReader, CropWriter } from './crops';

/** Raised whenever what is stored, or how it is computed, changes: older runs are then left alone and not shown. */
export const STORE_VERSION = 1;

const MANIFEST = 'run.json';
const FACES = 'faces.json';
const PROBABILITIES = 'probabilities.f32';
const CLUSTERING = 'clustering.json';
const MEMBERS = 'members.i32';
const PICTURES = 'pictures.json';

/** Faces of a run, by column; all arrays have one entry a face. */
export interface FaceTable {
  /** Index of the run's folder. */
  folder: number[];
  /** Path of the image below that folder. */
  image: string[];
  /** 0-based index within its image. */
  face: number[];
  /** Pixels of the upright image, or null where the image as a whole is the face. */
  box: (Box | null)[];
  /** Confidence of the detector, or null where nothing was detected. */
  score: (number | null)[];
  /** Paths that are not UTF-8, in base64, by row. */
  rawPaths: Record<number, string>;
}

/** Writes a run while it is made. */
export class RunWriter {
  private readonly table: FaceTable = { folder: [], image: [], face: [], box: [], score: [], rawPaths: {} };

  private constructor(
    private readonly folder: string,
    private readonly probabilities: FileHandle,
    private readonly crops: CropWriter,
  ) {}

  /** Begins in an empty folder; one that is there is replaced. */
  static async create(folder: string, crop: CropSize): Promise<RunWriter> {
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    return new RunWriter(folder, await open(join(folder, PROBABILITIES), 'w'), await CropWriter.create(folder, crop));
  }

  get faces(): number {
    return this.table.image.length;
  }

  async append(batch: DescribedBatch): Promise<void> {
    const { table } = this;
    for (const { image, index, region } of batch.faces) {
      if (typeof image.path !== 'string') table.rawPaths[table.image.length] = image.path.toString('base64');
      table.folder.push(image.folder);
      table.image.push(image.name);
      table.face.push(index);
      table.box.push(region.box ?? null);
      table.score.push(region.score ?? null);
    }
    const { buffer, byteOffset, byteLength } = batch.probabilities;
    await this.probabilities.write(new Uint8Array(buffer, byteOffset, byteLength));
    await this.crops.append(batch.crops, batch.faces.length);
  }

  async finish(manifest: RunManifest): Promise<void> {
    await this.crops.finish();
    await this.probabilities.close();
    await writeFile(join(this.folder, FACES), JSON.stringify(this.table));
    await replaceFile(join(this.folder, MANIFEST), JSON.stringify(manifest, null, 2));
  }

  /** Removes what was written of a run that does not end well. */
  async abandon(): Promise<void> {
    await this.crops.abandon();
    await this.probabilities.close().catch(() => undefined); // it may be closed already
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** A finished run, read into memory but for its crops. */
export interface StoredRun {
  folder: string;
  manifest: RunManifest;
  faces: FaceTable;
  /** `[faces, attributes]`, in [0, 1]. */
  probabilities: Float32Array;
  crops: CropReader;
}

export async function readRun(folder: string): Promise<StoredRun> {
  const manifest = await readManifest(folder);
  if (manifest === undefined) throw new Error(`no finished run of this version in '${folder}'`);
  const faces = JSON.parse(await readFile(join(folder, FACES), 'utf8')) as FaceTable;
  const probabilities = toFloats(await readFile(join(folder, PROBABILITIES)));
  const expected = manifest.faces * manifest.modelAttributes.length;
  if (faces.image.length !== manifest.faces || probabilities.length !== expected) {
    throw new Error(
      `the run in '${folder}' is damaged: expected ${String(manifest.faces)} faces and ${String(expected)} probabilities, ` +
        `got ${String(faces.image.length)} and ${String(probabilities.length)}`,
    );
  }
  return { folder, manifest, faces, probabilities, crops: await CropReader.open(folder) };
}

/** The manifest of a run, or undefined where there is no finished run of this version. */
export async function readManifest(folder: string): Promise<RunManifest | undefined> {
  const text = await readFile(join(folder, MANIFEST), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const manifest = JSON.parse(text) as RunManifest;
  return manifest.version === STORE_VERSION ? manifest : undefined;
}

/** All finished runs below `folder`, the newest first; those that cannot be read are passed to `onProblem`. */
export async function listRuns(folder: string, onProblem: (message: string) => void): Promise<RunManifest[]> {
  const names = await readdir(folder).catch(() => []); // no folder yet: no runs yet
  const runs: RunManifest[] = [];
  for (const name of names) {
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
}

export async function writeClustering(folder: string, { clustering, members }: StoredClustering): Promise<void> {
  await rm(join(folder, PICTURES), { force: true });
  await replaceFile(join(folder, MEMBERS), Buffer.from(members.buffer, members.byteOffset, members.byteLength));
  await replaceFile(join(folder, CLUSTERING), JSON.stringify(clustering));
}

/** The clustering kept with a run, or undefined where it has none yet. */
export async function readClustering(folder: string): Promise<StoredClustering | undefined> {
  const text = await readFile(join(folder, CLUSTERING), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const clustering = JSON.parse(text) as Clustering;
  if (clustering.version !== STORE_VERSION) return undefined;
  const bytes = await readFile(join(folder, MEMBERS));
  const members = new Int32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  return { clustering, members };
}

/** Rows of the faces of the cluster at a position of `clustering.clusters`. */
export function membersOf({ clustering, members }: StoredClustering, position: number): Int32Array {
  let start = 0;
  for (const { size } of clustering.clusters.slice(0, position)) start += size;
  return members.subarray(start, start + (clustering.clusters[position]?.size ?? 0));
}

export async function writePictures(folder: string, pictures: ClusterPictures[]): Promise<void> {
  const encode = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
  const plain = pictures.map((each) => ({ ...each, eigenface: encode(each.eigenface), components: each.components.map(encode) }));
  await replaceFile(join(folder, PICTURES), JSON.stringify(plain));
}

/** The pictures of the kept clustering, or undefined where they are not made yet. */
export async function readPictures(folder: string): Promise<ClusterPictures[] | undefined> {
  const text = await readFile(join(folder, PICTURES), 'utf8').catch(() => undefined);
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
async function replaceFile(path: string, content: string | Uint8Array): Promise<void> {
  await writeFile(`${path}.new`, content);
  await rename(`${path}.new`, path);
}

function toFloats(bytes: Buffer): Float32Array {
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}
