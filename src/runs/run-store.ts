/**
 * What is kept of a run, a folder each: the faces and what was inferred of them (so that nothing is
 * inferred twice), their crops, and the latest clustering. A run is written beside its place and
 * moved there when it is whole (run-place.ts), so a run that is made anew keeps its old faces until
 * then, and one that does not end well leaves nothing.
 */
import { type FileHandle, open, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Box, CropSize, LocatedFace } from '../domain/faces';
import type { RunManifest } from '../domain/run';
import type { CropRef } from '../images/crop-strips';
import type { Images, ImageFile } from '../images/image-list';
import type { FileIdentity, Identities } from '../store/identity';
import { codeOf, UserError } from '../util/errors';
import { PRIVATE_FILE } from '../util/private-files';
import { CropReader, CropWriter, cropsAreWhole } from './crops';
import { jsonArray, JsonColumn, jsonObject } from './json-column';
import { checkFaceTable, checkImages } from './run-columns';
import { MANIFEST, readManifest, writeManifest } from './run-files';
import { moveToPlace, restoreRun, startRun } from './run-place';
import { DamagedRun, parseJson } from './run-schemas';

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
    const folder = await startRun(place);
    let probabilities: FileHandle | undefined;
    try {
      probabilities = await open(join(folder, PROBABILITIES), 'w', PRIVATE_FILE);
      return new RunWriter(place, folder, probabilities, await CropWriter.create(folder, crop));
    } catch (error) {
      await probabilities?.close();
      await rm(folder, { recursive: true, force: true, maxRetries: 3 });
      throw error;
    }
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
    const bytes = Buffer.concat(
      this.buffered.map(
        ({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength),
      ),
    );
    this.buffered = [];
    await this.probabilities.appendFile(bytes);
  }

  /** @param images what was found in the folders, to tell later what has changed. */
  async finish(manifest: RunManifest, images: Iterable<KeptImage>): Promise<void> {
    await this.flush();
    await this.probabilities.close();
    await this.crops.finish();
    const mode = PRIVATE_FILE;
    await writeFile(join(this.folder, IMAGES), jsonArray(images), { mode });
    await writeFile(
      join(this.folder, FACES),
      jsonObject({ ...this.columns, rawPaths: this.rawPaths }),
      { mode },
    );
    await writeManifest(this.folder, manifest);
    await moveToPlace(this.folder, this.place);
  }

  /** Removes what was written of a run that does not end well. */
  async abandon(): Promise<void> {
    await this.crops.abandon();
    await this.probabilities.close().catch(() => undefined); // it may be closed already
    await rm(this.folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

/**
 * An image as it was when its run was made; its identity is null where the file could not be asked
 * for, and in part undefined in older runs.
 */
export type KeptImage = [
  folder: number,
  name: string,
  size: number | null,
  modified: number | null,
  changed?: number,
  inode?: number,
];

export const keptImage = (
  { folder, name }: ImageFile,
  identity: FileIdentity | undefined,
): KeptImage =>
  identity === undefined
    ? [folder, name, null, null]
    : [folder, name, identity.size, identity.modified, identity.changed, identity.inode];

export function* keptImages(images: Images, identities: Identities): Generator<KeptImage> {
  let i = 0;
  for (const image of images) yield keptImage(image, identities.get(i++));
}

/**
 * The images of a run, or undefined for runs of versions that did not keep them.
 * @throws DamagedRun.
 */
export async function readImages(folder: string): Promise<KeptImage[] | undefined> {
  let text: string;
  try {
    text = await readFile(join(folder, IMAGES), 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
  const images = parseJson(folder, IMAGES, text);
  const what = checkImages(images);
  if (what !== undefined) throw new DamagedRun(folder, IMAGES, what);
  return images as KeptImage[];
}

/**
 * Whether the files of a run are there, as large as they should be: what a look from outside tells.
 */
export async function isWhole(
  folder: string,
  { faces, modelAttributes }: RunManifest,
): Promise<boolean> {
  try {
    const [table, probabilities] = await Promise.all(
      [FACES, PROBABILITIES, IMAGES].map((name) => stat(join(folder, name))),
    );
    return (
      table!.size > 0 &&
      probabilities!.size === faces * modelAttributes.length * 4 &&
      (await cropsAreWhole(folder))
    );
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}

/** A finished run, read into memory but for its crops. */
export interface StoredRun {
  folder: string;
  /** Of the files that were read: another one when a run was put into its place. */
  identity: string;
  manifest: RunManifest;
  faces: FaceTable;
  /** `[faces, attributes]`, in [0, 1]. */
  probabilities: Float32Array;
  crops: CropReader;
}

/** How often a run is read anew that another process replaces meanwhile. */
const ATTEMPTS = 5;

/**
 * Reads a run. All of it is of one run, though another process may put one into its place
 * meanwhile.
 * @throws DamagedRun; UserError where there is none.
 */
export async function readRun(folder: string): Promise<StoredRun> {
  await restoreRun(folder);
  for (let attempt = 1; ; attempt++) {
    const identity = await runIdentity(folder);
    try {
      const run = await readFiles(folder, identity);
      if ((await runIdentity(folder)) === identity) return run;
    } catch (error) {
      // What was read may be of two runs, or lie nowhere in the moment in which one makes room for
      // the other.
      if ((await runIdentity(folder)) === identity || attempt === ATTEMPTS) throw error;
    }
    if (attempt === ATTEMPTS) throw replaced(folder);
  }
}

async function readFiles(folder: string, identity: string): Promise<StoredRun> {
  const manifest = await readManifest(folder);
  if (manifest === undefined)
    throw new UserError(
      `there is no finished run of this version in '${folder}': describe its faces again`,
    );
  const [text, bytes] = await Promise.all(
    [FACES, PROBABILITIES].map((name) => readPart(folder, name)),
  );
  const faces = parseJson(folder, FACES, text!.toString());
  const what = checkFaceTable(faces, manifest);
  if (what !== undefined) throw new DamagedRun(folder, FACES, what);
  const expected = manifest.faces * manifest.modelAttributes.length;
  if (bytes!.length !== 4 * expected) {
    throw new DamagedRun(
      folder,
      PROBABILITIES,
      `holds ${bytes!.length} bytes: expected ${4 * expected}`,
    );
  }
  const probabilities = toFloats(bytes!);
  // Clustering would not end well with one that is none.
  if (!areNumbers(probabilities))
    throw new DamagedRun(folder, PROBABILITIES, 'holds something that is no number');
  const crops = await CropReader.open(folder, manifest.faces);
  return { folder, identity, manifest, faces: faces as FaceTable, probabilities, crops };
}

async function readPart(folder: string, name: string): Promise<Buffer> {
  try {
    return await readFile(join(folder, name));
  } catch (error) {
    if (codeOf(error) === 'ENOENT') throw new DamagedRun(folder, name, 'is gone', error);
    throw error;
  }
}

/**
 * Tells a run from one that took its place, at the cost of asking for one file. Not by the number
 * of its inode, which some file systems over a network give anew from time to time. Of a place
 * without a run it is empty.
 */
export async function runIdentity(folder: string): Promise<string> {
  try {
    const { size, mtimeNs } = await stat(join(folder, MANIFEST), { bigint: true });
    return `${size} ${mtimeNs}`;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return '';
    throw error;
  }
}

/** @throws UserError where another run was put into the place of the one that was read. */
export async function assertCurrent({ folder, identity }: StoredRun): Promise<void> {
  if ((await runIdentity(folder)) !== identity) throw replaced(folder);
}

const replaced = (folder: string) =>
  new UserError(`the run in '${folder}' was made anew meanwhile: try again`);

/** Where the image of a face lies; a Buffer where the path is not valid UTF-8. */
export function imagePath({ faces, manifest }: StoredRun, row: number): string | Buffer {
  const raw = faces.rawPaths[row];
  if (raw !== undefined) return Buffer.from(raw, 'base64');
  return join(manifest.folders[faces.folder[row]!]!, ...faces.image[row]!.split('/'));
}

function areNumbers(values: Float32Array): boolean {
  let sound = 0;
  // an iterator would take several times as long
  while (sound < values.length && Number.isFinite(values[sound])) sound += 1;
  return sound === values.length;
}

function toFloats(bytes: Buffer): Float32Array {
  return new Float32Array(
    bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength),
  );
}
