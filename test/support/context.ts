import type { JobContext } from '../../src/engine/jobs/job-context';

export const jobContext = (): JobContext => ({
  signal: new AbortController().signal,
  onProgress: () => undefined,
  host: 'thread',
});
