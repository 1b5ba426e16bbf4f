/** Measures, at first use, which of several networks is fastest, and with which batch size. */
import type { Provider } from '../domain/networks';
import { type AttributeModel, openModel } from './model';
import { measureRate } from './rate';
import { runInChildProcess, type TuningResult } from './tool-process';

/**
 * Batch sizes that are tried. On a CPU, where each core runs a session of its own, larger batches
 * gain nothing, and in smaller ones the cost of a call shows (`npm run bench -- --only batches`).
 * An H100 gains nothing beyond 128.
 */
export const BATCH_SIZES: Record<Provider, readonly number[]> = {
  cpu: [8],
  webgpu: [16, 32, 64],
  cuda: [32, 64, 128, 256],
  dml: [32, 128],
  coreml: [32, 128],
};

/**
 * Share of the highest rate that counts as equally fast: repeated measurements differ by 5 %. Of
 * equally fast batch sizes the smallest is taken.
 */
const EQUAL_RATE_SHARE = 0.95;

/**
 * Rounds in which all candidates are measured in turn: other programs slow the machine down for
 * moments, which should not always hit the same candidate.
 */
const ROUNDS = 7;
/** Duration of a candidate's measurement in a round, in milliseconds. */
const ROUND_MS = 30;
/** Batches before the first measurement: the first ones are slower. */
const WARM_UP_BATCHES = 2;
/** No round begins after this time, in milliseconds: a slow provider gets fewer rounds. */
const MAX_ROUNDS_MS = 3000;

/** Time limit of the child process, in milliseconds. */
const TUNING_LIMIT_MS = 60_000;

/**
 * Runs `tune` in a child process, whose memory is freed when it ends.
 * @returns undefined where it fails.
 */
export async function tuneInChildProcess(
  files: readonly string[],
  provider: Provider,
  threads: number,
): Promise<TuningResult | undefined> {
  try {
    return await runInChildProcess('tune', { files, provider, threads }, TUNING_LIMIT_MS);
  } catch {
    // Defaults are used instead. If the network cannot be loaded, the run reports it.
    return undefined;
  }
}

/**
 * @param files networks with the same outputs, the preferred one first.
 * @param sizes batch sizes.
 * @returns the fastest network over all batch sizes, and the smallest batch size that is about as
 * fast.
 * @throws UserError where the first network cannot be loaded; others that cannot are ignored.
 */
export async function tune(
  files: readonly string[],
  provider: Provider,
  threads: number,
  sizes = BATCH_SIZES[provider],
): Promise<TuningResult> {
  const models: { file: string; model: AttributeModel }[] = [];
  try {
    for (const [i, file] of files.entries()) {
      try {
        models.push({ file, model: await openModel(file, { provider, threads }) });
      } catch (error) {
        if (i === 0) throw error;
      }
    }
    const candidates = models.flatMap(({ file, model }) =>
      sizes.map((batchSize) => new Candidate(file, model, batchSize)),
    );
    for (const candidate of candidates) await candidate.warmUp();
    const start = performance.now();
    for (
      let round = 0;
      round < ROUNDS && (round === 0 || performance.now() - start < MAX_ROUNDS_MS);
      round++
    ) {
      for (const candidate of candidates) await candidate.measure();
    }
    const rates = candidates.map(({ file, batchSize, rate }) => ({ file, batchSize, rate }));
    const { file, rate } = rates.reduce((a, b) => (b.rate > a.rate ? b : a));
    // Larger batches take more memory, and their results come later.
    const batchSizes = rates
      .filter((each) => each.file === file && each.rate >= EQUAL_RATE_SHARE * rate)
      .map(({ batchSize }) => batchSize);
    return { file, batchSize: Math.min(...batchSizes), rates };
  } finally {
    for (const { model } of models) await model.release();
  }
}

class Candidate {
  private readonly crops: Uint8Array;
  private readonly rates: number[] = [];

  constructor(
    readonly file: string,
    private readonly model: AttributeModel,
    readonly batchSize: number,
  ) {
    this.crops = new Uint8Array(batchSize * model.crop.width * model.crop.height * 3).fill(127);
  }

  async warmUp() {
    for (let i = 0; i < WARM_UP_BATCHES; i++) await this.model.infer(this.crops, this.batchSize);
  }

  async measure() {
    this.rates.push(await measureRate(this.model, this.crops, this.batchSize, ROUND_MS));
  }

  /** Median crops per second, which moments of other programs do not change. */
  get rate() {
    return [...this.rates].sort((a, b) => a - b)[Math.floor(this.rates.length / 2)]!;
  }
}
