import type { LocatedFace } from '../domain/faces';
import { STRIP } from '../images/crop-strips';

// Contents are numbered, so that what belongs to the images of a run lies side by side: a commit
// writes few pages then. Files are found by their paths for the same reason.
export type FileRow = [
  size: number,
  modified: number,
  changed: number,
  inode: number,
  id: number,
  hash: string,
];
export type FoundRow = [
  size: number,
  hash: string,
  reason: string | null,
  faces: (number[] | null)[] | null,
];
export type DescribedRow = [probabilities: Uint8Array, strips: number[], places: number[]];
export type StripUse = [day: number, bytes: number, ids: number[], finder: string, model: string];

/** Bytes of a content's hash. */
export const HASH_BYTES = 16;

const isNumber = (value: unknown): value is number =>
  typeof value === 'number' && Number.isFinite(value);
const isCount = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0;
const isHash = (value: unknown): value is string =>
  typeof value === 'string' && value.length === 2 * HASH_BYTES;
/**
 * By hand: these run for each known image, and a function for each value would take as long as
 * reading it.
 */
function isListOf<T>(value: unknown, is: (each: unknown) => each is T): value is T[] {
  if (!Array.isArray(value)) return false;
  let sound = 0;
  while (sound < value.length && is(value[sound])) sound += 1;
  return sound === value.length;
}

/** @returns the number of a content, or undefined. */
export const contentNumber = (value: unknown): number | undefined =>
  isCount(value) ? value : undefined;

export function fileRow(value: unknown): FileRow | undefined {
  if (!Array.isArray(value) || value.length !== 6) return undefined;
  for (let i = 0; i < 4; i++) if (!isNumber(value[i])) return undefined;
  return isCount(value[4]) && isHash(value[5]) ? (value as FileRow) : undefined;
}

export function foundRow(value: unknown): FoundRow | undefined {
  if (!Array.isArray(value) || value.length !== 4) return undefined;
  const [size, hash, reason, faces] = value as unknown[];
  if (!isNumber(size) || !isHash(hash)) return undefined;
  const isSound =
    reason === null ? isListOf(faces, isFace) : typeof reason === 'string' && faces === null;
  return isSound ? (value as FoundRow) : undefined;
}

/** A face as numbers; null stands for the image as a whole. */
function isFace(value: unknown): value is number[] | null {
  if (value === null) return true;
  if (!isListOf(value, isNumber) || value.length !== FACE_NUMBERS) return false;
  const [, , , width, height] = value as Eleven;
  return width > 0 && height > 0;
}

/** @param faces that the image has, and `attributes` that the network gives of each. */
export function describedRow(
  value: unknown,
  faces: number,
  attributes: number,
): DescribedRow | undefined {
  if (!Array.isArray(value) || value.length !== 3) return undefined;
  const [probabilities, strips, places] = value as unknown[];
  if (!(probabilities instanceof Uint8Array) || probabilities.length !== 4 * faces * attributes)
    return undefined;
  if (
    !isListOf(strips, isCount) ||
    !isListOf(places, isPlace) ||
    strips.length !== faces ||
    places.length !== faces
  )
    return undefined;
  return value as DescribedRow;
}

const isPlace = (value: unknown): value is number => isCount(value) && value < STRIP;

export function stripUse(value: unknown): StripUse | undefined {
  if (!Array.isArray(value) || value.length !== 5) return undefined;
  const [day, bytes, ids, finder, model] = value as unknown[];
  const isSound =
    isCount(day) &&
    isCount(bytes) &&
    isListOf(ids, isCount) &&
    typeof finder === 'string' &&
    typeof model === 'string';
  return isSound ? (value as StripUse) : undefined;
}

/** A face as numbers: score, box, eyes, mouth. */
export function fromFace({ score, box, eyes: [left, right], mouth }: LocatedFace): number[] {
  return [
    score,
    box.x,
    box.y,
    box.width,
    box.height,
    left.x,
    left.y,
    right.x,
    right.y,
    mouth.x,
    mouth.y,
  ];
}

export function toFace(row: number[]): LocatedFace {
  const [score, x, y, width, height, leftX, leftY, rightX, rightY, mouthX, mouthY] = row as Eleven;
  return {
    score,
    box: { x, y, width, height },
    eyes: [
      { x: leftX, y: leftY },
      { x: rightX, y: rightY },
    ],
    mouth: { x: mouthX, y: mouthY },
  };
}

const FACE_NUMBERS = 11;
type Eleven = [
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
];
