/** Says how names were matched with images, and which were left out. */
import { excerpt, excerptOfList } from '../text/excerpt';
import { plural } from '../text/numbers';
import { t } from '../text/translate';

/** @param name one of `size` names, which two images fit. */
export const ambiguousRemark = (size: number, name: string, one: string, other: string): string =>
  t(
    size === 1
      ? "{0} left out that fits several images: '{1}' may be '{2}' or '{3}'; add the folders to the names"
      : "{0} left out that fit several images: '{1}' may be '{2}' or '{3}'; add the folders to the names",
    plural(size, 'name'),
    excerpt(name),
    excerpt(one),
    excerpt(other),
  );

/** @param images names of those that several rows fit. */
export const contestedRemark = (images: readonly string[]): string =>
  t(
    '{0} left out, each of which several rows of the labels fit: {1}',
    plural(images.length, 'image'),
    excerptOfList(images, 3),
  );

/** @param name of the image, one of `size`, that a row has by the name of the file alone. */
export const looseRemark = (size: number, name: string, image: string): string =>
  t(
    "{0} matched by the name of the file alone, as the folders differ: '{1}' is taken for '{2}'",
    plural(size, 'image'),
    excerpt(name),
    excerpt(image),
  );

/** @param name one of `size` names that are numbers. */
export const numberedRemark = (size: number, name: string): string =>
  t(
    "{0} matched by number, as leading zeros are missing: '{1}'",
    plural(size, 'name'),
    excerpt(name),
  );
