/**
 * Checks the large tables of a run. They are checked by hand, not by a schema, for speed: they have
 * a row for each face or image, and are read each time a run is opened.
 */
import { sep } from 'node:path';
import { type Box, LANDMARKS } from '../domain/faces';
import type { RunManifest } from '../domain/run';
import { t } from '../text/translate';

/** The content of faces.json: columns of one entry for each face. */
export interface FaceTable {
  /** Index of the run's folder. */
  folder: number[];
  /** Path of the image below that folder. */
  image: string[];
  /** 0-based index within its image. */
  face: number[];
  /** In pixels of the upright image; null where the image as a whole is the face. */
  box: (Box | null)[];
  /** Confidence of the detector, in [0, 1]; null where the image as a whole is the face. */
  score: (number | null)[];
  /**
   * Size of the upright image, in pixels; null where it is not known. Undefined in runs of older
   * versions, as the landmarks are.
   */
  imageWidth?: (number | null)[];
  imageHeight?: (number | null)[];
  /** x and y of `LANDMARKS`, in pixels of the upright image; null as the box is. */
  landmarks?: (number[] | null)[];
  /** Paths that are not valid UTF-8, in base64, by row. */
  rawPaths: Record<number, string>;
}

const isCount = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0;
// Numbers in JSON are finite.
const isNumber = (value: unknown): value is number => typeof value === 'number';
const isNumberOrNull = (value: unknown) => value === null || isNumber(value);

/** Whether a value is a relative path that does not leave its folder. */
const isName = (value: unknown): value is string =>
  typeof value === 'string' &&
  value !== '' &&
  !(value.includes('..') && value.split(SEPARATOR).includes('..'));

/** Windows accepts both. */
const SEPARATOR = sep === '/' ? '/' : /[/\\]/;

function isBoxOrNull(value: unknown): boolean {
  if (value === null) return true;
  if (typeof value !== 'object') return false;
  const { x, y, width, height } = value as Record<string, unknown>;
  return isNumber(x) && isNumber(y) && isNumber(width) && isNumber(height);
}

const isCountOrNull = (value: unknown) => value === null || isCount(value);
const isLandmarks = (value: unknown) =>
  value === null ||
  (Array.isArray(value) && value.length === 2 * LANDMARKS.length && value.every(isNumber));

/** Columns that runs of older versions lack. */
const NEWER_COLUMNS: Record<string, (value: unknown) => boolean> = {
  imageWidth: isCountOrNull,
  imageHeight: isCountOrNull,
  landmarks: isLandmarks,
};

/** @returns what is wrong with faces.json; undefined where nothing is. */
export function checkFaceTable(
  table: unknown,
  { faces, folders }: Pick<RunManifest, 'faces' | 'folders'>,
): string | undefined {
  if (typeof table !== 'object' || table === null) return t('is not a table');
  const columns: Record<string, (value: unknown) => boolean> = {
    folder: (value) => isCount(value) && value < folders.length,
    image: isName,
    face: isCount,
    box: isBoxOrNull,
    score: isNumberOrNull,
    ...Object.fromEntries(Object.entries(NEWER_COLUMNS).filter(([name]) => name in table)),
  };
  for (const [name, isValid] of Object.entries(columns)) {
    const column = (table as Record<string, unknown>)[name];
    if (!Array.isArray(column)) return t("has no column '{0}'", name);
    if (column.length !== faces) return t('holds {0} faces: expected {1}', column.length, faces);
    const row = column.findIndex((value) => !isValid(value));
    if (row >= 0) return t('has no valid {0} in row {1}', name, row);
  }
  const { rawPaths } = table as { rawPaths?: unknown };
  if (typeof rawPaths !== 'object' || rawPaths === null) return t("has no 'rawPaths'");
  for (const path of Object.values(rawPaths))
    if (typeof path !== 'string') return t("has a path in 'rawPaths' that is not a string");
  return undefined;
}

/** @returns what is wrong with images.json; undefined where nothing is. */
export function checkImages(images: unknown): string | undefined {
  if (!Array.isArray(images)) return t('is not a list');
  const row = images.findIndex((image) => !isImage(image));
  return row < 0 ? undefined : t('has no valid image in row {0}', row);
}

function isImage(image: unknown): boolean {
  if (!Array.isArray(image)) return false;
  const [folder, name, ...identity] = image as unknown[];
  return (
    isCount(folder) &&
    isName(name) &&
    identity.length >= 2 &&
    identity.length <= 4 &&
    identity.every(isNumberOrNull)
  );
}

/** The columns of crops.json. */
interface CropColumns {
  faces: unknown;
  ends: unknown;
  strips?: unknown;
  places?: unknown;
}

/**
 * @param maxFaces of a strip.
 * @returns what is wrong with crops.json; undefined where nothing is.
 */
export function checkCropIndex(
  { faces, ends, strips, places }: CropColumns,
  maxFaces: number,
): string | undefined {
  if (!isCount(faces)) return t('has no number of faces');
  let end = 0;
  if (
    !Array.isArray(ends) ||
    !ends.every((next) => isCount(next) && next > end && ((end = next), true))
  )
    return t('has no ascending ends of strips');
  // Older runs have neither column: their strips are full, except for the last.
  if (strips === undefined && places === undefined)
    return ends.length >= Math.ceil(faces / maxFaces) ? undefined : t('has too few strips');
  const isColumn = (column: unknown, below: number) =>
    Array.isArray(column) &&
    column.length === faces &&
    column.every((value) => isCount(value) && value < below);
  if (!isColumn(strips, ends.length))
    return t('does not assign each of {0} faces to one of {1} strips', faces, ends.length);
  return isColumn(places, maxFaces)
    ? undefined
    : t('does not assign each of {0} faces to a place in its strip', faces);
}
