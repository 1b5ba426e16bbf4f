/** Runs a network that takes a fixed number of images at a time. */

/** @returns numbers, `[count, width]`. */
type Run = (crops: Uint8Array, count: number) => Promise<Float32Array>;

/**
 * Runs batches of a fixed size; the last one is filled up with its first crop.
 * @param cropBytes of a crop.
 * @param width numbers an image.
 */
export function inBatchesOf(size: number, run: Run, cropBytes: number, width: number): Run {
  return async (crops, count) => {
    const all = new Float32Array(count * width);
    for (let from = 0; from < count; from += size) {
      const used = Math.min(size, count - from);
      const piece = crops.subarray(from * cropBytes, (from + used) * cropBytes);
      const result = await run(used === size ? piece : filledUp(piece, size, cropBytes), size);
      all.set(result.subarray(0, used * width), from * width);
    }
    return all;
  };
}

function filledUp(piece: Uint8Array, size: number, cropBytes: number): Uint8Array {
  const batch = new Uint8Array(size * cropBytes);
  const first = piece.subarray(0, cropBytes);
  for (let at = piece.length; at < batch.length; at += cropBytes) batch.set(first, at);
  batch.set(piece);
  return batch;
}
