/** Calls of the engine that cluster a run, correct its clusters, and keep them. */
import type { Clustering } from '../domain/clustering';
import type { CorrectionRequest } from '../domain/corrections';
import type { ClusteringDifference, KeptClustering } from '../domain/kept-clusterings';
import type { ClusteringSettings } from '../domain/settings';

/** Follows the log of corrections; `replay` only applies it. */
export type CorrectionStep = { kind: 'undo' } | { kind: 'redo' } | { kind: 'replay' };

/** By which a clustering is told from another one of the same folder. */
export interface ShownClusters {
  /** When the run was made. */
  createdAt: string;
  /** Of each cluster, its id, its size and its medoid. */
  clusters: readonly (readonly [id: number, size: number, medoid: number])[];
}

export interface ClusteringCalls {
  /** Clusters the faces of a run by their stored attributes, or embeddings. */
  cluster: {
    params: {
      runDir: string;
      settings: ClusteringSettings;
      /** Whether the clustering before is not kept: this one is a step of trying others. */
      isFurtherTry?: boolean;
    };
    result: Clustering;
  };
  /** Corrects the clusters of a run, or takes corrections back. */
  correct: {
    params: {
      runDir: string;
      request: CorrectionRequest | CorrectionStep;
      /** What a person looks at; undefined: what is stored. */
      shown?: ShownClusters;
    };
    result: Clustering;
  };
  /** Keeps the clustering that is shown, under a name. */
  keep: { params: { runDir: string; name: string }; result: KeptClustering };
  /** The clusterings that are kept, the newest first, and those that cannot be read, for people. */
  kept: {
    params: { runDir: string };
    result: { kept: (KeptClustering & { settings: ClusteringSettings })[]; problems: string[] };
  };
  removeKept: { params: { runDir: string; id: string }; result: undefined };
  /** How the clusters that are shown differ from those that are kept. */
  difference: { params: { runDir: string; id: string }; result: ClusteringDifference };
}
