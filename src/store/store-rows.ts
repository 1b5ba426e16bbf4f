/**
 * Values of the tables. They are tuples, which take less space than records. A damaged page may
 * yield any value, so each is checked when it is read.
 */
import type { CropSize, LocatedFace } from '../domain/faces';
import { REMARKS, type Remarks } from '../domain/run';
import { MAX_STRIP_FACES } from '../images/crop-strips';
import { type FileIdentity, sameIdentity } from './identity';
import type { Content, StoredAttributes, StoredDetections } from './store-records';

// Contents have ascending numbers, so that rows of the images of a run are adjacent and a commit
// writes few pages. Files are stored by their paths for the same reason.
export type FileRow = [
  size: number,
  modified: number,
  changed: number,
  inode: number,
  id: number,
  hash: string,
];
export type DetectionsRow = [
  size: number,
  hash: string,
  reason: string | null,
  faces: (number[] | null)[] | null,
  /** Width and height of the upright image, or nothing. Missing where there is no more. */
  imageSize?: number[],
  /** Only where there are some: a number for each of REMARKS, 0 for those that do not apply. */
  remarks?: number[],
];
export type AttributesRow = [probabilities: Uint8Array, strips: number[], places: number[]];
/** `hash` is that of the content; `bytes` are those of all faces of the image. */
export type EmbeddingsRow = [network: string, hash: string, bytes: Uint8Array];
/** `day` is the day of the last use, since 1970; `ids` are numbers of contents. */
export type StripUseRow = [
  day: number,
  bytes: number,
  ids: number[],
  finder: string,
  model: string,
];

/** Bytes of a content's hash. */
export const HASH_BYTES = 16;

// ------------------------------------------------------------------------------------- checking

const isNumber = (value: unknown): value is number =>
  typeof value === 'number' && Number.isFinite(value);
const isCount = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0;
const isHash = (value: unknown): value is string =>
  typeof value === 'string' && value.length === 2 * HASH_BYTES;

/**
 * A plain loop: this runs for each cached image, and `Array.every` would take as long as reading
 * the row.
 */
function isListOf<T>(value: unknown, is: (each: unknown) => each is T): value is T[] {
  if (!Array.isArray(value)) return false;
  let valid = 0;
  while (valid < value.length && is(value[valid])) valid += 1;
  return valid === value.length;
}

/** @returns the number of a content or of a strip; undefined where the value is not one. */
export const parseNumber = (value: unknown): number | undefined =>
  isCount(value) ? value : undefined;

export function parseFileRow(value: unknown): FileRow | undefined {
  if (!Array.isArray(value) || value.length !== 6) return undefined;
  for (let i = 0; i < 4; i++) if (!isNumber(value[i])) return undefined;
  return isCount(value[4]) && isHash(value[5]) ? (value as FileRow) : undefined;
}

export function parseDetectionsRow(value: unknown): DetectionsRow | undefined {
  if (!Array.isArray(value) || value.length < 4 || value.length > 6) return undefined;
  const [size, hash, reason, faces, imageSize = [], remarks = []] = value as unknown[];
  if (!isNumber(size) || !isHash(hash)) return undefined;
  if (!isListOf(imageSize, isCount) || !isListOf(remarks, isCount)) return undefined;
  const isValid =
    reason === null ? isListOf(faces, isFace) : typeof reason === 'string' && faces === null;
  return isValid ? (value as DetectionsRow) : undefined;
}

/** Whether a value is a face as numbers, or null for the image as a whole. */
function isFace(value: unknown): value is number[] | null {
  if (value === null) return true;
  if (!isListOf(value, isNumber) || value.length !== FACE_NUMBERS) return false;
  const [, , , width, height] = value as FaceNumbers;
  return width > 0 && height > 0;
}

/** Shape that the attributes of an image must have. */
export interface AttributesShape {
  /** Faces that were detected in the image. */
  faces: number;
  /** Outputs of the network. */
  attributes: number;
}

export function parseAttributesRow(
  value: unknown,
  { faces, attributes }: AttributesShape,
): AttributesRow | undefined {
  if (!Array.isArray(value) || value.length !== 3) return undefined;
  const [probabilities, strips, places] = value as unknown[];
  if (!(probabilities instanceof Uint8Array) || probabilities.length !== 4 * faces * attributes)
    return undefined;
  const isValid =
    isListOf(strips, isCount) &&
    isListOf(places, isPlace) &&
    strips.length === faces &&
    places.length === faces;
  return isValid ? (value as AttributesRow) : undefined;
}

const isPlace = (value: unknown): value is number => isCount(value) && value < MAX_STRIP_FACES;

export function parseEmbeddingsRow(value: unknown): EmbeddingsRow | undefined {
  if (!Array.isArray(value) || value.length !== 3) return undefined;
  const [network, hash, bytes] = value as unknown[];
  const isValid = typeof network === 'string' && isHash(hash) && bytes instanceof Uint8Array;
  return isValid ? (value as EmbeddingsRow) : undefined;
}

export function parseStripUseRow(value: unknown): StripUseRow | undefined {
  if (!Array.isArray(value) || value.length !== 5) return undefined;
  const [day, bytes, ids, finder, model] = value as unknown[];
  const isValid =
    isCount(day) &&
    isCount(bytes) &&
    isListOf(ids, isCount) &&
    typeof finder === 'string' &&
    typeof model === 'string';
  return isValid ? (value as StripUseRow) : undefined;
}

