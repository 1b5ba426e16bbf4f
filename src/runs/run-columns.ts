/**
 * Whether the large tables of a run are as they were written. By hand: they have a row for each
 * face or image, and are read each time a run is opened.
 */
import { sep } from 'node:path';
import type { RunManifest } from '../domain/run';

const isCount = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0;
// JSON knows only finite ones
const isNumber = (value: unknown): value is number => typeof value === 'number';
const isNumberOrNull = (value: unknown) => value === null || isNumber(value);

/** A path below a folder, and in no other. */
const isName = (value: unknown): value is string =>
  typeof value === 'string' &&
  value !== '' &&
  !(value.includes('..') && value.split(SEPARATOR).includes('..'));

const SEPARATOR = sep === '/' ? '/' : /[/\\]/;

function isBoxOrNull(value: unknown): boolean {
  if (value === null) return true;
  if (typeof value !== 'object') return false;
  const { x, y, width, height } = value as Record<string, unknown>;
  return isNumber(x) && isNumber(y) && isNumber(width) && isNumber(height);
}

/** @returns what is wrong with faces.json; undefined where nothing is. */
export function checkFaceTable(
  table: unknown,
  { faces, folders }: Pick<RunManifest, 'faces' | 'folders'>,
): string | undefined {
  if (typeof table !== 'object' || table === null) return 'holds no table';
  const columns: Record<string, (value: unknown) => boolean> = {
    folder: (value) => isCount(value) && value < folders.length,
    image: isName,
    face: isCount,
    box: isBoxOrNull,
    score: isNumberOrNull,
  };
  for (const [name, isSound] of Object.entries(columns)) {
    const column = (table as Record<string, unknown>)[name];
    if (!Array.isArray(column)) return `has no column '${name}'`;
    if (column.length !== faces) return `holds ${column.length} faces: expected ${faces}`;
    const row = column.findIndex((value) => !isSound(value));
    if (row >= 0) return `has no ${name} in row ${row}`;
  }
  const { rawPaths } = table as { rawPaths?: unknown };
  if (typeof rawPaths !== 'object' || rawPaths === null) return "has no 'rawPaths'";
  for (const path of Object.values(rawPaths))
    if (typeof path !== 'string') return "has a path in 'rawPaths' that is no text";
  return undefined;
}

/** @returns what is wrong with images.json; undefined where nothing is. */
export function checkImages(images: unknown): string | undefined {
  if (!Array.isArray(images)) return 'holds no list';
  const row = images.findIndex((image) => !isImage(image));
  return row < 0 ? undefined : `has no image in row ${row}`;
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

/** What a pack of crops holds, beside its size. */
interface CropColumns {
  faces: unknown;
  ends: unknown;
  strips?: unknown;
  places?: unknown;
}

/**
 * @param most faces of a strip, at most.
 * @returns what is wrong with crops.json; undefined where nothing is.
 */
export function checkCropIndex(
  { faces, ends, strips, places }: CropColumns,
  most: number,
): string | undefined {
  if (!isCount(faces)) return 'holds no number of faces';
  let end = 0;
  if (
    !Array.isArray(ends) ||
    !ends.every((next) => isCount(next) && next > end && ((end = next), true))
  )
    return 'has no ends of strips';
  // Older runs have neither: their strips hold as many faces each as fit.
  if (strips === undefined && places === undefined)
    return ends.length >= Math.ceil(faces / most) ? undefined : 'has too few strips';
  const isColumn = (column: unknown, below: number) =>
    Array.isArray(column) &&
    column.length === faces &&
    column.every((value) => isCount(value) && value < below);
  if (!isColumn(strips, ends.length))
    return `does not say in which of its ${ends.length} strips each of ${faces} faces lies`;
  return isColumn(places, most)
    ? undefined
    : `does not say where in its strip each of ${faces} faces lies`;
}
