/** A network on a provider, and on the next one where that fails in the middle of a run. */
import type { Provider } from '../domain/networks';
import { messageOf } from '../util/errors';
import type { ProviderChoice } from './providers';

/**
 * A network that takes the crops of a batch in pieces, and may be asked for several batches at a
 * time.
 */
export interface BatchRunner {
  /**
   * @param pieces RGB bytes, together `[count, height, width, 3]`.
   * @returns probabilities in [0, 1], `[count, attributes]`.
   */
  infer(pieces: readonly Uint8Array[], count: number): Promise<Float32Array>;
  /** Ends it; what it was asked for and has not done fails. */
  release(): Promise<void>;
}

export interface ProviderChainOptions {
  open: (choice: ProviderChoice) => Promise<BatchRunner>;
  /** What is to be tried after a provider. */
  next: (failed: Provider) => Promise<ProviderChoice>;
}

export class ProviderChain implements BatchRunner {
  /** What went wrong and was got around, for people. */
  readonly notices: string[] = [];
  private runner: Promise<BatchRunner> | undefined;
  private falling: Promise<void> | undefined;
  private released = false;

  constructor(
    private current: ProviderChoice,
    private readonly options: ProviderChainOptions,
  ) {}

  /** What runs now. */
  get choice(): ProviderChoice {
    return this.current;
  }

  /** Whether another provider, and maybe another network, goes on than the one chosen at first. */
  get fellBack(): boolean {
    return this.notices.length > 0;
  }

  /** @throws what the CPU, the last one, throws. */
  async infer(pieces: readonly Uint8Array[], count: number): Promise<Float32Array> {
    for (;;) {
      const choice = this.current;
      try {
        this.runner ??= this.options.open(choice);
        return await (await this.runner).infer(pieces, count);
      } catch (error) {
        if (choice.provider === 'cpu' || this.released) throw error;
        await this.fallBack(choice, messageOf(error));
      }
    }
  }

  async release(): Promise<void> {
    this.released = true;
    await this.end();
  }

  private async end(): Promise<void> {
    const { runner } = this;
    this.runner = undefined;
    // one that never opened has nothing to release
    await (await runner?.catch(() => undefined))?.release();
  }

  /** Once for all batches that failed together. */
  private async fallBack(from: ProviderChoice, reason: string): Promise<void> {
    if (this.current !== from) return;
    this.falling ??= this.goOn(from, reason).finally(() => {
      this.falling = undefined;
    });
    await this.falling;
  }

  private async goOn({ provider: failed, trials }: ProviderChoice, reason: string): Promise<void> {
    await this.end().catch(() => undefined); // it has failed already
    const next = await this.options.next(failed);
    const before = trials.map((trial) =>
      trial.provider === failed ? { ...trial, used: false, reason: `it failed: ${reason}` } : trial,
    );
    this.current = { ...next, trials: [...before, ...next.trials] };
    this.notices.push(
      `the execution provider ${failed} failed in the middle of the run (${reason}); ${next.provider} went on`,
    );
  }
}
