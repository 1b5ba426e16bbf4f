/** What a mean face is the mean of. */
import type { ClusterSummary } from '../../src/domain/clustering';
import type { ClusterPictures } from '../../src/domain/faces';
import { count } from '../../src/text/numbers';

/** @param pictures of the cluster; of some of its faces while those of all are being made. */
export function meanOf({ size }: ClusterSummary, pictures: ClusterPictures | undefined): string {
  const faces = pictures?.faces ?? size;
  return faces < size
    ? `Mean of ${count(faces)} of ${count(size)} faces so far`
    : `Mean face of ${count(size)} faces`;
}
