/** Runs the jobs of a run one at a time, with progress, cancellation and the last problem. */
import type { Progress } from '../../domain/progress';
import type { CallOptions } from '../../engine/client';
import type { PanelProblem } from '../../protocol/panel';
import { upperFirst } from '../../text/letter-case';
import { CancelledError, messageOf, UserError } from '../../util/errors';

export type JobKind = 'analyze' | 'cluster' | 'compare' | 'correct';

/** How a job ended. */
export type Outcome =
  { kind: 'done' } | { kind: 'cancelled' } | { kind: 'failed'; message: string; retry: boolean };

interface JobEvents {
  onProgress: (progress: Progress | null) => void;
  /** Called when a job starts, ends or fails. */
  onState: () => void;
  /** Called when a job ended without a problem. */
  onSuccess: () => void;
  /** Receives details of a failure for developers. */
  log: (message: string) => void;
}

interface Job {
  controller: AbortController;
  kind: JobKind;
}

/** First stage of each kind of job. */
const STAGES: Readonly<Record<JobKind, Progress['stage']>> = {
  analyze: 'scan',
  cluster: 'cluster',
  compare: 'compare',
  correct: 'cluster',
};

/** A cancelled analysis is reported by its notification. */
const CANCELLED: Readonly<Record<JobKind, string | null>> = {
  analyze: null,
  cluster: 'Clustering was cancelled.',
  compare: 'The comparison was cancelled.',
  correct: 'The correction was cancelled.',
};

export class JobRunner {
  progress: Progress | null = null;
  problem: PanelProblem | null = null;
  /** The job that a retry starts. */
  failedKind: JobKind = 'analyze';
  private current: Job | undefined;

  constructor(private readonly events: JobEvents) {}

  /** The kind of the running job; undefined if there is none. */
  get kind(): JobKind | undefined {
    return this.current?.kind;
  }

  cancel(): void {
    this.current?.controller.abort(new CancelledError());
  }

  /** Cancels the running job and runs another one. Failures are returned, not thrown. */
  async run(
    kind: JobKind,
    signal: AbortSignal | undefined,
    work: (options: CallOptions) => Promise<void>,
  ): Promise<Outcome> {
    this.cancel();
    const job: Job = { controller: new AbortController(), kind };
    this.start(job);
    const cancel = () => {
      job.controller.abort(new CancelledError());
    };
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      await work({
        signal: job.controller.signal,
        onProgress: (progress) => {
          if (this.current === job) this.setProgress(progress);
        },
      });
      return { kind: 'done' };
    } catch (error) {
      return this.outcomeOf(error, job);
    } finally {
      signal?.removeEventListener('abort', cancel);
      if (this.current === job) this.finish();
    }
  }

  /** Reports a failure outside of `run`. */
  fail(kind: JobKind, message: string): void {
    this.failedKind = kind;
    this.problem = { message: upperFirst(message), retry: true };
    this.events.log(message);
    this.events.onState();
  }

  private start(job: Job): void {
    const { kind } = job;
    this.current = job;
    this.problem = null;
    this.failedKind = kind;
    this.setProgress({ stage: STAGES[kind], done: 0, total: 0, failed: 0 });
    this.events.onState();
  }

  private outcomeOf(error: unknown, job: Job): Outcome {
    const isCurrent = this.current === job;
    if (error instanceof CancelledError) {
      const message = CANCELLED[job.kind];
      if (isCurrent && message !== null) this.problem = { message, retry: true };
      return { kind: 'cancelled' };
    }
    if (!(error instanceof UserError))
      this.events.log(error instanceof Error ? (error.stack ?? error.message) : String(error));
    const problem = { message: upperFirst(messageOf(error)), retry: true };
    if (isCurrent) this.problem = problem;
    return { kind: 'failed', ...problem };
  }

  private finish(): void {
    this.current = undefined;
    this.setProgress(null);
    this.events.onState();
    if (this.problem === null) this.events.onSuccess();
  }

  private setProgress(progress: Progress | null): void {
    this.progress = progress;
    this.events.onProgress(progress);
  }
}
