/** What the engine's jobs are given, for tests and benchmarks that call them without a process. */
import type { JobContext } from '../../src/engine/jobs/analyse';

export const jobContext = (): JobContext => ({
  signal: new AbortController().signal,
  onProgress: () => undefined,
  host: 'thread',
});
