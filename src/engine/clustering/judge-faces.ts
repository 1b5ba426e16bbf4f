/** Judges groupings of faces against labels. */
import { Random } from 'ml-random';
import {
  adjustedMutualInformation,
  adjustedRand,
  balancedAccuracyByCluster,
  classAgreement,
} from '../../clustering/agreement';
import { chosenAttributes } from '../../domain/attributes';
import { type Judgement, TRUTH_SCORES } from '../../domain/judgement';
import type { ClusteringSettings } from '../../domain/settings';
import { clusterLabels, type StoredClustering } from '../../runs/run-files';
import { UserError } from '../../util/errors';
import { type MeanInterval, meanInterval } from '../../util/mean-interval';
import { type ClusterContext, clusterFaces, type ClusterInput } from './cluster-faces';

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

export interface Repetitions {
  /** Number of clusterings, with the seed of the settings, the next one, and so on. */
  seeds: number;
  /** Share of the faces that each is made of, in (0, 1]. */
  share: number;
}

/** Scores of one clustering; null where not defined. */
type Scores = Record<(typeof TRUTH_SCORES)[number], number | null>;

/** One clustering, judged. */
interface Sample {
  scores: Scores;
  perAttribute: (number | null)[];
  noise: number;
  clusters: number;
}

/**
 * Clusters faces once for each seed, and compares the clusters with the labels.
 * @throws UserError where no face has a label, or no attribute; CancelledError.
 */
export async function judgeFaces(
  input: ClusterInput,
  settings: ClusteringSettings,
  truth: Truth,
  { seeds, share }: Repetitions,
  context: ClusterContext,
): Promise<Judgement> {
  const compared = chosenAttributes(settings.attributes, input.names).attributes;
  const attributes = truth.attributes.filter((name) => compared.includes(name));
  const labeled = truth.rows.filter((row) => row >= 0).length;
  if (labeled === 0)
    throw new UserError(`none of the ${truth.rows.length} faces has a label in '${truth.labels}'`);
  if (attributes.length === 0) {
    throw new UserError(
      `the labels '${truth.labels}' name none of the attributes that faces are compared by: ` +
        compared.join(', '),
    );
  }
  const all = Array.from({ length: seeds }, (_, i) => settings.seed + i);
  const samples: Sample[] = [];
  for (const seed of all) {
    const faces = drawnFaces(truth.rows.length, share, seed);
    const stored = await clusterFaces(part(input, faces), { ...settings, seed }, context);
    samples.push(judged(stored, faces, truth, attributes));
  }
  const mean = (valueOf: (sample: Sample) => number) => meanInterval(samples.map(valueOf)).mean;
  return {
    labels: truth.labels,
    attributes,
    faces: labeled,
    unlabeled: truth.rows.length - labeled,
    classes: new Set(
      classesOf(
        truth,
        attributes,
        truth.rows.filter((row) => row >= 0),
      ),
    ).size,
    noise: mean(({ noise }) => noise),
    clusters: mean(({ clusters }) => clusters),
    seeds: all,
    share,
    scores: Object.fromEntries(
      TRUTH_SCORES.map((name) => [name, intervalOf(samples.map(({ scores }) => scores[name]))]),
    ) as Judgement['scores'],
    perAttribute: Object.fromEntries(
      attributes.map((name, i) => [
        name,
        intervalOf(samples.map(({ perAttribute }) => perAttribute[i]!)),
      ]),
    ),
  };
}

/** Over the samples for which it is defined. */
function intervalOf(values: readonly (number | null)[]): MeanInterval | null {
  const defined = values.filter((value) => value !== null);
  return defined.length === 0 ? null : meanInterval(defined);
}

/** Rows of the faces that are clustered, ascending. */
function drawnFaces(count: number, share: number, seed: number): Int32Array {
  const rows = Int32Array.from({ length: count }, (_, row) => row);
  if (share === 1) return rows;
  const random = new Random(seed);
  const wanted = Math.max(1, Math.round(count * share));
  for (let i = 0; i < wanted; i++) {
    const other = i + Math.floor(random.random() * (count - i));
    [rows[i], rows[other]] = [rows[other]!, rows[i]!];
  }
  return rows.subarray(0, wanted).sort();
}

function part(input: ClusterInput, faces: Int32Array): ClusterInput {
  const width = input.names.length;
  if (faces.length * width === input.probabilities.length) return input;
  const probabilities = new Float32Array(faces.length * width);
  faces.forEach((face, i) => {
    probabilities.set(input.probabilities.subarray(face * width, (face + 1) * width), i * width);
  });
  return { ...input, probabilities };
}

/** @param faces the rows of the faces that were clustered. */
function judged(
  stored: StoredClustering,
  faces: Int32Array,
  truth: Truth,
  attributes: readonly string[],
): Sample {
  const every = clusterLabels(stored);
  const judgedFaces = Array.from(faces.keys()).filter((i) => truth.rows[faces[i]!]! >= 0);
  const clusters = Int32Array.from(judgedFaces, (i) => every[i]!);
  const rows = Int32Array.from(judgedFaces, (i) => truth.rows[faces[i]!]!);
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
    scores: {
      balancedAccuracy: defined.length === 0 ? null : meanInterval(defined).mean,
      adjustedRand: adjustedRand(clusters, classes),
      adjustedMutualInformation: adjustedMutualInformation(clusters, classes),
      ...classAgreement(clusters, classes),
      silhouette: stored.clustering.silhouette,
    },
    perAttribute,
    noise: clusters.filter((cluster) => cluster < 0).length,
    clusters: stored.clustering.clusters.filter(({ id }) => id >= 0).length,
  };
}

/** The combination of labels of each row, as a number. */
function classesOf(truth: Truth, attributes: readonly string[], rows: Int32Array): Int32Array {
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
