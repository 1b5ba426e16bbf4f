/**
 * K-Means (Lloyd 1982) with k-means++ seeding (Arthur & Vassilvitskii 2007) and restarts.
 *
 * Each restart is seeded by ml-kmeans, which runs k-means++ and Lloyd's iterations on a random sample of the faces (Bradley & Fayyad
 * 1998, 'Refining initial points'); from its centres Lloyd's iterations with multiplicities then go on over all distinct vectors
 * until nothing changes. So the result is a local optimum over all faces, at a cost that follows the distinct vectors.
 */
import { kmeans as mlKMeans } from 'ml-kmeans';
import { Random } from 'ml-random';
import { pause } from '../pause';
import { type DistinctVectors, squaredDistance } from './distinct';

export interface KMeansOptions {
  /** Number of clusters, ≥ 1. With fewer distinct vectors than this, each vector is a cluster. */
  clusters: number;
  /** Runs from different seeds; the one of lowest inertia is kept. */
  restarts: number;
  maxIterations?: number;
  seed: number;
  signal?: AbortSignal | undefined;
}

export interface KMeansResult {
  /** Cluster of each distinct vector, from 0. */
  labels: Int32Array;
  /** `[clusters, columns]`. */
  centers: Float64Array;
  clusters: number;
  /** Sum over all faces of the squared distance to their centre. */
  inertia: number;
  /** Iterations over all vectors of the run that was kept. */
  iterations: number;
}

/** Faces ml-kmeans sees at a restart, for each cluster: enough to place the centres, few enough to be quick. */
const SAMPLE_PER_CLUSTER = 20;
const SMALLEST_SAMPLE = 300;

/** Sum of inertias that differ by less than this fraction are the same up to rounding. */
const SAME = 1e-12;

/** @returns the best of `restarts` runs; the same for the same seed. Time O(restarts · iterations · distinct · clusters · columns). */
export async function kMeans(vectors: DistinctVectors, options: KMeansOptions): Promise<KMeansResult> {
  const { restarts, maxIterations = 300, seed, signal } = options;
  const clusters = Math.min(options.clusters, vectors.rows);
  const random = new Random(seed);
  let best: KMeansResult | undefined;
  for (let restart = 0; restart < restarts; restart++) {
    await pause(signal);
    const centers = seedCenters(vectors, clusters, random);
    const result = lloyd(vectors, centers, clusters, maxIterations);
    if (best === undefined || result.inertia < best.inertia * (1 - SAME)) best = result;
    if (best.inertia === 0) break; // nothing can be better
  }
  if (best === undefined) throw new RangeError(`expected at least 1 restart, got ${String(restarts)}`);
  return best;
}

/** Starting centres: those ml-kmeans finds on a sample of the faces, drawn with replacement. */
function seedCenters(vectors: DistinctVectors, clusters: number, random: Random): Float64Array {
  const { columns, data } = vectors;
  const draw = weightedDraw(vectors.counts, random);
  const size = Math.max(SMALLEST_SAMPLE, SAMPLE_PER_CLUSTER * clusters);
  const sample: number[][] = [];
  const drawn = new Set<number>();
  for (let i = 0; i < size; i++) {
    const row = draw();
    drawn.add(row);
    sample.push(Array.from(data.subarray(row * columns, (row + 1) * columns)));
  }
  const centers = new Float64Array(clusters * columns);
  const wanted = Math.min(clusters, drawn.size);
  const { centroids } = mlKMeans(sample, wanted, { seed: random.randInt(0, 0x7fff_ffff), initialization: 'kmeans++', maxIterations: 50 });
  centroids.slice(0, wanted).forEach((centroid, i) => {
    centers.set(centroid, i * columns);
  });
  // A sample can hold fewer distinct vectors than clusters are wanted: the rest start at the vectors farthest from any centre.
  for (let i = wanted; i < clusters; i++) {
    const far = farthest(vectors, nearestCenters(vectors, centers, i));
    centers.set(data.subarray(far * columns, (far + 1) * columns), i * columns);
  }
  return centers;
}

/** Draws indices in proportion to `weights`, by bisection in their cumulative sums. */
function weightedDraw(weights: Float64Array, random: Random): () => number {
  const cumulative = new Float64Array(weights.length);
  let total = 0;
  for (const [i, weight] of weights.entries()) cumulative[i] = total += weight;
  return () => {
    const target = random.random() * total;
    let low = 0;
    let high = weights.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (cumulative[middle]! > target) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}

interface Assignment {
  labels: Int32Array;
  /** Squared distance of each vector to its centre. */
  distances: Float64Array;
}

function nearestCenters({ rows, columns, data }: DistinctVectors, centers: Float64Array, clusters: number): Assignment {
  const labels = new Int32Array(rows);
  const distances = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    let nearest = 0;
    let smallest = Infinity;
    for (let cluster = 0; cluster < clusters; cluster++) {
      const distance = squaredDistance(data, row, centers, cluster, columns);
      if (distance < smallest) {
        smallest = distance;
        nearest = cluster;
      }
    }
    labels[row] = nearest;
    distances[row] = smallest;
  }
  return { labels, distances };
}

function lloyd(vectors: DistinctVectors, start: Float64Array, clusters: number, maxIterations: number): KMeansResult {
  let centers = start;
  let assignment = nearestCenters(vectors, centers, clusters);
  let iterations = 0;
  while (iterations < maxIterations) {
    iterations += 1;
    centers = centersOf(vectors, assignment, clusters);
    const next = nearestCenters(vectors, centers, clusters);
    const settled = next.labels.every((label, row) => label === assignment.labels[row]);
    assignment = next;
    if (settled) break;
  }
  let inertia = 0;
  for (const [row, distance] of assignment.distances.entries()) inertia += distance * vectors.counts[row]!;
  return { labels: assignment.labels, centers, clusters, inertia, iterations };
}

/** Means of the clusters. A cluster left empty takes the vector farthest from its centre, as scikit-learn does. */
function centersOf(vectors: DistinctVectors, assignment: Assignment, clusters: number): Float64Array {
  const { rows, columns, data, counts } = vectors;
  const sizes = new Float64Array(clusters);
  for (let row = 0; row < rows; row++) {
    const label = assignment.labels[row]!;
    sizes[label] = sizes[label]! + counts[row]!;
  }
  for (const [cluster, size] of sizes.entries()) {
    if (size > 0) continue;
    const far = farthest(vectors, assignment);
    const from = assignment.labels[far]!;
    sizes[from] = sizes[from]! - counts[far]!;
    sizes[cluster] = counts[far]!;
    assignment.labels[far] = cluster;
    assignment.distances[far] = 0;
  }
  const centers = new Float64Array(clusters * columns);
  for (let row = 0; row < rows; row++) {
    const label = assignment.labels[row]!;
    const weight = counts[row]! / sizes[label]!;
    for (let c = 0; c < columns; c++) {
      centers[label * columns + c] = centers[label * columns + c]! + weight * data[row * columns + c]!;
    }
  }
  return centers;
}

function farthest({ rows }: DistinctVectors, { distances }: Assignment): number {
  let far = 0;
  for (let row = 1; row < rows; row++) if (distances[row]! > distances[far]!) far = row;
  return far;
}
