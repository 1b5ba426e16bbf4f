/** Lloyd's iterations (1982) over distinct vectors with multiplicities. */
import { yieldToEventLoop } from '../util/yield-to-event-loop';
import type { DistinctVectors } from './distinct';
import { squaredDistance } from './metric';
import {
  type CenterSearch,
  denseLowering,
  denseSearch,
  packedLowering,
  packedSearch,
  TABLE_BITS,
} from './nearest-center';
import { packBits } from './packed';
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

export interface Lloyd {
  run(centers: Float64Array, limits: RunLimits, signal?: AbortSignal): Promise<LloydResult>;
  /** Lowers the squared distance of each vector that is closer to `center`. */
  lowerDistances(distances: Float64Array, center: Float64Array): void;
}

/** Distinct vectors from which on tables pay for being filled at each iteration. */
const MIN_TABLE_ROWS = 200;

/** Allowance for rounding in the comparison of distance bounds. */
const BOUND_SLACK = 1 + 1e-9;

/** Packs the vectors into bits, where their columns have two values, and looks distances up. */
export function createLloyd(vectors: DistinctVectors, clusters: number): Lloyd {
  const packed = vectors.rows >= MIN_TABLE_ROWS ? packBits(vectors, TABLE_BITS) : undefined;
  const search =
    packed === undefined ? denseSearch(vectors, clusters) : packedSearch(packed, clusters);
  return {
    run: (centers, limits, signal) =>
      iterate(new LloydRun(vectors, clusters, search, centers), limits, signal),
    lowerDistances: packed === undefined ? denseLowering(vectors) : packedLowering(packed),
  };
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

/**
 * The state of one run. Hamerly (2010): a vector cannot change its cluster while its distance to
 * its center is below that to every other center, so it is skipped. An upper bound of the former
 * and a lower bound of the latter are kept and adjusted by the distances that the centers move.
 */
class LloydRun {
  readonly faces: number;
  private readonly centers: Float64Array;
  private readonly labels: Int32Array;
  private readonly means: RunningMeans;
  private readonly upper: Float64Array;
  private readonly lower: Float64Array;
  /** How far each center moved in the last step. */
  private readonly moves: Float64Array;

  constructor(
    private readonly vectors: DistinctVectors,
    private readonly clusters: number,
    private readonly search: CenterSearch,
    start: Float64Array,
  ) {
    this.faces = vectors.counts.reduce((sum, count) => sum + count, 0);
    this.centers = Float64Array.from(start);
    this.labels = new Int32Array(vectors.rows).fill(-1);
    this.means = new RunningMeans(vectors, clusters);
    this.upper = new Float64Array(vectors.rows).fill(Infinity);
    this.lower = new Float64Array(vectors.rows);
    this.moves = new Float64Array(clusters);
  }

  /** Assigns every vector to its nearest center. */
  assignAll(): void {
    const { search, labels, upper, lower, means } = this;
    search.prepare(this.centers);
    for (let row = 0; row < labels.length; row++) {
      labels[row] = search.nearest(row);
      upper[row] = Math.sqrt(search.smallest());
      lower[row] = Math.sqrt(search.second());
      means.add(row, labels[row]!, 1);
    }
  }

  /**
   * Moves the centers to the means of their clusters and assigns the vectors anew.
   * @returns number of faces that changed their cluster.
   */
  step(): number {
    const { search, labels, upper, lower, means, moves } = this;
    const { counts } = this.vectors;
    means.fillEmpty(labels, upper);
    const farthest = means.moveTo(this.centers, moves);
    const halfGaps = halfGapsOf(this.centers, this.clusters, this.vectors.columns);
    search.prepare(this.centers);
    let changed = 0;
    for (let row = 0; row < labels.length; row++) {
      const own = labels[row]!;
      const bound = Math.max(
        (lower[row]! -=
          (moves[own] ?? 0) === farthest.distance ? farthest.next : farthest.distance),
        halfGaps[own]!,
      );
      if ((upper[row]! += moves[own]!) * BOUND_SLACK < bound) continue;
      const next = search.nearest(row);
      upper[row] = Math.sqrt(search.smallest());
      lower[row] = Math.sqrt(search.second());
      if (next === own) continue;
      means.add(row, own, -1);
      means.add(row, next, 1);
      labels[row] = next;
      changed += counts[row]!;
    }
    return changed;
  }

  result(iterations: number): LloydResult {
    const { labels, centers, vectors } = this;
    this.means.recompute(labels);
    this.means.moveTo(centers, this.moves);
    let inertia = 0;
    for (let row = 0; row < vectors.rows; row++)
      inertia +=
        vectors.counts[row]! *
        squaredDistance(vectors.data, row, centers, labels[row]!, vectors.columns);
    return { labels, centers, inertia, iterations };
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
