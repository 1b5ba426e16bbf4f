/** Reads a run: its faces, their attributes and crops. */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunManifest } from '../domain/run';
import { t } from '../text/translate';
import { codeOf, UserError } from '../util/errors';
import { hasAllCrops } from './crop-index';
import { CropReader } from './crop-reader';
import { FACES, IMAGES, MANIFEST, PROBABILITIES } from './file-names';
import { checkFaceTable, type FaceTable } from './run-columns';
import { readManifest } from './run-files';
import { restoreRun } from './run-place';
import { DamagedRun, parseJson } from './run-schemas';

/** Whether all files of a run exist and have the expected sizes. Reads none of the large ones. */
export async function hasAllFiles(
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
      (await hasAllCrops(folder))
    );
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}

/** A finished run. All but its crops is in memory. */
export interface StoredRun {
  folder: string;
  /** Result of `runIdentity` for the files that were read. */
  identity: string;
  manifest: RunManifest;
  faces: FaceTable;
  /** `[faces, attributes]`, in [0, 1]. */
  probabilities: Float32Array;
  crops: CropReader;
}

/** Attempts to read a run that other processes replace meanwhile. */
const MAX_ATTEMPTS = 5;

/**
 * Reads a run. All parts belong to the same run, even if another process replaces it meanwhile.
 * @throws DamagedRun; UserError where there is no run.
 */
export async function readRun(folder: string): Promise<StoredRun> {
  await restoreRun(folder);
  for (let attempt = 1; ; attempt++) {
    const identity = await runIdentity(folder);
    try {
      const run = await readParts(folder, identity);
      if ((await runIdentity(folder)) === identity) return run;
    } catch (error) {
      // While another run takes its place, the files may be gone or belong to both.
      if ((await runIdentity(folder)) === identity || attempt === MAX_ATTEMPTS) throw error;
    }
    if (attempt === MAX_ATTEMPTS) throw replaced(folder);
  }
}

async function readParts(folder: string, identity: string): Promise<StoredRun> {
  const manifest = await readManifest(folder);
  if (manifest === undefined)
    throw new UserError(
      t("there is no finished run of this version in '{0}': analyze its images again", folder),
    );
  const [faces, probabilities] = await Promise.all([
    readFaces(folder, manifest),
    readProbabilities(folder, manifest),
  ]);
  const crops = await CropReader.open(folder, manifest.faces);
  return { folder, identity, manifest, faces, probabilities, crops };
}

async function readFaces(folder: string, manifest: RunManifest): Promise<FaceTable> {
  const text = (await readPart(folder, FACES)).toString();
  const faces = parseJson(folder, FACES, text);
  const damage = checkFaceTable(faces, manifest);
  if (damage !== undefined) throw new DamagedRun(folder, FACES, damage);
  return faces as FaceTable;
}

async function readProbabilities(
  folder: string,
  { faces, modelAttributes }: RunManifest,
): Promise<Float32Array> {
  const bytes = await readPart(folder, PROBABILITIES);
  const expected = 4 * faces * modelAttributes.length;
  if (bytes.length !== expected) {
    const damage = t('holds {0} bytes: expected {1}', bytes.length, expected);
    throw new DamagedRun(folder, PROBABILITIES, damage);
  }
  const probabilities = toFloats(bytes);
  // Clustering would not terminate with NaN.
  if (!areFinite(probabilities))
    throw new DamagedRun(folder, PROBABILITIES, t('holds a value that is not a number'));
  return probabilities;
}

async function readPart(folder: string, name: string): Promise<Buffer> {
  try {
    return await readFile(join(folder, name));
  } catch (error) {
    if (codeOf(error) === 'ENOENT') throw new DamagedRun(folder, name, t('is missing'), error);
    throw error;
  }
}

/**
 * Distinguishes a run from one that replaces it, by a single `stat` call. It does not use the inode
 * number, which changes on some network file systems.
 * @returns an empty string where there is no run.
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

/** @throws UserError where the run was replaced since it was read. */
export async function assertCurrent({ folder, identity }: StoredRun): Promise<void> {
  if ((await runIdentity(folder)) !== identity) throw replaced(folder);
}

/**
 * Writes something into the folder of a run.
 * @throws UserError where another run has replaced it, before or while it is written.
 */
export async function writeToRun(run: StoredRun, write: () => Promise<void>): Promise<void> {
  await assertCurrent(run);
  try {
    await write();
  } catch (error) {
    await assertCurrent(run); // a temporary file moves away with the folder that it is in
    throw error;
  }
}

const replaced = (folder: string) =>
  new UserError(t("the run in '{0}' was replaced meanwhile: try again", folder));

/** Path of the image of a face; a Buffer where it is not valid UTF-8. */
export function imagePath({ faces, manifest }: StoredRun, row: number): string | Buffer {
  const raw = faces.rawPaths[row];
  if (raw !== undefined) return Buffer.from(raw, 'base64');
  return join(manifest.folders[faces.folder[row]!]!, ...faces.image[row]!.split('/'));
}

function areFinite(values: Float32Array): boolean {
  let valid = 0;
  // `every` takes six times as long: 250 ms for 200,000 faces of 40 attributes.
  while (valid < values.length && Number.isFinite(values[valid])) valid += 1;
  return valid === values.length;
}

const toFloats = ({ buffer, byteOffset, byteLength }: Buffer): Float32Array =>
  new Float32Array(buffer.slice(byteOffset, byteOffset + byteLength));
