/**
 * Decides whether images are searched for faces or taken as aligned faces, by the setting `detect`
 * or by checking a sample.
 */
import pMap from 'p-map';
import type { DetectionDecision } from '../domain/run';
import type { AnalysisSettings } from '../domain/settings';
import type { Images, ImageFile } from '../images/image-list';

/** Checks whether images are aligned, and remembers earlier results. */
export interface AlignmentChecks {
  /**
   * Result of an earlier check of the image at an index: whether it is aligned; null where it
   * cannot be used; undefined where it was not checked.
   */
  known: (index: number) => boolean | null | undefined;
  /** Checks an image: whether it is aligned; null where it cannot be used. */
  check: (image: ImageFile) => Promise<boolean | null>;
  /** Images that are checked at the same time. */
  concurrency: number;
}

/** Images that `auto` checks. */
const SAMPLE_SIZE = 24;
/** Share of the usable ones that must be aligned. */
const ALIGNED_SHARE = 0.8;

/** @throws UserError where the detector cannot be loaded. */
export async function chooseDetection(
  images: Images,
  { detect }: Pick<AnalysisSettings, 'detect'>,
  checks: AlignmentChecks,
  signal?: AbortSignal,
): Promise<DetectionDecision> {
  if (detect === 'never')
    return { searched: false, reason: 'the settings say that every image is one aligned face' };
  if (detect === 'always') return { searched: true, reason: 'chosen in the settings' };
  const { usable, aligned } = await checkSample(images, checks, signal);
  const counted = `${aligned} of ${usable} sampled images show one face where an aligned crop has it`;
  if (usable > 0 && aligned >= ALIGNED_SHARE * usable)
    return { searched: false, reason: `${counted}: they are aligned already` };
  return { searched: true, reason: counted };
}

async function checkSample(
  images: Images,
  { known, check, concurrency }: AlignmentChecks,
  signal: AbortSignal | undefined,
) {
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
  const usable = results.filter((result) => result !== null).length;
  return { usable, aligned: results.filter((result) => result === true).length };
}
