/**
 * Writes a run: its faces and their attributes (so that nothing is inferred twice), crops, images
 * and manifest. The files are written to a folder beside the run's place, which is moved there when
 * they are complete (run-place.ts). So an earlier run stays until then, and a failure leaves
 * nothing.
 */
import { type FileHandle, open, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CropSize, LocatedFace } from '../domain/faces';
import type { RunManifest } from '../domain/run';
import type { CropRef } from '../images/crop-strips';
import type { ImageFile } from '../images/image-list';
import { PRIVATE_FILE } from '../util/private-files';
import { CropWriter } from './crop-writer';
import { FACES, IMAGES, PROBABILITIES } from './file-names';
import { jsonArray, JsonColumn, jsonObject } from './json-column';
import type { FaceTable } from './run-columns';
import { writeManifest } from './run-files';
import type { ImageRow } from './run-images';
import { moveToPlace, startRun } from './run-place';

/** An image with its faces. */
export interface RunImage {
  image: ImageFile;
  /** Of the upright image, in pixels; undefined where it is not known. */
  size?: CropSize | undefined;
  faces: {
    /** Null where the image as a whole is the face. */
    located: LocatedFace | null;
    /** One for each attribute, in [0, 1]. */
    probabilities: Float32Array;
    crop: CropRef;
  }[];
}

/** x and y of `LANDMARKS`, to a hundredth of a pixel. */
const landmarksOf = ({ eyes: [left, right], mouth }: LocatedFace): number[] =>
  [left, right, mouth].flatMap(({ x, y }) => [x, y]).map((value) => Math.round(100 * value) / 100);

/** Faces whose probabilities are written at once. */
const BUFFERED_FACES = 256;

export class RunWriter {
  private readonly columns = {
    folder: new JsonColumn(),
    image: new JsonColumn(),
    face: new JsonColumn(),
    box: new JsonColumn(),
    score: new JsonColumn(),
    imageWidth: new JsonColumn(),
    imageHeight: new JsonColumn(),
    landmarks: new JsonColumn(),
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

  /** @param place folder of the run; an earlier run stays there until `finish`. */
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

  async append({ image, size, faces }: RunImage): Promise<void> {
    const { folder, image: names, face, box, score } = this.columns;
    const { imageWidth, imageHeight, landmarks } = this.columns;
    for (const [index, { located, probabilities }] of faces.entries()) {
      if (typeof image.path !== 'string') this.rawPaths[this.faces] = image.path.toString('base64');
      folder.push(image.folder);
      names.push(image.name);
      face.push(index);
      box.push(located?.box ?? null);
      score.push(located?.score ?? null);
      imageWidth.push(size?.width ?? null);
      imageHeight.push(size?.height ?? null);
      landmarks.push(located === null ? null : landmarksOf(located));
      this.buffered.push(probabilities);
    }
    if (this.buffered.length >= BUFFERED_FACES) await this.flush();
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

  /** @param images all images of the folders, with or without faces. */
  async finish(manifest: RunManifest, images: Iterable<ImageRow>): Promise<void> {
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

  /** Removes what was written, after a failure. */
  async abandon(): Promise<void> {
    await this.crops.abandon();
    await this.probabilities.close().catch(() => undefined); // it may be closed already
    await rm(this.folder, { recursive: true, force: true, maxRetries: 3 });
  }
}
