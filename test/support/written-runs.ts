/** Writes and clusters runs without an engine. */
import { basename, join } from 'node:path';
import type { CropSize } from '../../src/domain/faces';
import type { RunManifest } from '../../src/domain/run';
import { analysisSettings } from '../../src/domain/settings';
import { clusterFaces } from '../../src/engine/clustering/cluster-faces';
import { encodeStrips, facePlaces } from '../../src/images/crop-strips';
import { RUN_VERSION, writeClustering } from '../../src/runs/run-files';
import { toImageRow } from '../../src/runs/run-images';
import { RunWriter } from '../../src/runs/run-writer';
import { settingsWith } from './engine';

const CROP = { width: 16, height: 24 };
/** Faces that have crops of their own; the others have copies of these. */
const MAX_CROPS = 1000;
export const ATTRIBUTES = ['Smiling', 'Male', 'Young'];

export interface RunContent {
  faces?: number;
  /** Gray value of all its crops, which distinguishes it from other runs. */
  level?: number;
  crop?: CropSize;
  folders?: string[];
  changes?: Partial<RunManifest>;
}

/** Writes a run and moves it to its final folder, as an analysis does. */
export async function writeRun(place: string, content: RunContent = {}): Promise<RunManifest> {
  const { writer, finish } = await beginRun(place, content);
  try {
    return await finish();
  } catch (error) {
    await writer.abandon();
    throw error;
  }
}

/** Writes a run without moving it to its final folder. */
export async function beginRun(
  place: string,
  {
    faces = 40,
    level = 50,
    crop: size = CROP,
    folders = ['/photos'],
    changes = {},
  }: RunContent = {},
): Promise<{ writer: RunWriter; finish: () => Promise<RunManifest> }> {
  const writer = await RunWriter.create(place, size);
  const crops = Math.min(faces, MAX_CROPS);
  const pixels = Buffer.alloc(crops * size.width * size.height * 3, level);
  const strips = await encodeStrips(pixels, new Array<number>(crops).fill(1), size);
  const places = facePlaces(strips);
  const identity = { size: 1000, modified: 1e12, changed: 1e12, inode: 1 };
  const images = Array.from({ length: faces }, (_, i) => {
    const folder = Math.floor((i * folders.length) / faces);
    return { folder, name: `a/${i}.jpg`, path: join(folders[folder]!, 'a', `${i}.jpg`) };
  });
  const finish = async () => {
    for (const [i, image] of images.entries()) {
      const { strip, at } = places[i % crops]!;
      const key = `${Math.floor(i / crops)} ${strip}`;
      const probabilities = Float32Array.from(
        ATTRIBUTES,
        (_, attribute) => ((i * 7 + attribute) % 10) / 10,
      );
      const crop = { strip: { key, read: () => strips[strip]!.jpeg }, at };
      await writer.append({ image, faces: [{ located: null, probabilities, crop }] });
    }
    const manifest = manifestOf(basename(place), faces, folders, { crop: size, ...changes });
    await writer.finish(
      manifest,
      images.map((image) => toImageRow(image, identity)),
    );
    return manifest;
  };
  return { writer, finish };
}

function manifestOf(
  id: string,
  faces: number,
  folders: string[],
  changes: Partial<RunManifest>,
): RunManifest {
  return {
    version: RUN_VERSION,
    id,
    createdAt: new Date().toISOString(),
    folders,
    settings: analysisSettings(settingsWith()),
    model: '/models/some.onnx',
    modelAttributes: ATTRIBUTES,
    provider: 'cpu',
    trials: [{ provider: 'cpu', used: true, reason: 'chosen in the settings' }],
    detection: { searched: false, reason: 'chosen in the settings' },
    images: { found: faces, read: faces, failed: 0, withoutFace: 0 },
    failures: [],
    faceless: [],
    faces,
    crop: CROP,
    timing: { analyse: 1 },
    ...changes,
  };
}

/** Clusters the faces of a run, as its panel does. */
export async function clusterRun(place: string, faces = 40): Promise<void> {
  const probabilities = Float32Array.from(
    { length: faces * ATTRIBUTES.length },
    (_, i) => (i % 10) / 10,
  );
  const settings = settingsWith({ clusters: 2, attributes: ATTRIBUTES });
  await writeClustering(place, await clusterFaces({ probabilities, names: ATTRIBUTES }, settings));
}
