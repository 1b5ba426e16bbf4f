/** How many images are chosen, of all folders together or of each. */
import * as z from 'zod';
import { t } from '../text/translate';

const EXPECTED = 'expected a whole number from 0 to 100,000,000, or a list of one for each folder';
/** Above the number of folders that anybody chooses. */
const MOST_FOLDERS = 1000;
const imageCount = z.int().min(0).max(100_000_000);

/** A number of images, or one for each folder, in their order; 0 means all. */
export const imageCounts = z.union([imageCount, z.array(imageCount).min(1).max(MOST_FOLDERS)], {
  error: () => t(EXPECTED),
});

/** Whether some of the images are drawn at random. */
export const isSampled = ({ sample }: { sample: number | readonly number[] }): boolean =>
  typeof sample === 'number' ? sample > 0 : sample.some((each) => each > 0);
