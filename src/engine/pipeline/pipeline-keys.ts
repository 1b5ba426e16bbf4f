/** Keys of stored results: they change whenever the results would. */
import { stat } from 'node:fs/promises';
import type { Framing } from '../../domain/networks';
import type { AnalysisSettings } from '../../domain/settings';
import type { DetectionMode } from '../../faces/choose-detection';
import type { ImageLimits } from '../../images/image-limits';
import { readNetwork } from '../../networks/model';
import { hashOf, sha256Of, shortHash } from '../../util/content-hash';

/** Raised whenever the results of decoding, detection, alignment or cropping change. */
const PIPELINE_VERSION = 8;

/** Keys under which the results of a run are stored. */
export interface StoreKeys {
  /** Of detections. */
  finder: string;
  /** Of images beyond the limits, instead of `finder`: with other limits they are tried again. */
  limited: string;
  /** Of inferred attributes. */
  model: string;
}

/** 16 hexadecimal digits. */
const digest = (value: unknown) => hashOf(Buffer.from(JSON.stringify(value))).slice(0, 16);

/** Key of a search for faces. @param detector hash of its file. */
export const searchKey = (
  detector: string,
  { minFaceScore, minFaceSize }: Pick<AnalysisSettings, 'minFaceScore' | 'minFaceSize'>,
): string => digest([PIPELINE_VERSION, detector, minFaceScore, minFaceSize]);

/** Key of the way faces are found. @param search of `searchKey`. */
export function finderKey(mode: DetectionMode, search: string): string {
  switch (mode.kind) {
    case 'crops':
      return digest([PIPELINE_VERSION, 'aligned']);
    case 'photos':
      return search;
    case 'each':
      return digest([search, 'each', ...mode.cropSizes]);
  }
}

/**
 * Key of the way faces are found and of the limits, for images beyond the limits.
 * @param finder of `finderKey`.
 */
export const limitedKey = (
  finder: string,
  { fileBytes, pixels, seconds, memoryBytes }: ImageLimits,
): string => digest([finder, fileBytes, pixels, seconds, memoryBytes]);

/** @param model hash of the network's file. */
export const modelKey = (model: string): string => digest([PIPELINE_VERSION, model]);

/**
 * Key of the note that an image is, or is not, one aligned face; `detect: auto` checks a sample.
 * @param image hash of its content.
 * @param search of `searchKey`.
 */
export const alignmentKey = (
  image: string,
  search: string,
  { width, height, stretch }: Framing,
): string => `crop ${image} ${search} ${width}×${height}${stretch === true ? ' stretched' : ''}`;

const hashes = new Map<string, string>();

/** `hashOf` a network's file. @throws UserError where it cannot be read. */
export const fileHash = async (file: string): Promise<string> => shortHash(await fileSha256(file));

/**
 * SHA-256 of a network's file; computed once until the file changes.
 * @throws UserError where it cannot be read.
 */
export async function fileSha256(file: string): Promise<string> {
  // Unlike mtime, ctime cannot be set at will.
  const identity = await stat(file).then(
    ({ size, mtimeMs, ctimeMs, ino }) => `${file} ${size} ${mtimeMs} ${ctimeMs} ${ino}`,
    () => undefined, // reading the file throws the reason
  );
  const known = identity === undefined ? undefined : hashes.get(identity);
  if (known !== undefined) return known;
  const hash = sha256Of(await readNetwork(file));
  if (identity !== undefined) hashes.set(identity, hash);
  return hash;
}