// ----------------------------------------------------------------------------------- converting

export const toFileRow = (
  { size, modified, changed, inode }: FileIdentity,
  id: number,
  hash: string,
): FileRow => [size, modified, changed, inode, id, hash];

/** @returns the content of a file; undefined where the file is no longer the one of the row. */
export function contentOfRow(row: FileRow, identity: FileIdentity): Content | undefined {
  const [size, modified, changed, inode, id, hash] = row;
  return sameIdentity(identity, { size, modified, changed, inode }) ? { id, hash } : undefined;
}

export const contentIdOf = (row: FileRow): number => row[4];

export const toDetectionsRow = (
  size: number,
  hash: string,
  detections: StoredDetections,
): DetectionsRow =>
  'reason' in detections
    ? [size, hash, detections.reason, null]
    : [
        size,
        hash,
        null,
        detections.faces.map((face) => (face === null ? null : toFaceNumbers(face))),
        ...extraNumbers(detections.size, detections.remarks),
      ];

/** @returns the size and the remarks; none at the end that would be empty. */
function extraNumbers(
  size: CropSize | undefined,
  remarks: Remarks = {},
): [] | [number[]] | [number[], number[]] {
  const imageSize = size === undefined ? [] : [size.width, size.height];
  const numbers = REMARKS.map((remark) => remarks[remark] ?? 0);
  if (numbers.some((number) => number > 0)) return [imageSize, numbers];
  return imageSize.length === 0 ? [] : [imageSize];
}

export function toDetections(row: DetectionsRow): StoredDetections {
  const [, , reason, faces, imageSize = [], remarks] = row;
  if (reason !== null) return { reason };
  const [width, height] = imageSize;
  return {
    faces: (faces ?? []).map((face) => (face === null ? null : toFace(face))),
    ...(width !== undefined && height !== undefined ? { size: { width, height } } : {}),
    ...(remarks === undefined ? {} : { remarks: toRemarks(remarks) }),
  };
}

const toRemarks = (numbers: readonly number[]): Remarks =>
  Object.fromEntries(
    REMARKS.map((remark, i) => [remark, numbers[i] ?? 0] as const).filter(([, each]) => each > 0),
  );

/** Size, in bytes, and hash of the content that the detections belong to. */
export const contentSizeOf = (row: DetectionsRow): number => row[0];
export const contentHashOf = (row: DetectionsRow): string => row[1];

/** @param firstStrip number of the first strip of the batch, to which `crops` refer. */
export function toAttributesRow(
  { probabilities, crops }: StoredAttributes,
  firstStrip: number,
): AttributesRow {
  const { buffer, byteOffset, byteLength } = probabilities;
  return [
    Buffer.from(buffer.slice(byteOffset, byteOffset + byteLength)),
    crops.map(({ strip }) => firstStrip + strip),
    crops.map(({ at }) => at),
  ];
}

/** @returns undefined where a value is not a probability. */
export function toDescription([bytes, strips, places]: AttributesRow):
  StoredAttributes | undefined {
  const probabilities = new Float32Array(Uint8Array.from(bytes).buffer);
  if (!areProbabilities(probabilities)) return undefined;
  return { probabilities, crops: strips.map((strip, i) => ({ strip, at: places[i]! })) };
}

const areProbabilities = (values: Float32Array): boolean =>
  values.every((value) => value >= 0 && value <= 1);

/** What the tables hold about a strip. */
export interface StripUse {
  strip: number;
  /** Of the last use, in days since 1970. */
  day: number;
  /** That the strip takes on disk. */
  bytes: number;
  /** Numbers of the contents whose crops lie in it. */
  contentIds: number[];
  finder: string;
  model: string;
}

/** @param row undefined where it is damaged; such a strip is the first to be evicted. */
export function toStripUse(strip: number, row: StripUseRow | undefined): StripUse {
  if (row === undefined) return { strip, day: 0, bytes: 0, contentIds: [], finder: '', model: '' };
  const [day, bytes, contentIds, finder, model] = row;
  return { strip, day, bytes, contentIds, finder, model };
}

export const dayOf = (row: StripUseRow): number => row[0];

/** The same use on another day. */
export const usedOn = ([, bytes, ids, finder, model]: StripUseRow, day: number): StripUseRow => [
  day,
  bytes,
  ids,
  finder,
  model,
];

/** A face as numbers: score, box, eyes, mouth. */
function toFaceNumbers({ score, box, eyes: [left, right], mouth }: LocatedFace): FaceNumbers {
  const { x, y, width, height } = box;
  return [score, x, y, width, height, left.x, left.y, right.x, right.y, mouth.x, mouth.y];
}

function toFace(numbers: number[]): LocatedFace {
  const [score, x, y, width, height, leftX, leftY, rightX, rightY, mouthX, mouthY] =
    numbers as FaceNumbers;
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
type FaceNumbers = [
  score: number,
  x: number,
  y: number,
  width: number,
  height: number,
  leftX: number,
  leftY: number,
  rightX: number,
  rightY: number,
  mouthX: number,
  mouthY: number,
];
