/** Compares clusters with what is true of their faces. */
import { balancedAccuracyByCluster, classAgreement } from '../../clustering/agreement';
import { sharedAttributes } from '../../domain/attributes';
import { chosenAttributes } from '../../domain/find-attribute';
import type { TruthScores } from '../../domain/judgement';
import { t } from '../../text/translate';
import { UserError } from '../../util/errors';
import { meanInterval } from '../../util/mean-interval';

/** What is true of faces. */
export interface Truth {
  /** Path of the table, for people. */
  labels: string;
  /** Names of the columns of `values`. */
  attributes: readonly string[];
  /** `[rows, attributes]`; present from 0.5 on, NaN where undefined. */
  values: Float32Array;
  /** Row of each face; −1 where it has none. */
  rows: Int32Array;
  /** What of the labels was left out or interpreted, for people. */
  remarks?: readonly string[];
}

/**
 * The attributes that have labels, of those that faces are compared by.
 * @param wanted attributes of the settings.
 * @param names attributes of the faces.
 * @throws UserError where there is none, or no face has a label.
 */
export function attributesWithLabels(
  { labels, attributes, rows, remarks = [] }: Truth,
  wanted: readonly string[],
  names: readonly string[],
): string[] {
  if (rows.every((row) => row < 0))
    throw new UserError(
      [t("none of the {0} faces has a label in '{1}'", rows.length, labels), ...remarks].join('; '),
    );
  const compared = chosenAttributes(wanted, names).attributes;
  const shared = sharedAttributes(attributes, compared);
  if (shared.length > 0) return shared.map(({ name }) => name);
  throw new UserError(
    t(
      "the labels '{0}' name none of the attributes that faces are compared by: {1}",
      labels,
      compared.join(', '),
    ),
  );
}

/** Where no face has all labels. */
const NO_AGREEMENT = {
  adjustedRand: null,
  adjustedMutualInformation: null,
  homogeneity: null,
  completeness: null,
  vMeasure: null,
  purity: null,
};

/** Faces that have labels, to compare any number of clusterings with. */
export class LabeledFaces {
  /** Positions of the faces among all that are clustered. */
  readonly faces: Int32Array;
  /** Positions, among these faces, of those that have all labels, and the combination of each. */
  private readonly complete: Int32Array;
  private readonly classes: Int32Array;
  /** Labels of each attribute, `[attributes][faces]`: 1, 0, or NaN where undefined. */
  private readonly labels: Float32Array[];

  /**
   * @param attributes that are compared.
   * @param rows of the labels of all faces that are clustered; −1 where one has none.
   */
  constructor(
    { attributes: names, values }: Truth,
    attributes: readonly string[],
    rows: Int32Array,
  ) {
    const columns = attributes.map((name) => names.indexOf(name));
    const labelOf = (face: number, column: number) => {
      const value = values[rows[face]! * names.length + column]!;
      return Number.isNaN(value) ? NaN : Number(value >= 0.5);
    };
    this.faces = Int32Array.from(rows.keys()).filter(
      (face) => rows[face]! >= 0 && columns.some((column) => !Number.isNaN(labelOf(face, column))),
    );
    this.labels = columns.map((column) =>
      Float32Array.from(this.faces, (face) => labelOf(face, column)),
    );
    this.complete = Int32Array.from(this.faces.keys()).filter((i) =>
      this.labels.every((labels) => !Number.isNaN(labels[i])),
    );
    const numbers = new Map<string, number>();
    this.classes = this.complete.map((i) => {
      const key = this.labels.map((labels) => String(labels[i])).join('');
      const number = numbers.get(key) ?? numbers.size;
      numbers.set(key, number);
      return number;
    });
  }

  /** Number of faces that have all labels: those that have a combination. */
  get completeCount(): number {
    return this.complete.length;
  }

  /** Number of combinations of labels. */
  get classCount(): number {
    return new Set(this.classes).size;
  }

  /** @param clusterOf cluster of a face by its position; −1 for noise. */
  scores(
    clusterOf: (face: number) => number,
  ): TruthScores & { perAttribute: (number | null)[]; noise: number } {
    const clusters = this.faces.map(clusterOf);
    const perAttribute = this.labels.map((labels) => {
      const known = Int32Array.from(labels.keys()).filter((i) => !Number.isNaN(labels[i]));
      return balancedAccuracyByCluster(
        known.map((i) => clusters[i]!),
        Array.from(known, (i) => labels[i] === 1),
      );
    });
    const ofComplete = this.complete.map((i) => clusters[i]!);
    const defined = perAttribute.filter((value) => value !== null);
    return {
      balancedAccuracy: defined.length === 0 ? null : meanInterval(defined).mean,
      ...(ofComplete.length === 0 ? NO_AGREEMENT : classAgreement(ofComplete, this.classes)),
      perAttribute,
      noise: clusters.filter((cluster) => cluster < 0).length,
    };
  }
}
