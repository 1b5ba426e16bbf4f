/** The orders of a cluster's faces. */
import type { FaceOrder } from '../../domain/clustering';
import { silhouetteOfFace, type StoredClustering } from '../../runs/run-files';
import type { StoredRun } from '../../runs/run-store';
import { t } from '../../text/translate';
import { UserError } from '../../util/errors';

type OrderedRun = Pick<StoredRun, 'probabilities' | 'manifest'>;

/**
 * @param members of a cluster, the most typical first.
 * @param attribute name of the one by which the faces are ordered, if they are.
 * @returns equal ones in the order of `members`, but for silhouettes: there the least typical come
 * first.
 * @throws UserError where the network has no such attribute.
 */
export function orderFaces(
  members: Int32Array,
  { order, attribute }: { order: FaceOrder; attribute?: string | undefined },
  run: OrderedRun,
  stored: StoredClustering,
): Int32Array {
  switch (order) {
    case 'typical':
      return members;
    case 'untypical':
      return members.slice().reverse();
    case 'silhouette': {
      const value = (row: number) => silhouetteOfFace(stored, row) ?? 1;
      return members
        .slice()
        .reverse()
        .sort((a, b) => value(a) - value(b));
    }
    case 'probable':
    case 'borderline': {
      const { probability, threshold } = columnOf(run, attribute, stored);
      const value =
        order === 'probable'
          ? (row: number) => -probability(row)
          : (row: number) => Math.abs(probability(row) - threshold);
      return members.slice().sort((a, b) => value(a) - value(b));
    }
  }
}

/** Probabilities of an attribute by row, and from which of them on it counts as present. */
function columnOf(
  { probabilities, manifest }: OrderedRun,
  attribute: string | undefined,
  { clustering }: StoredClustering,
) {
  const { modelAttributes, thresholds } = manifest;
  const column = modelAttributes.findIndex((name) => name === attribute);
  if (column < 0) throw new UserError(t('the network of this run has no such attribute'));
  const width = modelAttributes.length;
  const isBalanced = clustering.settings.thresholds === 'balanced';
  return {
    probability: (row: number) => probabilities[row * width + column]!,
    threshold: (isBalanced ? thresholds?.[column] : undefined) ?? 0.5,
  };
}
