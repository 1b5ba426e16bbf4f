/** Judges groupings of faces against labels. */
import { clusterCount } from '../../domain/clustering';
import { Random } from 'ml-random';
import type { Embeddings } from '../../clustering/embedding-vectors';
import { type Judgement, TRUTH_SCORES } from '../../domain/judgement';
import type { ClusteringSettings } from '../../domain/settings';
import { clusterLabels, type StoredClustering } from '../../runs/run-files';
import { type MeanInterval, meanInterval } from '../../util/mean-interval';
import { type ClusterContext, clusterFaces } from './cluster-faces';
import type { ClusterInput } from './present-probabilities';
import { attributesWithLabels, LabeledFaces, type Truth } from './truth';

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
  const attributes = attributesWithLabels(truth, settings.attributes, input.names);
  const all = Array.from({ length: seeds }, (_, i) => settings.seed + i);
  const samples: Sample[] = [];
  for (const seed of all) {
    const faces = drawnFaces(truth.rows.length, share, seed);
    const stored = await clusterFaces(part(input, faces), { ...settings, seed }, context);
    samples.push(judged(stored, faces, truth, attributes));
  }
  return judgementOf(samples, truth, attributes, { seeds: all, share });
}

/**
 * Judges a clustering, which is made again only for other seeds or for a part of the faces.
 * @param stored by the settings that it holds.
 * @throws UserError where no face has a label, or no attribute; CancelledError.
 */
export function judgeRepeated(
  stored: StoredClustering,
  input: ClusterInput,
  truth: Truth,
  repetitions: Repetitions,
  context: ClusterContext,
): Judgement | Promise<Judgement> {
  const { seeds, share } = repetitions;
  if (seeds === 1 && share === 1) return judgeClustering(stored, input.names, truth);
  return judgeFaces(input, stored.clustering.settings, truth, repetitions, context);
}

/**
 * Compares one clustering, as it is, with the labels.
 * @param names attributes of the faces.
 * @throws UserError where no face has a label, or no attribute.
 */
export function judgeClustering(
  stored: StoredClustering,
  names: readonly string[],
  truth: Truth,
): Judgement {
  const { settings } = stored.clustering;
  const attributes = attributesWithLabels(truth, settings.attributes, names);
  const sample = judged(stored, drawnFaces(truth.rows.length, 1, settings.seed), truth, attributes);
  return judgementOf([sample], truth, attributes, { seeds: [settings.seed], share: 1 });
}

function judgementOf(
  samples: readonly Sample[],
  truth: Truth,
  attributes: string[],
  { seeds, share }: Pick<Judgement, 'seeds' | 'share'>,
): Judgement {
  const labeled = new LabeledFaces(truth, attributes, truth.rows);
  const mean = (valueOf: (sample: Sample) => number) => meanInterval(samples.map(valueOf)).mean;
  return {
    labels: truth.labels,
    attributes,
    faces: labeled.faces.length,
    complete: labeled.completeCount,
    unlabeled: truth.rows.length - labeled.faces.length,
    classes: labeled.classCount,
    noise: mean(({ noise }) => noise),
    clusters: mean(({ clusters }) => clusters),
    seeds,
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
    notices: [...(truth.remarks ?? [])],
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
  const { embeddings } = input;
  return { ...input, probabilities, embeddings: embeddings && partOf(embeddings, faces) };
}

function partOf(embeddings: Embeddings, faces: Int32Array): Embeddings {
  const { columns, values } = embeddings;
  const chosen = new Float32Array(faces.length * columns);
  faces.forEach((face, i) => {
    chosen.set(values.subarray(face * columns, (face + 1) * columns), i * columns);
  });
  return { ...embeddings, values: chosen };
}

/** @param faces the rows of the faces that were clustered. */
function judged(
  stored: StoredClustering,
  faces: Int32Array,
  truth: Truth,
  attributes: readonly string[],
): Sample {
  const every = clusterLabels(stored);
  const labeled = new LabeledFaces(
    truth,
    attributes,
    faces.map((face) => truth.rows[face]!),
  );
  const { perAttribute, noise, ...scores } = labeled.scores((face) => every[face]!);
  return {
    scores: { ...scores, silhouette: stored.clustering.silhouette },
    perAttribute,
    noise,
    clusters: clusterCount(stored.clustering.clusters),
  };
}
