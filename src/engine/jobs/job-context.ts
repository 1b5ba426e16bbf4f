/** Parameters that every job has. */
import type { Progress } from '../../domain/progress';
import type { WorkerHost } from '../threads/image-worker-pool';

export interface JobContext {
  signal: AbortSignal;
  onProgress: (progress: Progress) => void;
  /** Where images are read: in processes after a decoder crashed the engine. */
  host: WorkerHost;
}
