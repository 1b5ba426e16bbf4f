/** Chooses a part of the images that were found. */
import { Random } from 'ml-random';
import type { ImageList } from './image-list';

/** `chooseImages` for an `ImageList`. */
export function selectImages(
  images: ImageList,
  choice: { limit: number; sample: number; seed: number },
): ImageList {
  const chosen = chooseImages(
    Array.from({ length: images.length }, (_, index) => index),
    choice,
  );
  return chosen.length === images.length ? images : images.select(chosen);
}

/**
 * The first `limit` images, or a random `sample` of these, in their order. 0 means all. Selection
 * sampling (Knuth, TAOCP 2, algorithm S) takes one pass and makes every subset equally likely.
 */
export function chooseImages<T>(
  images: readonly T[],
  { limit, sample, seed }: { limit: number; sample: number; seed: number },
): T[] {
  const first = limit > 0 ? images.slice(0, limit) : [...images];
  if (sample === 0 || sample >= first.length) return first;
  const random = new Random(seed);
  let remaining = sample;
  return first.filter((_, index) => {
    const chosen = random.random() * (first.length - index) < remaining;
    if (chosen) remaining -= 1;
    return chosen;
  });
}
