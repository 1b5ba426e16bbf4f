/** Compares clusters with what is true of their faces. */
import { balancedAccuracyByCluster, classAgreement } from '../../clustering/agreement';
import { chosenAttributes } from '../../domain/attributes';
import type { TruthScores } from '../../domain/judgement';
import { UserError } from '../../util/errors';
import { meanInterval } from '../../util/mean-interval';

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

/** Faces that have labels, to compare any number of clusterings with. */
export class LabeledFaces {
  /** Positions of the faces among all that are clustered. */
  readonly faces: Int32Array;
  /** The combination of labels of each, as a number. */
  private readonly classes: Int32Array;
  /** Whether each has an attribute, `[attributes][faces]`. */
  private readonly present: boolean[][];

  /**
   * @param attributes that are compared.
   * @param rows of the labels of all faces that are clustered; −1 where one has none.
   */
  constructor(
    { attributes: names, values }: Truth,
    attributes: readonly string[],
    rows: Int32Array,
  ) {
    this.faces = Int32Array.from(rows.keys()).filter((face) => rows[face]! >= 0);
    this.present = attributes.map((name) => {
      const column = names.indexOf(name);
      return Array.from(this.faces, (face) => values[rows[face]! * names.length + column]! >= 0.5);
    });
    const numbers = new Map<string, number>();
    this.classes = this.faces.map((_, i) => {
      const key = this.present.map((has) => Number(has[i])).join('');
      const number = numbers.get(key) ?? numbers.size;
      numbers.set(key, number);
      return number;
    });
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
    const perAttribute = this.present.map((has) => balancedAccuracyByCluster(clusters, has));
    const defined = perAttribute.filter((value) => value !== null);
    return {
      balancedAccuracy: defined.length === 0 ? null : meanInterval(defined).mean,
      ...classAgreement(clusters, this.classes),
      perAttribute,
      noise: clusters.filter((cluster) => cluster < 0).length,
    };
  }
}
