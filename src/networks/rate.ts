/** How fast a network is. */
import type { AttributeModel } from './model';

/** @returns faces a second, `count` at a time, over at least `time` milliseconds, once at least. */
export async function rateOf(
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
