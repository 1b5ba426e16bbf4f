/**
 * What every clustering method returns, and what those that take a number of clusters have in
 * common.
 */
import type { Merge } from '../domain/clustering';
import type { DistinctVectors } from './distinct';

/** A partition of distinct vectors. */
export interface Partition {
  /** The vectors the labels are of: those given, or finer ones where equal rows are told apart. */
  vectors: DistinctVectors;
  /** Cluster of each vector, from 0; −1 is noise. */
  labels: Int32Array;
  clusters: number;
  /** What the user should know of how it came about. */
  notices: string[];
  /**
   * Of hierarchical methods, how the clusters would be merged further, the lowest merge first: `a`
   * and `b` below `clusters` are clusters, `clusters` + i is merge i.
   */
  tree?: Merge[];
}

/** Merges of a hierarchical clustering, the lowest first: scipy's linkage matrix. */
export interface Dendrogram {
  /** Vectors at its leaves. */
  leaves: number;
  /** Leaf `a` < `leaves`, or `leaves` + the index of a merge. */
  merges: Merge[];
}

/** A method fitted to vectors, which may be asked for several numbers of clusters. */
export type Fitted = (clusters: number) => Partition | Promise<Partition>;

export interface FitContext {
  /** Trials of K-Means after its restarts; without it, as many as pay. */
  swaps?: number | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * Renumbers labels from 0 in the order of their first occurrence; −1 stays. Labels may be any
 * integers ≥ −1.
 */
export function compactLabels(labels: Int32Array): { labels: Int32Array; clusters: number } {
  const numbers = new Map<number, number>();
  const compact = labels.map((label) => {
    if (label < 0) return -1;
    let number = numbers.get(label);
    if (number === undefined) numbers.set(label, (number = numbers.size));
    return number;
  });
  return { labels: compact, clusters: numbers.size };
}
