/** Remarks on the images of a run, in words. */
import type { Remark, RemarkCounts } from '../domain/run';
import { forName } from '../text/neutralize';
import { plural } from '../text/numbers';
import { t } from '../text/translate';

type Counted = NonNullable<RemarkCounts[Remark]>;

const TEXTS: Record<Remark, (counted: Counted) => string> = {
  pages: ({ images, total }) =>
    t(
      '{0} of {1} not read',
      plural(total, 'further page or frame', 'further pages or frames'),
      plural(images, 'file'),
    ),
  scaled: ({ images }) =>
    t(
      'values of {0} scaled by their range, because they do not use that of their type',
      plural(images, 'image'),
    ),
  alpha: ({ images }) =>
    t('transparency of {0} ignored, nothing else would be seen', plural(images, 'image')),
  preview: ({ images }) =>
    t('{0} of cameras read by the embedded preview', plural(images, 'raw file')),
};

/** One sentence for each kind of remark, with the name of its first image. */
export const remarkLines = (remarks: RemarkCounts): string[] =>
  Object.entries(TEXTS).flatMap(([remark, text]) => {
    const counted = remarks[remark as Remark];
    return counted === undefined
      ? []
      : [t('{0}; the first: {1}', text(counted), forName(counted.first))];
  });
