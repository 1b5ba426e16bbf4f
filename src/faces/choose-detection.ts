/**
 * Whether images are searched for faces, or are aligned faces already: what the setting says, or
 * what a look at a sample shows.
 */
import pMap from 'p-map';
import type { DetectionDecision } from '../domain/run';
import type { AnalysisSettings } from '../domain/settings';
import type { Images, ImageFile } from '../images/image-list';

/** How images are looked at. */
export interface AlignmentChecks {
  /**
   * What an earlier look at the image of an index has shown: whether it is aligned, null where it
   * cannot be used; undefined where there was none.
   */
  known: (index: number) => boolean | null | undefined;
  /** The same by looking now. */
  check: (image: ImageFile) => Promise<boolean | null>;
  /** Images that are looked at at the same time. */
  concurrency: number;
}

/** Images looked at for `auto`. */
const SAMPLE_SIZE = 24;
/** Share of them that must be aligned. */
const ALIGNED_SHARE = 0.8;

/** @throws UserError where the detector cannot be loaded. */
export async function chooseDetection(
  images: Images,
  { detect }: Pick<AnalysisSettings, 'detect'>,
  looks: AlignmentChecks,
  signal?: AbortSignal,
): Promise<DetectionDecision> {
  if (detect === 'never')
    return { searched: false, reason: 'the settings say that every image is one aligned face' };
  if (detect === 'always') return { searched: true, reason: 'chosen in the settings' };
  const { looked, agree } = await checkSample(images, looks, signal);
  const counted = `${agree} of ${looked} sampled images show one face where an aligned crop has it`;
  if (looked > 0 && agree >= ALIGNED_SHARE * looked)
    return { searched: false, reason: `${counted}: they are aligned already` };
  return { searched: true, reason: counted };
}

async function checkSample(
  images: Images,
  { known, check: look, concurrency }: AlignmentChecks,
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
      return earlier === undefined ? look(images.at(index)!) : earlier;
    },
    { concurrency },
  );
  const looked = results.filter((aligned) => aligned !== null).length;
  return { looked, agree: results.filter((aligned) => aligned === true).length };
}
