/** Measures the speed of a network. */
import type { AttributeModel } from './model';

/**
 * @param count faces per batch.
 * @param time shortest duration of the measurement, in milliseconds; one batch is run at least.
 * @returns faces per second.
 */
export async function measureRate(
  model: AttributeModel,
  crops: Uint8Array,
  count: number,
  time = 0,
): Promise<number> {
  const start = performance.now();
  let runs = 0;
  do {
    await model.infer(crops, count);
    runs += 1;
  } while (performance.now() - start < time);
  return (1000 * runs * count) / (performance.now() - start);
}
