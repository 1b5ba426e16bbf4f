/** Runs a network on a provider, and on the next one if that fails in the middle of a run. */
import type { Provider } from '../domain/networks';
import { t } from '../text/translate';
import { messageOf } from '../util/errors';
import type { ProviderChoice } from './providers';

/** Infers batches whose crops are in several pieces. Several batches may be in progress. */
export interface BatchRunner {
  /**
   * @param pieces RGB bytes, together `[count, height, width, 3]`.
   * @returns probabilities in [0, 1], `[count, attributes]`.
   */
  infer(pieces: readonly Uint8Array[], count: number): Promise<Float32Array>;
  /** Batches in progress fail. */
  release(): Promise<void>;
}

export interface ProviderChainOptions {
  open: (choice: ProviderChoice) => Promise<BatchRunner>;
  /** Chooses the provider to try after one that failed. */
  next: (failed: Provider) => Promise<ProviderChoice>;
}

export class ProviderChain implements BatchRunner {
  /** Failures of providers that others replaced, for users. */
  readonly notices: string[] = [];
  private runner: Promise<BatchRunner> | undefined;
  private fallback: Promise<void> | undefined;
  private released = false;

  constructor(
    private current: ProviderChoice,
    private readonly options: ProviderChainOptions,
  ) {}

  /** The current provider and network. */
  get choice(): ProviderChoice {
    return this.current;
  }

  /** Whether another provider, and possibly another network, replaced the first choice. */
  get fellBack(): boolean {
    return this.notices.length > 0;
  }

  /** @throws what the last provider, the CPU, throws. */
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
    await this.releaseRunner();
  }

  private async releaseRunner(): Promise<void> {
    const { runner } = this;
    this.runner = undefined;
    // a runner that failed to open has nothing to release
    await (await runner?.catch(() => undefined))?.release();
  }

  /** Batches that fail together share one fallback. */
  private async fallBack(from: ProviderChoice, reason: string): Promise<void> {
    if (this.current !== from) return;
    this.fallback ??= this.openNext(from, reason).finally(() => {
      this.fallback = undefined;
    });
    await this.fallback;
  }

  private async openNext(
    { provider: failed, trials }: ProviderChoice,
    reason: string,
  ): Promise<void> {
    await this.releaseRunner().catch(() => undefined); // the runner has failed already
    const next = await this.options.next(failed);
    const before = trials.map((trial) =>
      trial.provider === failed
        ? {
            ...trial,
            used: false,
            rejection: 'failed' as const,
            reason: t('it failed: {0}', reason),
          }
        : trial,
    );
    this.current = { ...next, trials: [...before, ...next.trials] };
    this.notices.push(
      t(
        'the execution provider {0} failed in the middle of the run ({1}); the run continued on {2}',
        failed,
        reason,
        next.provider,
      ),
    );
  }
}
