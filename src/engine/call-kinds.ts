import type { Progress } from '../domain/progress';
import type { EngineCalls, EngineCall } from '../protocol/engine';
import type { WorkerHost } from './threads/image-worker-pool';

/** The calls as they go through the channel. */
export type EngineTable = {
  [Name in EngineCall]: {
    params: { params: EngineCalls[Name]['params']; host: WorkerHost };
    result: EngineAnswer<Name>;
    progress: Progress;
  };
};

export interface EngineAnswer<Name extends EngineCall> {
  result: EngineCalls[Name]['result'];
  /** Largest memory the process has had so far, in bytes. */
  peakMemory: number;
  /** Whether the process is to do nothing more; see `retireProcess`. */
  retired: boolean;
}

/**
 * `view`: a short look at what is kept, which changes nothing; all share a process, and are asked
 * once more where it ends. `job`: everything else; each has a process of its own, so that one that
 * is cancelled, or ends its process, takes no other along. `images`: a job that reads many images;
 * where it ends its process, it is begun again with a process for each image worker.
 */
export type CallKind = 'view' | 'job' | 'images';

export const CALL_KINDS: Record<EngineCall, CallKind> = {
  page: 'view',
  locate: 'view',
  clusterPaths: 'view',
  pictures: 'view',
  photo: 'view',
  storeSize: 'view',
  exploreDataset: 'view',
  datasetSamples: 'view',
  datasetImage: 'view',
  changes: 'job',
  clearStore: 'job',
  cluster: 'job',
  compare: 'job',
  vectors: 'job',
  compareVectors: 'job',
  export: 'job',
  copyImages: 'job',
  dataset: 'job',
  model: 'job',
  analyse: 'images',
  contradictions: 'images',
  evaluate: 'images',
};
