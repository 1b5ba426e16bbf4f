/** What every job is given. */
import type { Progress } from '../../domain/progress';
import type { WorkerHost } from '../threads/image-worker-pool';

export interface JobContext {
  signal: AbortSignal;
  onProgress: (progress: Progress) => void;
  /**
   * Where images are read: in a process of their own after a decoder has brought the engine down.
   */
  host: WorkerHost;
}
