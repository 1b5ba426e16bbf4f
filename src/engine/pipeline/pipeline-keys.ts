/** Keys of what is kept: they change whenever what is computed would. */
import { stat } from 'node:fs/promises';
import type { Framing } from '../../domain/networks';
import type { AnalysisSettings } from '../../domain/settings';
import type { ImageLimits } from '../../images/image-limits';
import { readNetwork } from '../../networks/model';
import { hashOf } from '../../util/content-hash';

/** Raised whenever decoding, searching, aligning or cutting out changes what comes out of them. */
const PIPELINE_VERSION = 5;

/** 16 hexadecimal digits. */
const digest = (value: unknown) => hashOf(Buffer.from(JSON.stringify(value))).slice(0, 16);

/**
 * How faces are found.
 * @param detector hash of the detector's file; undefined where every image is one aligned face.
 */
export function finderKey(
  detector: string | undefined,
  { minFaceScore, minFaceSize }: Pick<AnalysisSettings, 'minFaceScore' | 'minFaceSize'>,
) {
  return digest(
    detector === undefined
      ? [PIPELINE_VERSION, 'aligned']
      : [PIPELINE_VERSION, detector, minFaceScore, minFaceSize],
  );
}

/**
 * How faces are found, with what images may cost: for those that cost more.
 * @param finder of `finderKey`.
 */
export const limitedKey = (
  finder: string,
  { fileBytes, pixels, seconds, memoryBytes }: ImageLimits,
): string => digest([finder, fileBytes, pixels, seconds, memoryBytes]);

/** Which network describes them. */
export const modelKey = (model: string): string => digest([PIPELINE_VERSION, model]);

/** Whether an image looks aligned, as `detect: auto` asks of a sample. */
export const alignmentKey = (
  image: string,
  finder: string,
  { width, height, stretch }: Framing,
): string => `look ${image} ${finder} ${width}×${height}${stretch === true ? ' stretched' : ''}`;

const hashes = new Map<string, string>();

/**
 * Hash of a network's file; computed once for as long as the file stays as it is.
 * @throws UserError where it cannot be read.
 */
export async function fileHash(file: string): Promise<string> {
  // Unlike mtime, ctime cannot be set at will.
  const identity = await stat(file).then(
    ({ size, mtimeMs, ctimeMs, ino }) => `${file} ${size} ${mtimeMs} ${ctimeMs} ${ino}`,
    () => undefined, // reading it reports the reason
  );
  const known = identity === undefined ? undefined : hashes.get(identity);
  if (known !== undefined) return known;
  const hash = hashOf(await readNetwork(file));
  if (identity !== undefined) hashes.set(identity, hash);
  return hash;
}
