/**
 * Whether an execution provider is worth using: right on a test batch, and at least as fast as the
 * CPU.
 */
import { availableParallelism } from 'node:os';
import type { Provider } from '../domain/networks';
import { messageOf } from '../util/errors';
import { openModel } from './model';
import { rateOf } from './rate';

/**
 * Largest difference of a probability from the CPU's at which a GPU counts as right (float16
 * against int8).
 */
const TOLERANCE = 0.25;
/** Mean difference allowed: one output may differ by rounding, all of them may not. */
const MEAN_TOLERANCE = 0.04;

/** Faces of the batch that is compared, … */
const COMPARED = 4;
/** … and of the one whose time is taken: large enough for a GPU to show what it can. */
const TIMED = 32;

/** Time the CPU's runs take at least, in milliseconds. */
const CPU_TIME = 200;

/**
 * A provider that is slower by more than this, with one face at a time, does not make up for it by
 * larger batches: an H100 gains a factor of 18 to 26 over all sizes of batches. It keeps what
 * renders in software (Mesa's llvmpipe, SwiftShader: seconds a face) from being waited for.
 */
const LARGEST_GAIN = 32;

/**
 * Compares a provider with the CPU on noise and gradients.
 * @param file network for the provider, and `reference` the one for the CPU: of the same outputs.
 * @returns why the provider is not to be used, or '' where it is.
 */
export async function probe(provider: Provider, file: string, reference: string): Promise<string> {
  try {
    const cpu = await openModel(reference, { provider: 'cpu', threads: 1 });
    const candidate = await openModel(file, { provider });
    const crops = testCrops(TIMED, cpu.crop.width * cpu.crop.height * 3);
    const expected = Float32Array.from(await cpu.infer(crops, COMPARED));
    // On the CPU every core infers by itself (engine/threads/image-worker-pool.ts).
    const ofCpu = availableParallelism() * (await rateOf(cpu, crops, COMPARED, CPU_TIME));

    await candidate.infer(crops, 1); // compiles shaders or kernels
    const single = await rateOf(candidate, crops, 1);
    if (single * LARGEST_GAIN < ofCpu) return slower(single, 1, ofCpu);
    const wrong = difference(await candidate.infer(crops, COMPARED), expected);
    if (wrong !== undefined) return wrong;
    await candidate.infer(crops, TIMED); // takes its memory
    const batched = await rateOf(candidate, crops, TIMED);
    return batched < ofCpu ? slower(batched, TIMED, ofCpu) : '';
  } catch (error) {
    return messageOf(error);
  }
}

const slower = (candidate: number, batch: number, cpu: number) =>
  `it is slower than the CPU: ${figure(candidate)} faces a second, ${batch} at a time, where the CPU does ${figure(cpu)}`;

const figure = (rate: number) => (rate < 10 ? rate.toFixed(1) : String(Math.round(rate)));

function testCrops(count: number, size: number): Uint8Array {
  const crops = new Uint8Array(count * size);
  for (let i = 0; i < crops.length; i++)
    crops[i] = (i * (1 + Math.floor(i / size)) * 2654435761) >>> 24;
  return crops;
}

/** How an output is wrong, or undefined. */
function difference(actual: Float32Array, expected: Float32Array): string | undefined {
  let sum = 0;
  let largest = 0;
  for (const [i, value] of actual.entries()) {
    const each = Math.abs(value - (expected[i] ?? NaN));
    if (!(each <= 1)) return `its output on a test batch is not a number between 0 and 1`;
    sum += each;
    largest = Math.max(largest, each);
  }
  const mean = sum / actual.length;
  if (largest <= TOLERANCE && mean <= MEAN_TOLERANCE) return undefined;
  return `its output on a test batch differs from the CPU's by up to ${largest.toFixed(3)} (mean ${mean.toFixed(3)})`;
}
