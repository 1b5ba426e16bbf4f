/** Every clustering method under one signature, with scikit-learn's parameters and defaults. */
import { Random } from 'ml-random';
import type { Metric } from '../domain/method-options';
import { type MethodSettings, withPreset } from '../domain/method-parameters';
import { count } from '../text/numbers';
import { t } from '../text/translate';
import { yieldToEventLoop } from '../util/yield-to-event-loop';
import { agglomerative } from './agglomerative';
import { birch } from './birch';
import { withRareRowsFirst, withSortedRows } from './canonical-order';
import { dbscan } from './dbscan';
import type { DistinctVectors } from './distinct';
import { hdbscan } from './hdbscan';
import { kMeans } from './kmeans';
import { optics } from './optics';
import type { FitContext, Fitted, Partition } from './partition';
import { rowDistances } from './row-distances';
import { MAX_SPECTRAL_ROWS, spectral } from './spectral';
import { subsample } from './subsample';

/** Distinct vectors whose distances Agglomerative holds in memory: 256 MB. */
const MAX_AGGLOMERATIVE_ROWS = 8000;

/**
 * Fits a method. Methods that find the number of clusters themselves return the same partition for
 * every number. Where there are more distinct vectors than a method can hold, it runs on a random
 * subset, and each other vector joins the nearest of them; the partition's notices say so. The
 * partition depends on the order of the vectors, but not on that of the original rows.
 */
export async function fit(
  vectors: DistinctVectors,
  given: MethodSettings,
  context: FitContext = {},
): Promise<Fitted> {
  const settings = withPreset(given);
  const { metric, seed } = settings;
  const drawing = { seed, signal: context.signal };
  switch (settings.method) {
    case 'kmeans':
      return fitKMeans(vectors, settings, context);
    case 'agglomerative': {
      const { linkage } = settings;
      const used = linkage === 'ward' ? 'euclidean' : metric;
      return fitOnSubsample(vectors, MAX_AGGLOMERATIVE_ROWS, used, drawing, (part) =>
        agglomerative(part, { linkage, metric }, context),
      );
    }
    case 'birch':
      // Rows matter in the order they come: in this one, compact clusters form.
      return withVectors(vectors, await birch(withRareRowsFirst(vectors), settings, context));
    case 'spectral':
      return fitOnSubsample(vectors, MAX_SPECTRAL_ROWS, 'euclidean', drawing, (part) =>
        spectral(part, { ...settings, restarts: 10 }, context),
      );
    case 'dbscan':
      return always(await dbscan(vectors, settings, context));
    case 'optics':
      return withVectors(vectors, always(await optics(withSortedRows(vectors), settings, context)));
    case 'hdbscan':
      return always(await hdbscan(vectors, settings, context));
  }
}

const always =
  (partition: Partition): Fitted =>
  (_clusters) =>
    partition;

/** Replaces vectors whose rows were sorted by the original ones. */
const withVectors =
  (vectors: DistinctVectors, fitted: Fitted): Fitted =>
  async (clusters) => ({ ...(await fitted(clusters)), vectors });

function fitKMeans(
  vectors: DistinctVectors,
  { restarts, seed }: MethodSettings,
  { swaps, signal }: FitContext,
): Fitted {
  return async (wanted) => {
    const options = { clusters: wanted, restarts, swaps, seed, signal };
    const { labels, clusters } = await kMeans(vectors, options);
    return { vectors, labels, clusters, notices: [] };
  };
}

/** Fits to a subset of `maxRows` vectors where there are more. */
async function fitOnSubsample(
  vectors: DistinctVectors,
  maxRows: number,
  metric: Metric,
  { seed, signal }: Pick<MethodSettings, 'seed'> & Pick<FitContext, 'signal'>,
  fitPart: (part: DistinctVectors) => Promise<Fitted>,
): Promise<Fitted> {
  const { rows } = vectors;
  if (rows <= maxRows) return fitPart(vectors);
  const part = subsample(vectors, maxRows, new Random(seed));
  const fitted = await fitPart(part);
  const nearest = await nearestIn(part, vectors, metric, signal);
  return async (clusters) => {
    const partition = await fitted(clusters);
    const notice = t(
      'this method was run on {0} of the {1} distinct vectors, drawn with the seed; each of the others joined the cluster of the nearest of them',
      count(maxRows),
      count(rows),
    );
    return {
      ...partition,
      vectors,
      labels: nearest.map((i) => partition.labels[i]!),
      notices: [...partition.notices, notice],
    };
  };
}

/** @returns for each of the vectors the nearest of `part`, of equally near ones the first. */
async function nearestIn(
  part: DistinctVectors,
  { rows, columns, data }: DistinctVectors,
  metric: Metric,
  signal: AbortSignal | undefined,
): Promise<Int32Array> {
  using all = rowDistances(part, metric);
  const nearest = new Int32Array(rows);
  for (let row = 0; row < rows; row++) {
    await yieldToEventLoop(signal);
    const distances = all.fromVector(data, row * columns);
    let smallest = Infinity;
    for (let i = 0; i < part.rows; i++)
      if (distances[i]! < smallest) [smallest, nearest[row]] = [distances[i]!, i];
  }
  return nearest;
}
