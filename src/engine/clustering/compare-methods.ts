/** Clusters the same vectors by several methods and numbers of clusters, and scores each result. */
import type { DistinctVectors } from '../../clustering/distinct';
import type { ScoredPartition } from '../../clustering/tasks';
import type { ComparisonPoint } from '../../domain/comparison';
import type { TruthScores } from '../../domain/judgement';
import { METHOD_NAMES } from '../../domain/method-names';
import type { ClusteringSettings } from '../../domain/settings';
import { t } from '../../text/translate';
import { UserError } from '../../util/errors';
import { meanInterval } from '../../util/mean-interval';
import { checkEmbeddingMetric } from './feature-vectors';
import { type PartitionContext, partitionForEach } from './group-vectors';
import type { LabeledFaces } from './truth';

type Method = ClusteringSettings['method'];

/** Methods whose result depends on the seed. */
const DRAWING: ReadonlySet<Method> = new Set(['kmeans', 'spectral']);

/** Number of clusterings of a method for each number of clusters. */
export const repetitionsOf = (method: Method, seeds: number): number =>
  DRAWING.has(method) ? seeds : 1;

interface ComparerContext extends Pick<PartitionContext, 'signal' | 'run'> {
  onStep: () => void;
  /** Takes notices for people. */
  notices: string[];
}

export class MethodComparer {
  /**
   * @param seeds number of clusterings of methods that draw at random, with the seed of the
   * settings, the next one, and so on.
   * @param labeled the compared faces that have labels; undefined without labels.
   */
  constructor(
    private readonly vectors: DistinctVectors,
    private readonly settings: ClusteringSettings,
    private readonly seeds: number,
    private readonly labeled: LabeledFaces | undefined,
    private readonly context: ComparerContext,
  ) {}

  /**
   * @param numbers of clusters; undefined for a method that finds the number itself.
   * @returns no point for a method that cannot be used with these parameters.
   */
  async pointsOf(method: Method, numbers: number[] | undefined): Promise<ComparisonPoint[]> {
    const { notices } = this.context;
    try {
      checkEmbeddingMetric({ ...this.settings, method });
      const repeated: ComparisonPoint[][] = [];
      for (let i = 0; i < repetitionsOf(method, this.seeds); i++)
        repeated.push(await this.pointsWith(method, numbers, this.settings.seed + i));
      return repeated[0]!.map((_, i) => meanPoint(repeated.map((points) => points[i]!)));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      notices.push(t('{0} is left out: {1}', METHOD_NAMES[method], error.message));
      return [];
    }
  }

  private async pointsWith(
    method: Method,
    numbers: number[] | undefined,
    seed: number,
  ): Promise<ComparisonPoint[]> {
    const { notices, onStep } = this.context;
    const settings = { ...this.settings, method, seed };
    const partitions = await partitionForEach(
      this.vectors,
      settings,
      numbers ?? [1],
      this.context,
      onStep,
    );
    for (const notice of partitions.flatMap((partition) => partition.notices)) {
      const text = `${METHOD_NAMES[method]}: ${notice}`;
      if (!notices.includes(text)) notices.push(text);
    }
    return partitions.map((partition): ComparisonPoint => {
      const { asked, clusters, silhouette, seconds } = partition;
      return {
        method,
        k: numbers === undefined ? null : asked,
        clusters,
        noise: noiseOf(partition),
        silhouette,
        truth: this.truthOf(partition),
        seconds,
      };
    });
  }

  private truthOf({ labels, vectors }: ScoredPartition): TruthScores | undefined {
    if (this.labeled === undefined) return undefined;
    const scored = this.labeled.scores((face) => labels[vectors.inverse[face]!]!);
    const { perAttribute: _, noise: _noise, ...scores } = scored;
    return scores;
  }
}

/** Number of faces that are noise. */
function noiseOf({ labels, vectors }: ScoredPartition): number {
  let noise = 0;
  for (const [row, label] of labels.entries()) if (label < 0) noise += vectors.counts[row]!;
  return noise;
}

/** @param points of the same method and number of clusters, with different seeds. */
function meanPoint(points: readonly ComparisonPoint[]): ComparisonPoint {
  const [first] = points as [ComparisonPoint];
  if (points.length === 1) return first;
  const mean = (valueOf: (point: ComparisonPoint) => number) =>
    meanInterval(points.map(valueOf)).mean;
  const silhouettes = points.flatMap(({ silhouette }) => (silhouette === null ? [] : [silhouette]));
  const interval = silhouettes.length < 2 ? undefined : meanInterval(silhouettes);
  return {
    ...first,
    clusters: Math.round(mean(({ clusters }) => clusters)),
    noise: Math.round(mean(({ noise }) => noise)),
    silhouette: silhouettes.length === 0 ? null : meanInterval(silhouettes).mean,
    range: interval && { low: interval.low!, high: interval.high! },
    truth: first.truth && meanTruth(points.map(({ truth }) => truth!)),
    seconds: mean(({ seconds }) => seconds),
  };
}

function meanTruth(scores: readonly TruthScores[]): TruthScores {
  const names = Object.keys(scores[0]!) as (keyof TruthScores)[];
  return Object.fromEntries(
    names.map((name) => {
      const values = scores.flatMap((each) => each[name] ?? []);
      return [name, values.length === 0 ? null : meanInterval(values).mean];
    }),
  ) as unknown as TruthScores;
}
