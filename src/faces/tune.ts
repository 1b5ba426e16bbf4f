/** Short measurements at first use: which of the networks is faster here, and with how many faces at a time. */
import { inProcess } from './in-process';
import { type AttributeModel, openModel } from './model';
import type { Provider } from './providers';
import { rateOf } from './rate';

/** What was fastest. */
export interface Tuned {
  file: string;
  batchSize: number;
  /** Crops a second of each candidate, for the log. */
  rates: { file: string; batchSize: number; rate: number }[];
}

/** Numbers of faces that are tried. A thread of a CPU gains nothing beyond a few: what it computes on no longer fits its cache. An H100 gains nothing beyond 128. */
const BATCHES: Record<Provider, readonly number[]> = {
  cpu: [1, 4, 8],
  webgpu: [16, 32, 64],
  cuda: [32, 64, 128, 256],
  dml: [32, 128],
  coreml: [32, 128],
};

/** Measurements differ by this much from one to the next: among those that are as fast as the fastest but for that, the smallest batch is taken. */
const AS_FAST = 0.95;

/** Time each candidate is given, in milliseconds, … */
const TIME = 200;
/** … after as many runs as it takes to settle. */
const WARM_UP = 2;

/** Time all of it has, in milliseconds. */
const LIMIT = 60_000;

/** `tune` in a process of its own, so that its memory is given back; undefined where that fails. */
export async function tuneInProcess(files: readonly string[], provider: Provider, threads: number): Promise<Tuned | undefined> {
  try {
    return (await inProcess('--tune', [provider, String(threads), ...files], LIMIT)) as Tuned;
  } catch {
    return undefined; // without a measurement the defaults hold; a network that cannot be loaded is told of where it is
  }
}

/**
 * @param files networks of the same outputs, the preferred one first.
 * @returns the fastest, over all batch sizes, and the smallest batch with which it is about as fast.
 * @throws UserError where the first of them cannot be loaded; others that cannot are left out.
 */
export async function tune(files: readonly string[], provider: Provider, threads: number): Promise<Tuned> {
  const rates: Tuned['rates'] = [];
  for (const [i, file] of files.entries()) {
    let model: AttributeModel;
    try {
      model = await openModel(file, { provider, threads });
    } catch (error) {
      if (i === 0) throw error;
      continue;
    }
    try {
      for (const batchSize of BATCHES[provider]) rates.push({ file, batchSize, rate: await settledRate(model, batchSize) });
    } finally {
      await model.release();
    }
  }
  const { file, rate } = rates.reduce((a, b) => (b.rate > a.rate ? b : a));
  // A larger one takes more memory, and makes a run wait longer before it goes on.
  const batchSizes = rates.filter((each) => each.file === file && each.rate >= AS_FAST * rate).map(({ batchSize }) => batchSize);
  return { file, batchSize: Math.min(...batchSizes), rates };
}

/** Crops a second, once it has settled. */
async function settledRate(model: AttributeModel, batchSize: number): Promise<number> {
  const crops = new Uint8Array(batchSize * model.crop.width * model.crop.height * 3).fill(127);
  for (let i = 0; i < WARM_UP; i++) await model.infer(crops, batchSize);
  return rateOf(model, crops, batchSize, TIME);
}
