import type { PackedError } from '../channel/messages';
import type { Progress } from '../domain/progress';
import type { EngineCalls, EngineCall } from '../protocol/engine';
import type { WorkerHost } from './threads/image-worker-pool';

/** The engine's calls, as sent through the channel. */
export type EngineTable = {
  [Name in EngineCall]: {
    params: { params: EngineCalls[Name]['params']; host: WorkerHost };
    result: EngineAnswer<Name>;
    progress: Progress;
  };
};

export interface EngineAnswer<Name extends EngineCall> {
  /** An error comes with the rest, which is true of a call that failed as well. */
  outcome: { result: EngineCalls[Name]['result'] } | { error: PackedError };
  /** Peak memory of the process, in bytes. */
  peakMemory: number;
  /** Whether the process must not be used again; see `retireProcess`. */
  retired: boolean;
}

/**
 * - `view`: a short call that changes nothing. All views share a process, and are repeated once if
 *   it ends.
 * - `job`: any other call. Each has a process of its own, so one that is cancelled, or crashes,
 *   affects no other.
 * - `images`: a job that reads many images. If its process ends, it is begun again with a process
 *   for each image worker.
 */
export type CallKind = 'view' | 'job' | 'images';

export const CALL_KINDS: Record<EngineCall, CallKind> = {
  page: 'view',
  typicalFaces: 'view',
  copies: 'view',
  ask: 'view',
  faceCards: 'view',
  faceComponents: 'view',
  clusterDistance: 'view',
  places: 'view',
  attributeValues: 'view',
  alike: 'view',
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
  arrangedPlaces: 'job',
  embed: 'job',
  kept: 'view',
  difference: 'view',
  keep: 'job',
  removeKept: 'job',
  cluster: 'job',
  correct: 'job',
  compare: 'job',
  judge: 'job',
  truth: 'job',
  vectors: 'job',
  compareVectors: 'job',
  export: 'job',
  copyImages: 'job',
  writeSidecars: 'job',
  drawChart: 'job',
  pack: 'job',
  unpack: 'job',
  dataset: 'job',
  labels: 'job',
  model: 'job',
  missingWords: 'job',
  wrapNetwork: 'job',
  analyze: 'images',
  labelErrors: 'images',
  evaluate: 'images',
};
