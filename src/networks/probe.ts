/**
 * Tests whether an execution provider is worth using: it has to give the CPU's results on a test
 * batch, and to be at least as fast.
 */
import { availableParallelism } from 'node:os';
import type { Provider, ProviderTrial, Rejection } from '../domain/networks';
import { t } from '../text/translate';
import { messageOf } from '../util/errors';
import { openModel } from './model';
import { measureRate } from './rate';

/** Largest difference of a probability from the CPU's: a GPU computes in float16, a CPU in int8. */
const TOLERANCE = 0.25;
/** Largest mean difference: rounding may move one probability far, but not all of them. */
const MEAN_TOLERANCE = 0.04;

/** Faces in the batch whose results are compared. */
const COMPARED_BATCH = 4;
/** Faces in the batch that is timed: large enough to use a GPU fully. */
const TIMED_BATCH = 32;

/** Time for which the CPU is measured, at least, in milliseconds. */
const CPU_TIME_MS = 200;

/**
 * Largest gain in speed from batches. On an H100 batches of any size gain a factor of 18 to 26. A
 * provider that is slower than the CPU by more than this with single faces is rejected at once, so
 * that nobody waits for renderers in software (Mesa's llvmpipe, SwiftShader: seconds per face).
 */
const MAX_BATCH_GAIN = 32;

/** What ONNX Runtime says where there is no GPU: of WebGPU, and of CUDA. */
const NO_DEVICE = /\badapter\b|no CUDA-capable device/i;

/** Why a provider should not be used. */
export type ProbeProblem = Pick<ProviderTrial, 'reason'> & { rejection: Rejection };

/**
 * Compares a provider with the CPU on noise and gradients.
 * @param file network for the provider.
 * @param reference network for the CPU, with the same outputs.
 * @returns why the provider should not be used; undefined where it should.
 */
export async function probe(
  provider: Provider,
  file: string,
  reference: string,
): Promise<ProbeProblem | undefined> {
  try {
    const cpu = await openModel(reference, { provider: 'cpu', threads: 1 });
    const candidate = await openModel(file, { provider });
    const crops = testCrops(TIMED_BATCH, cpu.crop.width * cpu.crop.height * 3);
    const expected = Float32Array.from(await cpu.infer(crops, COMPARED_BATCH));
    // On the CPU each core runs a session of its own (engine/threads/image-worker-pool.ts).
    const cpuRate =
      availableParallelism() * (await measureRate(cpu, crops, COMPARED_BATCH, CPU_TIME_MS));

    await candidate.infer(crops, 1); // compiles shaders or kernels
    const single = await measureRate(candidate, crops, 1);
    if (single * MAX_BATCH_GAIN < cpuRate) return slower(single, 1, cpuRate);
    const problem = difference(await candidate.infer(crops, COMPARED_BATCH), expected);
    if (problem !== undefined) return problem;
    await candidate.infer(crops, TIMED_BATCH); // allocates its memory
    const batched = await measureRate(candidate, crops, TIMED_BATCH);
    return batched < cpuRate ? slower(batched, TIMED_BATCH, cpuRate) : undefined;
  } catch (error) {
    const reason = messageOf(error);
    return { rejection: NO_DEVICE.test(reason) ? 'absent' : 'unusable', reason };
  }
}

const slower = (candidate: number, batch: number, cpu: number): ProbeProblem => ({
  rejection: 'slower',
  reason: t(
    'it is slower than the CPU: {0} faces a second, {1} at a time, where the CPU does {2}',
    figure(candidate),
    batch,
    figure(cpu),
  ),
});

const figure = (rate: number) => (rate < 10 ? rate.toFixed(1) : String(Math.round(rate)));

function testCrops(count: number, size: number): Uint8Array {
  const crops = new Uint8Array(count * size);
  for (let i = 0; i < crops.length; i++)
    crops[i] = (i * (1 + Math.floor(i / size)) * 2654435761) >>> 24;
  return crops;
}

/** How an output differs too much from the expected one; undefined where it does not. */
function difference(actual: Float32Array, expected: Float32Array): ProbeProblem | undefined {
  const differs = (reason: string): ProbeProblem => ({ rejection: 'differs', reason });
  let sum = 0;
  let largest = 0;
  for (const [i, value] of actual.entries()) {
    const each = Math.abs(value - (expected[i] ?? NaN));
    if (!(each <= 1))
      return differs(t('its output on a test batch is not a number between 0 and 1'));
    sum += each;
    largest = Math.max(largest, each);
  }
  const mean = sum / actual.length;
  if (largest <= TOLERANCE && mean <= MEAN_TOLERANCE) return undefined;
  return differs(
    t(
      "its output on a test batch differs from the CPU's by up to {0} (mean {1})",
      largest.toFixed(3),
      mean.toFixed(3),
    ),
  );
}
