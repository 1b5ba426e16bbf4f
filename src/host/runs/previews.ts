/** Clusterings by settings that a person tries, such as while a slider is dragged. */
import type { ClusteringSettings } from '../../domain/settings';

/** Time without a further one after which a preview counts as settled, in milliseconds. */
const SETTLED_MS = 400;

type Changes = Partial<ClusteringSettings>;

export interface Attempt {
  changes: Changes;
  /** False for the first of several. */
  isFurther: boolean;
}

export class Previews {
  private wanted: Changes | undefined;
  private running: Promise<void> | undefined;
  private isFurther = false;
  private timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param cluster never rejects.
   * @param settled is called after the last of several previews.
   */
  constructor(
    private readonly cluster: (attempt: Attempt) => Promise<unknown>,
    private readonly settled: () => void,
  ) {}

  /** Whether one is under way, or ended a moment ago. */
  get areUnderWay(): boolean {
    return this.timer !== undefined || this.running !== undefined;
  }

  /** Ends with the last preview. */
  get ended(): Promise<void> {
    return this.running ?? Promise.resolve();
  }

  /** Shows the latest of the requested previews; those that it overtakes are skipped. */
  request(changes: Changes): Promise<void> {
    this.isFurther = this.areUnderWay;
    clearTimeout(this.timer);
    this.timer = undefined;
    this.wanted = changes;
    this.running ??= this.run();
    return this.running;
  }

  private async run(): Promise<void> {
    while (this.wanted !== undefined) {
      const changes = this.wanted;
      this.wanted = undefined;
      await this.cluster({ changes, isFurther: this.isFurther });
    }
    this.running = undefined;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.settled();
    }, SETTLED_MS);
    this.timer.unref();
  }
}
