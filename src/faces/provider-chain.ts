/** A network on a provider, and on the next one where that fails in the middle of a run. */
import { messageOf } from '../errors';
import type { AttributeModel } from './model';
import type { Provider, ProviderChoice } from './providers';

export interface ProviderChainOptions {
  open: (choice: ProviderChoice) => Promise<AttributeModel>;
  /** What is to be tried after a provider. */
  next: (failed: Provider) => Promise<ProviderChoice>;
}

export class ProviderChain {
  /** What went wrong and was got around, for people. */
  readonly notices: string[] = [];
  private model: AttributeModel | undefined;

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

  /**
   * @param crops RGB bytes `[count, height, width, 3]`.
   * @returns probabilities in [0, 1], `[count, attributes]`, valid until the next call.
   * @throws what the CPU, the last one, throws.
   */
  async infer(crops: Uint8Array, count: number): Promise<Float32Array> {
    for (;;) {
      try {
        this.model ??= await this.options.open(this.current);
        return await this.model.infer(crops, count);
      } catch (error) {
        if (this.current.provider === 'cpu') throw error;
        await this.fallBack(messageOf(error));
      }
    }
  }

  async release(): Promise<void> {
    const { model } = this;
    this.model = undefined;
    await model?.release();
  }

  private async fallBack(reason: string): Promise<void> {
    const { provider: failed, trials } = this.current;
    await this.release().catch(() => undefined); // it has failed already
    const next = await this.options.next(failed);
    const before = trials.map((trial) => (trial.provider === failed ? { ...trial, used: false, reason: `it failed: ${reason}` } : trial));
    this.current = { ...next, trials: [...before, ...next.trials] };
    this.notices.push(`the execution provider ${failed} failed in the middle of the run (${reason}); ${next.provider} went on`);
  }
}
