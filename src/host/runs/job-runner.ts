/** Runs the jobs of a run one at a time, with progress, cancellation and the last problem. */
import type { Progress } from '../../domain/progress';
import type { CallOptions } from '../../engine/client';
import type { PanelProblem } from '../../protocol/panel';
import { upperFirst } from '../../text/letter-case';
import { said } from '../../text/said';
import { t } from '../../text/translate';
import { CancelledError, messageOf, UserError } from '../../util/errors';

export type JobKind = 'analyze' | 'cluster' | 'compare' | 'correct' | 'open';

/** How a job ended. */
export type Outcome =
  | { kind: 'done' }
  | { kind: 'cancelled' }
  /** A defect is of the program; other failures are of what was asked for. */
  | { kind: 'failed'; message: string; retry: boolean; isDefect?: boolean };

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
  /** Resolves when it has ended. */
  ended: Promise<void>;
  end: () => void;
}

/** First stage of each kind of job. */
const STAGES: Readonly<Record<JobKind, Progress['stage']>> = {
  analyze: 'scan',
  cluster: 'cluster',
  compare: 'compare',
  correct: 'cluster',
  open: 'open',
};

/** A cancelled analysis is reported by its notification; corrections cannot be cancelled. */
const CANCELLED = {
  analyze: null,
  cluster: 'Clustering was cancelled.',
  compare: 'The comparison was cancelled.',
  correct: null,
  open: 'Opening the file was cancelled.',
} as const satisfies Readonly<Record<JobKind, string | null>>;

function withResolvers(): { promise: Promise<void>; resolve: () => void } {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

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

  /** Resolves when the running job has ended, or was replaced. */
  get ended(): Promise<void> {
    return this.current?.ended ?? Promise.resolve();
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
    const { promise: ended, resolve: end } = withResolvers();
    const job: Job = { controller: new AbortController(), kind, ended, end };
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
      job.end();
    }
  }

  /** Does short work while a job runs, without a sign of it. Failures are returned, not thrown. */
  async beside(work: (options: CallOptions) => Promise<void>): Promise<Outcome> {
    try {
      await work({});
      return { kind: 'done' };
    } catch (error) {
      return this.outcomeOf(error, undefined);
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

  /** @param job undefined for work beside a job. */
  private outcomeOf(error: unknown, job: Job | undefined): Outcome {
    const isCurrent = job !== undefined && this.current === job;
    if (error instanceof CancelledError) {
      const message = job === undefined ? null : CANCELLED[job.kind];
      if (isCurrent && message !== null) this.problem = { message: t(message), retry: true };
      return { kind: 'cancelled' };
    }
    const isDefect = !(error instanceof UserError);
    if (isDefect)
      this.events.log(error instanceof Error ? (error.stack ?? error.message) : String(error));
    const problem = { message: upperFirst(said(messageOf(error))), retry: true };
    if (isCurrent) this.problem = problem;
    return { kind: 'failed', ...problem, isDefect };
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
