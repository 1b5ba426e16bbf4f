/** Chooses a part of the images that were found. */
import { Random } from 'ml-random';
import { t } from '../text/translate';
import { UserError } from '../util/errors';
import type { ImageList } from './image-list';

/** How many images are chosen; 0 means all. A list has a number for each folder. */
export interface ImageChoice {
  /** The first images. */
  limit: number | readonly number[];
  /** Images of these that are drawn at random with the seed. */
  sample: number | readonly number[];
  seed: number;
}

/**
 * `chooseImages` for an `ImageList`.
 * @param folders number of the folders that were scanned.
 */
export function selectImages(images: ImageList, choice: ImageChoice, folders: number): ImageList {
  const chosen = chooseImages(
    Array.from({ length: images.length }, (_, index) => index),
    choice,
    { of: (index) => images.at(index)!.folder, count: folders },
  );
  return chosen.length === images.length ? images : images.select(chosen);
}

/** The folder of each image, and the number of folders. */
interface Folders<T> {
  of: (image: T) => number;
  count: number;
}

/**
 * The first `limit` images, or a random `sample` of these, in their order. With a number for each
 * folder, of each folder what would be chosen of it alone.
 * @throws UserError where there is not a number for each folder.
 */
export function chooseImages<T>(
  images: readonly T[],
  { limit, sample, seed }: ImageChoice,
  folders: Folders<T> = { of: () => 0, count: 1 },
): T[] {
  const first = ofEach(images, limit, folders, 'limit', (part, number) =>
    number > 0 ? part.slice(0, number) : part,
  );
  return [...ofEach(first, sample, folders, 'sample', (part, number) => drawn(part, number, seed))];
}

/** Chooses a number of all images, or of those of each folder. */
function ofEach<T>(
  images: readonly T[],
  number: number | readonly number[],
  folders: Folders<T>,
  name: 'limit' | 'sample',
  choose: (part: readonly T[], number: number) => readonly T[],
): readonly T[] {
  if (typeof number === 'number') return choose(images, number);
  if (number.length !== folders.count) {
    throw new UserError(
      t(
        folders.count === 1
          ? "'{0}' has {1} numbers ({2}), and there is one folder: expected one number for each folder in their order, or a single one for all together"
          : "'{0}' has {1} numbers ({2}), and there are {3} folders: expected one number for each folder in their order, or a single one for all together",
        name,
        number.length,
        number.join(', '),
        folders.count,
      ),
    );
  }
  const parts: T[][] = number.map(() => []);
  for (const image of images) parts[folders.of(image)]!.push(image);
  const chosen = new Set(parts.flatMap((part, folder) => choose(part, number[folder]!)));
  return images.filter((image) => chosen.has(image));
}

/**
 * A random sample of `number` images. Selection sampling (Knuth, TAOCP 2, algorithm S) takes one
 * pass and makes every subset equally likely.
 */
function drawn<T>(images: readonly T[], number: number, seed: number): readonly T[] {
  if (number === 0 || number >= images.length) return images;
  const random = new Random(seed);
  let remaining = number;
  return images.filter((_, index) => {
    const chosen = random.random() * (images.length - index) < remaining;
    if (chosen) remaining -= 1;
    return chosen;
  });
}
