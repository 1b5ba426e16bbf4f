/**
 * Decides which images are searched for faces and which are taken as aligned crops: by the setting
 * `detect`, or image by image. Looking at an image costs as much as searching it, so images of a
 * size of which a sample is aligned are not looked at.
 */
import pMap from 'p-map';
import type { AnalysisSettings } from '../domain/settings';
import type { CropSize } from '../domain/faces';
import type { Images, ImageFile } from '../images/image-list';
import { t } from '../text/translate';

/** Which images are taken as aligned crops. */
export type DetectionMode =
  /** All of them. */
  | { kind: 'crops' }
  /** None: all are searched. */
  | { kind: 'photos' }
  /** Those of some sizes (`sizeKey`), and each other one that shows a single, aligned face. */
  | { kind: 'each'; cropSizes: readonly string[] };

/** Whether hardly any image is searched, as far as is known in advance. */
export const isMostlyCrops = (mode: DetectionMode): boolean =>
  mode.kind === 'crops' || (mode.kind === 'each' && mode.cropSizes.length > 0);

export interface DetectionChoice {
  mode: DetectionMode;
  /** For the user. */
  reason: string;
}

/** Size of an upright image, as in `cropSizes`. */
export const sizeKey = ({ width, height }: CropSize): string => `${width}×${height}`;

/** Result of looking at an image. */
export interface AlignmentCheck {
  /** Whether it is one aligned face. */
  aligned: boolean;
  /** Of `sizeKey`. */
  size: string;
}

/** Checks whether images are aligned, and remembers earlier results. */
export interface AlignmentChecks {
  /**
   * Result of an earlier check of the image at an index; null where it cannot be used; undefined
   * where it was not checked.
   */
  known: (index: number) => AlignmentCheck | null | undefined;
  /** Checks an image; null where it cannot be used. */
  check: (image: ImageFile) => Promise<AlignmentCheck | null>;
  /** Images that are checked at the same time. */
  concurrency: number;
}

/** Images that `auto` checks in advance. */
const SAMPLE_SIZE = 24;
/** Share of those of a size that must be aligned. */
const ALIGNED_SHARE = 0.8;
/** Sampled images of a size that say something about all of that size. */
const MIN_OF_SIZE = 4;

/** @throws UserError where the detector cannot be loaded. */
export async function chooseDetection(
  images: Images,
  { detect }: Pick<AnalysisSettings, 'detect'>,
  checks: AlignmentChecks,
  signal?: AbortSignal,
): Promise<DetectionChoice> {
  if (detect === 'never') {
    const reason = t('the settings say that every image is one aligned face');
    return { mode: { kind: 'crops' }, reason };
  }
  if (detect === 'always') return { mode: { kind: 'photos' }, reason: t('chosen in the settings') };
  const sample = await checkSample(images, checks, signal);
  const cropSizes = alignedSizes(sample);
  const aligned = sample.filter((check) => check.aligned).length;
  const decided =
    cropSizes.length === 0
      ? t('each image is looked at')
      : t(
          'images of {0} pixels are taken as aligned crops, others are looked at',
          cropSizes.join(', '),
        );
  const reason = t(
    '{0} of {1} sampled images show one face where an aligned crop has it; {2}',
    aligned,
    sample.length,
    decided,
  );
  return { mode: { kind: 'each', cropSizes }, reason };
}

/** Sizes of which most sampled images are aligned, in ascending order of their text. */
function alignedSizes(sample: readonly AlignmentCheck[]): string[] {
  const sizes = [...new Set(sample.map(({ size }) => size))].sort();
  return sizes.filter((size) => {
    const checks = sample.filter((check) => check.size === size);
    const aligned = checks.filter((check) => check.aligned).length;
    return checks.length >= MIN_OF_SIZE && aligned >= ALIGNED_SHARE * checks.length;
  });
}

/** @returns the results for the images that can be used. */
async function checkSample(
  images: Images,
  { known, check, concurrency }: AlignmentChecks,
  signal: AbortSignal | undefined,
): Promise<AlignmentCheck[]> {
  const step = Math.max(1, images.length / SAMPLE_SIZE);
  const indices: number[] = [];
  for (let at = 0; at < images.length; at += step) indices.push(Math.floor(at));
  const results = await pMap(
    indices,
    async (index) => {
      signal?.throwIfAborted();
      const earlier = known(index);
      return earlier === undefined ? check(images.at(index)!) : earlier;
    },
    { concurrency },
  );
  return results.filter((result) => result !== null);
}
