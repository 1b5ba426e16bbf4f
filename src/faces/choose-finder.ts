/** Whether images are searched for faces, or are aligned faces already: what the setting says, or what a look at a sample shows. */
import type { AnalysisSettings } from '../settings/settings';
import { encodedImage, ImageError, readBytes } from './decode';
import { type FaceRegion, searchedFaces } from './detect';
import { type FaceDetector, openDetector } from './detector';
import { alignedFrame, type CropSize, type Framing } from './framing';
import type { Images } from './image-list';
import type { ImageFile } from './scan';

/** How faces were found, for people. */
export interface Detection {
  searched: boolean;
  reason: string;
}

/** What earlier looks at the sampled images have shown. */
export interface Looks {
  /** Whether the image at an index looks aligned; null where it cannot be used, undefined where it was not looked at. */
  known: (index: number) => boolean | null | undefined;
  note: (bytes: Buffer, aligned: boolean | null) => void;
}

/** Images looked at for `auto`. */
const SAMPLE = 24;
/** Share of them that must be aligned. */
const MOST = 0.8;
/** How far the found face may lie from the aligned one, in widths of the crop, … */
const NEAR = 0.12;
/** … how much larger or smaller it may be, … */
const ALIKE = 1.3;
/** … and how far turned, in radians. */
const UPRIGHT = 0.2;

/** @throws UserError where the detector cannot be loaded. */
export async function chooseDetection(
  images: Images,
  settings: Pick<AnalysisSettings, 'detect' | 'minFaceScore' | 'minFaceSize'>,
  crop: Framing,
  detectorFile: string,
  looks: Looks,
  signal?: AbortSignal,
): Promise<Detection> {
  if (settings.detect === 'never') return { searched: false, reason: 'the settings say that every image is one aligned face' };
  if (settings.detect === 'always') return { searched: true, reason: 'chosen in the settings' };
  const { looked, agree } = await lookAtSample(images, settings, crop, detectorFile, looks, signal);
  const counted = `${agree} of ${looked} sampled images show one face where an aligned crop has it`;
  if (looked > 0 && agree >= MOST * looked) return { searched: false, reason: `${counted}: they are aligned already` };
  return { searched: true, reason: counted };
}

async function lookAtSample(
  images: Images,
  settings: Pick<AnalysisSettings, 'minFaceScore' | 'minFaceSize'>,
  crop: Framing,
  detectorFile: string,
  looks: Looks,
  signal: AbortSignal | undefined,
) {
  const step = Math.max(1, images.length / SAMPLE);
  let detector: FaceDetector | undefined;
  let looked = 0;
  let agree = 0;
  try {
    for (let at = 0; at < images.length; at += step) {
      signal?.throwIfAborted();
      const index = Math.floor(at);
      let aligned = looks.known(index);
      if (aligned === undefined) {
        detector ??= await openDetector(detectorFile, 'cpu');
        aligned = await lookAt(images.at(index)!, searchedFaces(detector, crop, settings), crop, looks);
      }
      if (aligned !== null) looked += 1;
      if (aligned === true) agree += 1;
    }
  } finally {
    await detector?.release();
  }
  return { looked, agree };
}

async function lookAt(image: ImageFile, find: ReturnType<typeof searchedFaces>, crop: Framing, looks: Looks): Promise<boolean | null> {
  let bytes: Buffer | undefined;
  let aligned: boolean | null = null;
  try {
    bytes = await readBytes(image);
    const encoded = await encodedImage(bytes);
    const [first] = (await find(encoded)).regions;
    aligned = first !== undefined && isAligned(first, encoded, crop);
  } catch (error) {
    if (!(error instanceof ImageError)) throw error; // an image that cannot be used is told of when its turn comes
  }
  if (bytes !== undefined) looks.note(bytes, aligned);
  return aligned;
}

/** Whether a found face lies where the image's aligned crop would have it. */
export function isAligned({ frame }: Pick<FaceRegion, 'frame'>, image: CropSize, crop: Framing): boolean {
  const expected = alignedFrame(image, crop);
  const shift = {
    x: frame.x + frame.width / 2 - expected.x - expected.width / 2,
    y: frame.y + frame.height / 2 - expected.y - expected.height / 2,
  };
  const ratio = frame.width / expected.width;
  return Math.hypot(shift.x, shift.y) < NEAR * expected.width && ratio < ALIKE && ratio > 1 / ALIKE && Math.abs(frame.angle) < UPRIGHT;
}
