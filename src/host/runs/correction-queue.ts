/**
 * Makes the corrections of a run one after the other, beside jobs that do not depend on them. None
 * can be cancelled: it may be in the log already, and would come back.
 */
import type { EngineCalls } from '../../protocol/engine';
import type { CallOptions } from '../../engine/client';
import { t } from '../../text/translate';
import type { JobRunner, Outcome } from './job-runner';

export type Correcting = EngineCalls['correct']['params']['request'];

interface QueueContext {
  jobs: JobRunner;
  /** Whether the running job will replace the clusters within the near future. */
  isClustering: () => boolean;
  /** Number of clusterings so far that were not made by corrections. */
  clusterings: () => number;
  make: (request: Correcting, options: CallOptions) => Promise<void>;
}

export class CorrectionQueue {
  private last: Promise<void> | undefined;
  private beside: Promise<unknown> | undefined;

  constructor(private readonly context: QueueContext) {}

  /** Ends with the last correction, and never rejects; undefined where none is being made. */
  get ended(): Promise<void> | undefined {
    return this.last;
  }

  /** Ends with the correction that is made beside a job, and never rejects. */
  get endedBeside(): Promise<unknown> | undefined {
    return this.beside;
  }

  /**
   * Makes a correction after those before it. An analysis or a comparison goes on meanwhile, a
   * clustering is awaited. Failures are returned, not thrown.
   * @param seen number of clusterings when the clusters were shown that the request names.
   */
  add(request: Correcting, seen: number): Promise<Outcome> {
    const outcome = (this.last ?? Promise.resolve()).then(() => this.makeInTurn(request, seen));
    const last = outcome.then(() => {
      if (this.last === last) this.last = undefined;
    });
    this.last = last;
    return outcome;
  }

  private async makeInTurn(request: Correcting, seen: number): Promise<Outcome> {
    const { jobs, isClustering, clusterings, make } = this.context;
    while (isClustering()) await jobs.ended;
    if (clusterings() !== seen && namesClusters(request))
      return { kind: 'failed', message: t(MADE_ANEW), retry: false };
    if (jobs.kind === undefined)
      return jobs.run('correct', undefined, ({ onProgress }) => make(request, { onProgress }));
    const outcome = jobs.beside((options) => make(request, options));
    this.beside = outcome;
    return outcome.finally(() => {
      this.beside = undefined;
    });
  }
}

const MADE_ANEW =
  'The clusters were made anew meanwhile: look at them, and correct them once more if needed.';

/** Whether a request is about clusters by numbers, which another clustering gives to others. */
const namesClusters = (request: Correcting): boolean =>
  'cluster' in request || request.kind === 'merge' || request.kind === 'move';
