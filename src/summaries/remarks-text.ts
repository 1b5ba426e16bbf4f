/** Remarks on the images of a run, in words. */
import type { Remark, RemarkCounts } from '../domain/run';
import { forName } from '../text/neutralize';
import { plural } from '../text/numbers';

type Counted = NonNullable<RemarkCounts[Remark]>;

const TEXTS: Record<Remark, (counted: Counted) => string> = {
  pages: ({ images, total }) =>
    `${plural(total, 'further page')} or frame${total === 1 ? '' : 's'} of ${plural(images, 'file')} not read`,
  scaled: ({ images }) =>
    `values of ${plural(images, 'image')} scaled by their range, because they do not use that of their type`,
  alpha: ({ images }) =>
    `transparency of ${plural(images, 'image')} ignored, nothing else would be seen`,
  preview: ({ images }) => `${plural(images, 'raw file')} of cameras read by the embedded preview`,
};

/** One sentence for each kind of remark, with the name of its first image. */
export const remarkLines = (remarks: RemarkCounts): string[] =>
  Object.entries(TEXTS).flatMap(([remark, text]) => {
    const counted = remarks[remark as Remark];
    return counted === undefined ? [] : [`${text(counted)}; the first: ${forName(counted.first)}`];
  });
