/**
 * What is kept of a run, a folder each: the faces and what was inferred of them (so that nothing is inferred twice), their crops, and
 * the latest clustering. A run is written beside its place and moved there when it is whole, so a run that is made anew keeps its old
 * faces until then, and one that does not end well leaves nothing.
 */
import { type FileHandle, mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { codeOf } from '../errors';
import type { LocatedFace } from '../faces/detect';
import type { Box, CropSize } from '../faces/framing';
import type { Images } from '../faces/image-list';
import type { ImageFile } from '../faces/scan';
import type { RunManifest } from '../protocol';
import type { CropRef } from '../faces/strips';
import { CropReader, CropWriter, cropsAreWhole } from './crops';
import type { FileIdentity, Identities } from './identity';
import { jsonArray, JsonColumn, jsonObject } from './json-column';
import { PARTIAL, readManifest, writeManifest } from './run-files';

const FACES = 'faces.json';
const PROBABILITIES = 'probabilities.f32';
const IMAGES = 'images.json';

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

/** An image with its faces, as a run keeps it. */
export interface RunImage {
  image: ImageFile;
  faces: {
    /** Null where the image as a whole is the face. */
    located: LocatedFace | null;
    /** In [0, 1], one for each attribute. */
    probabilities: Float32Array;
    crop: CropRef;
  }[];
}

/** Faces whose probabilities are written at a time. */
const BUFFERED = 256;

/** Writes a run while it is made. */
export class RunWriter {
  private readonly columns = {
    folder: new JsonColumn(),
    image: new JsonColumn(),
    face: new JsonColumn(),
    box: new JsonColumn(),
    score: new JsonColumn(),
  } satisfies Record<Exclude<keyof FaceTable, 'rawPaths'>, JsonColumn>;
  private readonly rawPaths: FaceTable['rawPaths'] = {};
  private buffered: Float32Array[] = [];
  /** Numbers of the strips that are written, by their keys. */
  private readonly strips = new Map<string, number>();

  private constructor(
    private readonly place: string,
    private readonly folder: string,
    private readonly probabilities: FileHandle,
    private readonly crops: CropWriter,
  ) {}

  /** @param place folder of the run; what it holds stays until `finish`. */
  static async create(place: string, crop: CropSize): Promise<RunWriter> {
    // Two windows may describe the same folders at the same time: each writes beside the other, and the last one is kept.
    const folder = `${place}-${randomBytes(4).toString('hex')}${PARTIAL}`;
    await mkdir(folder, { recursive: true });
    return new RunWriter(place, folder, await open(join(folder, PROBABILITIES), 'w'), await CropWriter.create(folder, crop));
  }

  get faces(): number {
    return this.columns.image.length;
  }

  async append({ image, faces }: RunImage): Promise<void> {
    const { folder, image: names, face, box, score } = this.columns;
    for (const [index, { located, probabilities }] of faces.entries()) {
      if (typeof image.path !== 'string') this.rawPaths[this.faces] = image.path.toString('base64');
      folder.push(image.folder);
      names.push(image.name);
      face.push(index);
      box.push(located?.box ?? null);
      score.push(located?.score ?? null);
      this.buffered.push(probabilities);
    }
    if (this.buffered.length >= BUFFERED) await this.flush();
    for (const {
      crop: { strip, at },
    } of faces) {
      let number = this.strips.get(strip.key);
      if (number === undefined) {
        number = await this.crops.appendStrip(strip.read());
        this.strips.set(strip.key, number);
      }
      this.crops.place(number, at);
    }
  }

  private async flush() {
    const bytes = Buffer.concat(this.buffered.map(({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength)));
    this.buffered = [];
    await this.probabilities.appendFile(bytes);
  }

  /** @param images what was found in the folders, to tell later what has changed. */
  async finish(manifest: RunManifest, images: Iterable<KeptImage>): Promise<void> {
    await this.flush();
    await this.probabilities.close();
    await this.crops.finish();
    await writeFile(join(this.folder, IMAGES), jsonArray(images));
    await writeFile(join(this.folder, FACES), jsonObject({ ...this.columns, rawPaths: this.rawPaths }));
    await writeManifest(this.folder, manifest);
    await rm(this.place, { recursive: true, force: true });
    await rename(this.folder, this.place);
  }

  /** Removes what was written of a run that does not end well. */
  async abandon(): Promise<void> {
    await this.crops.abandon();
    await this.probabilities.close().catch(() => undefined); // it may be closed already
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** An image as it was when its run was made; its identity is null where the file could not be asked for, and in part undefined in older runs. */
export type KeptImage = [folder: number, name: string, size: number | null, modified: number | null, changed?: number, inode?: number];

export const keptImage = ({ folder, name }: ImageFile, identity: FileIdentity | undefined): KeptImage =>
  identity === undefined ? [folder, name, null, null] : [folder, name, identity.size, identity.modified, identity.changed, identity.inode];

export function* keptImages(images: Images, identities: Identities): Generator<KeptImage> {
  let i = 0;
  for (const image of images) yield keptImage(image, identities.get(i++));
}

/** The images of a run, or undefined for runs of versions that did not keep them. */
export async function readImages(folder: string): Promise<KeptImage[] | undefined> {
  try {
    return JSON.parse(await readFile(join(folder, IMAGES), 'utf8')) as KeptImage[];
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Whether the files of a run are there, as large as they should be: what a look from outside tells. */
export async function isWhole(folder: string, { faces, modelAttributes }: RunManifest): Promise<boolean> {
  try {
    const [table, probabilities] = await Promise.all([FACES, PROBABILITIES, IMAGES].map((name) => stat(join(folder, name))));
    return table!.size > 0 && probabilities!.size === faces * modelAttributes.length * 4 && (await cropsAreWhole(folder));
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
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

/** Where the image of a face lies; a Buffer where the path is not valid UTF-8. */
export function imagePath({ faces, manifest }: StoredRun, row: number): string | Buffer {
  const raw = faces.rawPaths[row];
  if (raw !== undefined) return Buffer.from(raw, 'base64');
  return join(manifest.folders[faces.folder[row]!]!, ...faces.image[row]!.split('/'));
}

function toFloats(bytes: Buffer): Float32Array {
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}
