/**
 * The types that clustering methods have in common.
 */
import type { Merge } from '../domain/clustering';
import type { DistinctVectors } from './distinct';

/** A partition of distinct vectors. */
export interface Partition {
  /** The vectors that were clustered. */
  vectors: DistinctVectors;
  /** Cluster of each vector, from 0; −1 is noise. */
  labels: Int32Array;
  clusters: number;
  /** Messages for the user, such as that fewer clusters were found than requested. */
  notices: string[];
  /**
   * Further merges of the clusters by hierarchical methods, the lowest first. In `a` and `b`,
   * numbers below `clusters` are clusters, and `clusters + i` is merge `i`.
   */
  tree?: Merge[];
}

/** A hierarchical clustering, like scipy's linkage matrix. */
export interface Dendrogram {
  /** Number of vectors. */
  leaves: number;
  /**
   * The lowest merge first. In `a` and `b`, numbers below `leaves` are vectors, and `leaves + i` is
   * merge `i`.
   */
  merges: Merge[];
}

/** A method fitted to vectors: returns a partition for any number of clusters. */
export type Fitted = (clusters: number) => Partition | Promise<Partition>;

export interface FitContext {
  /** Random swaps of K-Means; undefined derives their number from the cost of one. */
  swaps?: number | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * Renumbers labels from 0 in the order of their first occurrence; −1 stays.
 * @param labels integers ≥ −1.
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
