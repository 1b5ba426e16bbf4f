/** Keys of stored results: they change whenever the results would. */
import { stat } from 'node:fs/promises';
import type { Framing } from '../../domain/networks';
import type { AnalysisSettings } from '../../domain/settings';
import type { DetectionMode } from '../../faces/choose-detection';
import type { ImageLimits } from '../../images/image-limits';
import { readNetwork } from '../../networks/network-content';
import { hashOf, sha256Of, shortHash } from '../../util/content-hash';

/** Raised whenever the results of decoding, detection, alignment or cropping change. */
const PIPELINE_VERSION = 9;

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

/**
 * @param model hash of the network.
 * @param groups of its attributes, which runs of older versions do not have.
 */
export const modelKey = (model: string, groups: readonly (readonly number[])[]): string =>
  digest([PIPELINE_VERSION, model, ...(groups.length === 0 ? [] : [groups])]);

/** Raised whenever the embeddings of a network, or what is stored of them, change. */
const EMBEDDING_VERSION = 1;

/** Key of embeddings. @param model hash of the network. */
export const embeddingKey = (model: string): string =>
  digest([PIPELINE_VERSION, 'embedding', EMBEDDING_VERSION, model]);

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

/** A hash, with the files it depends on and their identities. */
const hashes = new Map<string, { files: string[]; identities: string; hash: string }>();

/** `hashOf` a network's file. @throws UserError where it cannot be read. */
export const fileHash = async (file: string): Promise<string> => shortHash(await fileSha256(file));

/**
/**
 * SHA-256 of a network as the runtime gets it: of its file, of weights in other files, and of what
 * files beside it say. Computed once until one of them changes.
 * @throws UserError where it cannot be read or used.
 */
export async function fileSha256(file: string): Promise<string> {
  const known = hashes.get(file);
  const now = known === undefined ? '' : await identitiesOf(known.files);
  if (known?.identities === now) return known.hash;
  // Of a file that changes while it is read, the older identity is kept, which does not fit again.
  const before = await identitiesOf([file]);
  const content = await readNetwork(file);
  const files = [file, ...content.files];
  const identities = await identitiesOf(files);
  const hash = sha256Of(content.bytes);
  if (identities.startsWith(before)) hashes.set(file, { files, identities, hash });
  return hash;
}

/** Unlike mtime, ctime cannot be set at will. */
async function identitiesOf(files: readonly string[]): Promise<string> {
  const identities = files.map((file) =>
    stat(file).then(
      ({ size, mtimeMs, ctimeMs, ino }) => `${size} ${mtimeMs} ${ctimeMs} ${ino}`,
      () => 'none', // reading it throws the reason
    ),
  );
  return (await Promise.all(identities)).join('\n');
}
