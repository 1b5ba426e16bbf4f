/** What a mean face is the mean of. */
import type { ClusterSummary } from '../../src/domain/clustering';
import type { ClusterPictures } from '../../src/domain/faces';
import { count, plural } from '../../src/text/numbers';
import { t } from '../../src/text/translate';

/** @param pictures of the cluster; of some of its faces while those of all are being made. */
export function meanOf({ size }: ClusterSummary, pictures: ClusterPictures | undefined): string {
  const faces = pictures?.faces ?? size;
  return faces < size
    ? t('Mean of {0} of {1} faces so far', count(faces), count(size))
    : t('Mean face of {0}', plural(size, 'face'));
}
