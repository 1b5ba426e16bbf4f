/** Lloyd's iterations (1982) over distinct vectors with multiplicities. */
import { yieldToEventLoop } from '../util/yield-to-event-loop';
import type { DistinctVectors } from './distinct';
import { squaredDistance } from './metric';
import { denseCenters, type NearestCenters } from './nearest-center';
import { packBits, type PackedVectors } from './packed';
import { PackedCenters, TABLE_BITS } from './packed-centers';
import { RunningMeans } from './running-means';

export interface LloydResult {
  /** Cluster of each distinct vector, from 0, `[rows]`. */
  labels: Int32Array;
  /** `[clusters, columns]`. */
  centers: Float64Array;
  /** Sum over all faces of the squared distance to their center. */
  inertia: number;
  iterations: number;
}

export interface RunLimits {
  maxIterations: number;
  /**
   * The iterations end when at most this share of the faces, in [0, 1), changes its cluster;
   * default 0.
   */
  maxChangedShare?: number;
}

export interface Lloyd extends Disposable {
  run(centers: Float64Array, limits: RunLimits, signal?: AbortSignal): Promise<LloydResult>;
  /** Tries to add at most `triesOf(clusters)` centers. */
  tryCenters: NearestCenters['tryCenters'];
}

/** Distinct vectors from which on tables pay for being filled at each iteration. */
const MIN_TABLE_ROWS = 200;

/** Candidates of greedy k-means++ for each center. */
export const triesOf = (clusters: number): number => 2 + Math.floor(Math.log(clusters));

/** Packs the vectors into bits, where their columns have two values, and looks distances up. */
export function createLloyd(vectors: DistinctVectors, clusters: number): Lloyd {
  const packed = vectors.rows >= MIN_TABLE_ROWS ? packBits(vectors, TABLE_BITS) : undefined;
  const nearest =
    packed === undefined
      ? denseCenters(vectors, clusters)
      : new PackedCenters(packed, vectors.counts, clusters, triesOf(clusters));
  return {
    run: (centers, limits, signal) =>
      iterate(new LloydRun({ vectors, packed }, clusters, nearest, centers), limits, signal),
    tryCenters: (distances, centers) => nearest.tryCenters(distances, centers),
    [Symbol.dispose]: () => {
      nearest[Symbol.dispose]();
    },
  };
}

/** Lloyd's iterations from `centers` `[clusters, columns]` on. */
export async function settle(
  vectors: DistinctVectors,
  centers: Float64Array,
  { clusters, ...limits }: RunLimits & { clusters: number },
  signal?: AbortSignal,
): Promise<LloydResult> {
  using lloyd = createLloyd(vectors, clusters);
  return await lloyd.run(centers, limits, signal);
}

async function iterate(
  run: LloydRun,
  { maxIterations, maxChangedShare = 0 }: RunLimits,
  signal: AbortSignal | undefined,
): Promise<LloydResult> {
  const maxChanged = maxChangedShare * run.faces;
  let iterations = 0;
  run.assignAll();
  while (iterations < maxIterations) {
    await yieldToEventLoop(signal);
    iterations += 1;
    if (run.step() <= maxChanged) break;
  }
  return run.result(iterations);
}

/** The state of one run. */
class LloydRun {
  readonly faces: number;
  private readonly centers: Float64Array;
  private readonly means: RunningMeans;
  /** How far each center moved in the last step. */
  private readonly moves: Float64Array;

  private readonly vectors: DistinctVectors;

  constructor(
    { vectors, packed }: { vectors: DistinctVectors; packed: PackedVectors | undefined },
    private readonly clusters: number,
    private readonly nearest: NearestCenters,
    start: Float64Array,
  ) {
    this.vectors = vectors;
    this.faces = vectors.counts.reduce((sum, count) => sum + count, 0);
    this.centers = Float64Array.from(start);
    this.means = new RunningMeans(vectors, clusters, packed);
    this.moves = new Float64Array(clusters);
  }

  /** Assigns every vector to its nearest center. */
  assignAll(): void {
    const { nearest, centers, moves } = this;
    nearest.labels.fill(0);
    nearest.upper.fill(Infinity);
    nearest.lower.fill(0);
    nearest.assign(centers, { moves, farthest: { distance: 0, next: 0 }, halfGaps: moves });
    this.means.recompute(nearest.labels);
  }

  /**
   * Moves the centers to the means of their clusters and assigns the vectors anew.
   * @returns number of faces that changed their cluster.
   */
  step(): number {
    const { nearest, centers, means, moves } = this;
    const { labels, upper } = nearest;
    const { counts, columns } = this.vectors;
    means.fillEmpty(labels, upper);
    const farthest = means.moveTo(centers, moves);
    const halfGaps = halfGapsOf(centers, this.clusters, columns);
    const changes = nearest.assign(centers, { moves, farthest, halfGaps });
    let changed = 0;
    for (let i = 0; i < changes.length; i += 2) {
      const row = changes[i]!;
      means.add(row, changes[i + 1]!, -1);
      means.add(row, labels[row]!, 1);
      changed += counts[row]!;
    }
    return changed;
  }

  result(iterations: number): LloydResult {
    const { centers } = this;
    const labels = this.nearest.labels.slice();
    this.means.recompute(labels);
    this.means.moveTo(centers, this.moves);
    return { labels, centers, inertia: this.means.inertia(labels, centers), iterations };
  }
}

/** Half the distance of each center to the nearest other center, `[clusters]`. */
function halfGapsOf(centers: Float64Array, clusters: number, columns: number): Float64Array {
  const gaps = new Float64Array(clusters).fill(Infinity);
  for (let a = 0; a < clusters; a++) {
    for (let b = a + 1; b < clusters; b++) {
      const half = Math.sqrt(squaredDistance(centers, a, centers, b, columns)) / 2;
      gaps[a] = Math.min(gaps[a]!, half);
      gaps[b] = Math.min(gaps[b]!, half);
    }
  }
  return gaps;
}
