/** Runs the work of the data set view one piece at a time, with progress and the last problem. */
import type { Progress } from '../../domain/progress';
import type { CallOptions } from '../../engine/client';
import { said } from '../../text/said';
import { CancelledError, messageOf } from '../../util/errors';

interface JobEvents {
  onProgress: (progress: Progress) => void;
  /** Called when a job starts or ends. */
  onState: () => void;
  onError: (error: unknown) => void;
}

export class DatasetJob {
  progress: Progress | null = null;
  problem: string | null = null;
  private running: AbortController | undefined;

  constructor(private readonly events: JobEvents) {}

  cancel(): void {
    this.running?.abort(new CancelledError());
  }

  /**
   * Cancels the running job and runs another one.
   * @param cancelledText the problem to report if the job is cancelled; null for none.
   * @returns whether the job was done; `problem` gives the reason otherwise.
   */
  async run(
    work: (options: CallOptions) => Promise<unknown>,
    cancelledText: string | null = null,
  ): Promise<boolean> {
    this.cancel();
    const controller = new AbortController();
    this.running = controller;
    this.problem = null;
    this.progress = { stage: 'scan', done: 0, total: 0, failed: 0 };
    this.events.onState();
    const isCurrent = () => this.running === controller;
    try {
      await work({
        signal: controller.signal,
        onProgress: (progress) => {
          this.progress = progress;
          this.events.onProgress(progress);
        },
      });
      return true;
    } catch (error) {
      if (!(error instanceof CancelledError)) {
        this.problem = said(messageOf(error));
        this.events.onError(error);
      } else if (isCurrent()) this.problem = cancelledText;
      return false;
    } finally {
      if (isCurrent()) {
        this.running = undefined;
        this.progress = null;
        this.events.onState();
      }
    }
  }
}
