/**
 * Short measurements at first use: which of the networks is faster here, and with how many faces at
 * a time.
 */
import type { Provider } from '../domain/networks';
import { type AttributeModel, openModel } from './model';
import { rateOf } from './rate';
import { runInChildProcess, type Tuned } from './tool-process';
/**
 * Numbers of faces that are tried. A thread of a CPU gains nothing beyond a few, and with fewer
 * each call costs (`npm run bench -- --only batches`). An H100 gains nothing beyond 128.
 */
export const BATCHES: Record<Provider, readonly number[]> = {
  cpu: [8, 16],
  webgpu: [16, 32, 64],
  cuda: [32, 64, 128, 256],
  dml: [32, 128],
  coreml: [32, 128],
};

/**
 * Measurements differ by this much from one to the next: among those that are as fast as the
 * fastest but for that, the smallest batch is taken.
 */
const NEARLY_AS_FAST = 0.95;

/**
 * Candidates are measured in turn, so often: other programs slow the machine down for moments, and
 * not always the same candidate's.
 */
const ROUNDS = 7;
/** Time each is given at a time, in milliseconds, … */
const ROUND_MS = 30;
/** … after as many runs, at first, as it takes to settle. */
const WARM_UP_BATCHES = 2;
/** A slow provider is measured in as many rounds as begin within this time, in milliseconds. */
const SLOW_BATCH_MS = 3000;

/** Time all of it has, in milliseconds. */
const TUNING_LIMIT_MS = 60_000;

/** `tune` in a process of its own, so that its memory is given back; undefined where that fails. */
export async function tuneInChildProcess(
  files: readonly string[],
  provider: Provider,
  threads: number,
): Promise<Tuned | undefined> {
  try {
    return await runInChildProcess('tune', { files, provider, threads }, TUNING_LIMIT_MS);
  } catch {
    // without a measurement the defaults hold; a network that cannot be loaded is told of where it
    // is
    return undefined;
  }
}

/**
 * @param files networks of the same outputs, the preferred one first.
 * @returns the fastest, over all batch sizes, and the smallest batch with which it is about as
 * fast.
 * @throws UserError where the first of them cannot be loaded; others that cannot are left out.
 */
export async function tune(
  files: readonly string[],
  provider: Provider,
  threads: number,
): Promise<Tuned> {
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
      BATCHES[provider].map((batchSize) => new Candidate(file, model, batchSize)),
    );
    for (const candidate of candidates) await candidate.warmUp();
    const start = performance.now();
    for (
      let round = 0;
      round < ROUNDS && (round === 0 || performance.now() - start < SLOW_BATCH_MS);
      round++
    ) {
      for (const candidate of candidates) await candidate.measure();
    }
    const rates = candidates.map(({ file, batchSize, rate }) => ({ file, batchSize, rate }));
    const { file, rate } = rates.reduce((a, b) => (b.rate > a.rate ? b : a));
    // A larger one takes more memory, and makes a run wait longer before it goes on.
    const batchSizes = rates
      .filter((each) => each.file === file && each.rate >= NEARLY_AS_FAST * rate)
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
    this.rates.push(await rateOf(this.model, this.crops, this.batchSize, ROUND_MS));
  }

  /** Crops a second: the median, which moments of other programs do not move. */
  get rate() {
    return [...this.rates].sort((a, b) => a - b)[Math.floor(this.rates.length / 2)]!;
  }
}
