/** Whether images are searched for faces, or are aligned faces already: what the setting says, or what a look at a sample shows. */
import type { AnalysisSettings } from '../settings/settings';
import { ImageError, readImage } from './decode';
import { alignedFaces, type FaceFinder, type FaceRegion, searchedFaces } from './detect';
import { openDetector } from './detector';
import { alignedFrame, type CropSize } from './framing';
import type { AttributeModel } from './model';
import type { BundledModels } from './providers';
import type { ImageFile } from './scan';

/** How faces were found, for people. */
export interface Detection {
  searched: boolean;
  reason: string;
}

export interface ChosenFinder {
  finder: FaceFinder;
  detection: Detection;
  release: () => Promise<void>;
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
export async function chooseFinder(
  images: readonly ImageFile[],
  settings: AnalysisSettings,
  model: AttributeModel,
  bundled: BundledModels,
  signal?: AbortSignal,
): Promise<ChosenFinder> {
  const aligned = (reason: string, release: () => Promise<void>): ChosenFinder => ({
    finder: alignedFaces(model.crop),
    detection: { searched: false, reason },
    release,
  });
  if (settings.detect === 'never') return aligned('the settings say that every image is one aligned face', () => Promise.resolve());
  const detector = await openDetector(bundled.detector, model.provider);
  const release = () => detector.release();
  const finder = searchedFaces(detector, model.crop, settings);
  if (settings.detect === 'always') return { finder, detection: { searched: true, reason: 'chosen in the settings' }, release };
  try {
    const { looked, agree } = await lookAtSample(images, finder, model.crop, signal);
    const counted = `${agree} of ${looked} sampled images show one face where an aligned crop has it`;
    if (looked > 0 && agree >= MOST * looked) return aligned(`${counted}: they are aligned already`, release);
    return { finder, detection: { searched: true, reason: counted }, release };
  } catch (error) {
    await release();
    throw error;
  }
}

async function lookAtSample(images: readonly ImageFile[], finder: FaceFinder, crop: CropSize, signal: AbortSignal | undefined) {
  const step = Math.max(1, images.length / SAMPLE);
  let looked = 0;
  let agree = 0;
  for (let at = 0; at < images.length; at += step) {
    signal?.throwIfAborted();
    try {
      const image = await readImage(images[Math.floor(at)]!);
      const { regions } = await finder(image);
      looked += 1;
      if (regions[0] !== undefined && isAligned(regions[0], image, crop)) agree += 1;
    } catch (error) {
      if (!(error instanceof ImageError)) throw error; // an image that cannot be used is told of when its turn comes
    }
  }
  return { looked, agree };
}

/** Whether a found face lies where the image's aligned crop would have it. */
export function isAligned({ frame }: Pick<FaceRegion, 'frame'>, image: CropSize, crop: CropSize): boolean {
  const expected = alignedFrame(image, crop);
  const shift = {
    x: frame.x + frame.width / 2 - expected.x - expected.width / 2,
    y: frame.y + frame.height / 2 - expected.y - expected.height / 2,
  };
  const ratio = frame.width / expected.width;
  return Math.hypot(shift.x, shift.y) < NEAR * expected.width && ratio < ALIKE && ratio > 1 / ALIKE && Math.abs(frame.angle) < UPRIGHT;
}
