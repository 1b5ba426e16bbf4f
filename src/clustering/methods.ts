/**
 * Every clustering method under one signature, with scikit-learn's names of parameters and their
 * defaults.
 */
import { Random } from 'ml-random';
import type { Metric } from '../domain/method-options';
import type { ClusteringSettings } from '../domain/settings';
import { agglomerative } from './agglomerative';
import { birch } from './birch';
import { dbscan } from './dbscan';
import type { DistinctVectors } from './distinct';
import type { FitContext, Fitted, Partition } from './grouping';
import { hdbscan } from './hdbscan';
import { kMeans } from './kmeans';
import { distanceOf } from './metric';
import { optics } from './optics';
import { MOST_VECTORS as MOST_SPECTRAL, spectral } from './spectral';

type Method = ClusteringSettings['method'];
export type MethodSettings = Pick<
  ClusteringSettings,
  | 'method' | 'restarts' | 'linkage' | 'metric' | 'threshold' | 'branchingFactor' | 'affinity' | 'gamma' | 'neighbors' | 'assignLabels' | 'eps'
  | 'minSamples' | 'xi' | 'minClusterSize' | 'seed' | 'preset'
>; // prettier-ignore

/** Distinct vectors of which a method keeps all distances, at most. */
const MAX_AGGLOMERATIVE_ROWS = 8000;

/** What the original work (Anzalone, Faiella and Trerè 2019) ran its methods with. */
const ORIGINAL_PRESET: Partial<Record<Method, Partial<MethodSettings>>> = {
  kmeans: { restarts: 20 },
  agglomerative: { linkage: 'complete', metric: 'manhattan' },
  birch: { threshold: 0.36, branchingFactor: 50 },
  spectral: { affinity: 'rbf', gamma: 1, assignLabels: 'kmeans' },
  dbscan: { eps: 0.5, minSamples: 3, metric: 'euclidean' },
  optics: { minSamples: 5, xi: 0.05, metric: 'hamming' },
};

/** Parameters as the preset has them. */
export function withPreset<T extends MethodSettings>(settings: T): T {
  return settings.preset === 'original'
    ? { ...settings, ...ORIGINAL_PRESET[settings.method] }
    : settings;
}

/**
 * Fits a method. Those that find the number of clusters themselves give the same grouping whatever
 * number is asked for. Where a method cannot hold all distinct vectors it works on some drawn with
 * the seed, and the others go with the nearest of them; the grouping's notices say so.
 */
export async function fit(
  vectors: DistinctVectors,
  given: MethodSettings,
  context: FitContext = {},
): Promise<Fitted> {
  const settings = withPreset(given);
  const { method, metric, restarts, seed } = settings;
  switch (method) {
    case 'kmeans': {
      const swaps = context.swaps;
      return async (clusters) => {
        const { labels, clusters: found } = await kMeans(vectors, {
          clusters,
          restarts,
          swaps,
          seed,
          signal: context.signal,
        });
        return { vectors, labels, clusters: found, notices: [] };
      };
    }
    case 'agglomerative': {
      const { linkage } = settings;
      const used = linkage === 'ward' ? 'euclidean' : metric;
      return fitOnSubsample(vectors, MAX_AGGLOMERATIVE_ROWS, used, seed, (part) =>
        agglomerative(part, { linkage, metric }, context),
      );
    }
    case 'birch':
      return birch(vectors, settings, context);
    case 'spectral':
      return fitOnSubsample(vectors, MOST_SPECTRAL, 'euclidean', seed, (part) =>
        spectral(part, { ...settings, restarts: 10 }, context),
      );
    case 'dbscan':
      return always(await dbscan(vectors, settings, context));
    case 'optics':
      return always(await optics(vectors, settings, context));
    case 'hdbscan':
      return always(
        await hdbscan(vectors, { ...settings, minSamples: settings.minSamples }, context),
      );
  }
}

const always =
  (grouping: Partition): Fitted =>
  (_clusters) =>
    grouping;

/**
 * Fits to `most` of the vectors, drawn with the seed, where there are more; the others take the
 * label of the nearest drawn one.
 */
async function fitOnSubsample(
  vectors: DistinctVectors,
  most: number,
  metric: Metric,
  seed: number,
  fitPart: (part: DistinctVectors) => Promise<Fitted>,
): Promise<Fitted> {
  const { rows, columns, data, counts } = vectors;
  if (rows <= most) return fitPart(vectors);
  const random = new Random(seed);
  const order = Int32Array.from({ length: rows }, (_, row) => row);
  for (let i = 0; i < most; i++) {
    const j = random.randInt(i, rows);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  const chosen = order.slice(0, most).sort();
  const part: DistinctVectors = {
    rows: most,
    columns,
    data: new Float64Array(most * columns),
    counts: Float64Array.from(chosen, (row) => counts[row]!),
    inverse: Int32Array.from(chosen, (_, i) => i),
  };
  chosen.forEach((row, i) => {
    part.data.set(data.subarray(row * columns, (row + 1) * columns), i * columns);
  });
  const fitted = await fitPart(part);
  const distance = distanceOf(metric);
  const nearest = new Int32Array(rows);
  for (let row = 0; row < rows; row++) {
    let smallest = Infinity;
    for (let i = 0; i < most; i++) {
      const apart = distance(data, row, part.data, i, columns);
      if (apart < smallest) [smallest, nearest[row]] = [apart, i];
    }
  }
  return async (clusters) => {
    const grouping = await fitted(clusters);
    const notice =
      `this method was run on ${most.toLocaleString('en')} of the ${rows.toLocaleString('en')} distinct vectors, drawn with the seed; ` +
      'the others are with the nearest of them';
    return {
      ...grouping,
      vectors,
      labels: nearest.map((i) => grouping.labels[i]!),
      notices: [...grouping.notices, notice],
    };
  };
}
