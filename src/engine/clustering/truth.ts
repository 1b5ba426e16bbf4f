/** Compares clusters with what is true of their faces. */
import {
  adjustedMutualInformation,
  adjustedRand,
  balancedAccuracyByCluster,
  classAgreement,
} from '../../clustering/agreement';
import { chosenAttributes } from '../../domain/attributes';
import type { TruthScores } from '../../domain/judgement';
import { UserError } from '../../util/errors';

/** What is true of faces. */
export interface Truth {
  /** Path of the table, for people. */
  labels: string;
  /** Names of the columns of `values`. */
  attributes: readonly string[];
  /** `[rows, attributes]`; present from 0.5 on. */
  values: Float32Array;
  /** Row of each face; −1 where it has none. */
  rows: Int32Array;
}

/**
 * The attributes that have labels, of those that faces are compared by.
 * @param wanted attributes of the settings.
 * @param names attributes of the faces.
 * @throws UserError where there is none, or no face has a label.
 */
export function attributesWithLabels(
  { labels, attributes, rows }: Truth,
  wanted: readonly string[],
  names: readonly string[],
): string[] {
  if (rows.every((row) => row < 0))
    throw new UserError(`none of the ${rows.length} faces has a label in '${labels}'`);
  const compared = chosenAttributes(wanted, names).attributes;
  const shared = attributes.filter((name) => compared.includes(name));
  if (shared.length > 0) return shared;
  throw new UserError(
    `the labels '${labels}' name none of the attributes that faces are compared by: ` +
      compared.join(', '),
  );
}

/**
 * @param clusters of the faces that have labels.
 * @param rows of the labels of the same faces.
 */
export function truthScores(
  clusters: Int32Array,
  rows: Int32Array,
  truth: Truth,
  attributes: readonly string[],
): TruthScores & { perAttribute: (number | null)[] } {
  const classes = classesOf(truth, attributes, rows);
  const perAttribute = attributes.map((name) => {
    const column = truth.attributes.indexOf(name);
    const has = Array.from(
      rows,
      (row) => truth.values[row * truth.attributes.length + column]! >= 0.5,
    );
    return balancedAccuracyByCluster(clusters, has);
  });
  const defined = perAttribute.filter((value) => value !== null);
  return {
    balancedAccuracy:
      defined.length === 0 ? null : defined.reduce((sum, value) => sum + value, 0) / defined.length,
    adjustedRand: adjustedRand(clusters, classes),
    adjustedMutualInformation: adjustedMutualInformation(clusters, classes),
    ...classAgreement(clusters, classes),
    perAttribute,
  };
}

/** The combination of labels of each row, as a number. */
export function classesOf(
  truth: Truth,
  attributes: readonly string[],
  rows: Int32Array,
): Int32Array {
  const columns = attributes.map((name) => truth.attributes.indexOf(name));
  const numbers = new Map<string, number>();
  return rows.map((row) => {
    const start = row * truth.attributes.length;
    const key = columns.map((column) => (truth.values[start + column]! >= 0.5 ? 1 : 0)).join('');
    const number = numbers.get(key) ?? numbers.size;
    numbers.set(key, number);
    return number;
  });
}
