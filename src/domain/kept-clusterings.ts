/** Clusterings that are kept with a run, and how two clusterings differ. */
import * as z from 'zod';
import type { ClusteringSettings } from './settings';

/** Id of the clustering that the one shown has replaced; it is kept without being asked. */
export const BEFORE = 'before';

export const keptIdSchema = z.string().regex(/^(before|[0-9a-f]{16})$/);

export interface KeptClustering {
  id: string;
  /** That a person gave; empty for the one before. */
  name: string;
  /** ISO 8601. */
  at: string;
  method: ClusteringSettings['method'];
  faces: number;
  clusters: number;
}

/** Faces of a cluster that were in another one, or that are new. */
export interface Arrival {
  /** Id and title of the cluster they were in; null for faces that were not there. */
  from: { id: number; title: string } | null;
  count: number;
  /** Rows of some of them. */
  rows: number[];
}

/** How a cluster came about. */
export interface ClusterChange {
  id: number;
  /** The earlier cluster that it is most like, one for each; null where none is left. */
  matched: { id: number; title: string; size: number; common: number } | null;
  /** From other clusters, most faces first. */
  arrivals: Arrival[];
}

/** How the clusters that are shown differ from others of the same folder. */
export interface ClusteringDifference {
  earlier: KeptClustering;
  /** Faces that both have. */
  common: number;
  /** Of these, faces that are not in the cluster matched to their earlier one. */
  moved: number;
  /** Faces that only the clusters shown have. */
  added: number;
  /** Faces that only the earlier clusters have. */
  gone: number;
  /** Of the faces that both have; 1 for the same clusters. */
  adjustedRand: number | null;
  clusters: ClusterChange[];
  /** Earlier clusters that none is matched to. */
  dissolved: { id: number; title: string; size: number }[];
}
