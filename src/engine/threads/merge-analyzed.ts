/** Joins results of single images to one. */
import type { AnalyzedImages } from '../../faces/analyze-images';

/** @param parts results of images, in order. */
export function mergeAnalyzed(parts: readonly AnalyzedImages[]): AnalyzedImages {
  const crops = parts.map((part) => part.crops).filter((each) => each !== undefined);
  const probabilities = parts
    .map((part) => part.probabilities)
    .filter((each) => each !== undefined);
  const sum = (seconds: readonly number[]) => seconds.reduce((a, b) => a + b, 0);
  return {
    images: parts.flatMap(({ images }) => images),
    strips: parts.flatMap(({ strips }) => strips),
    crops: crops.length === 0 ? undefined : joinBytes(crops),
    probabilities: probabilities.length === 0 ? undefined : joinFloats(probabilities),
    seconds: {
      decode: sum(parts.map(({ seconds }) => seconds.decode)),
      infer: sum(parts.map(({ seconds }) => seconds.infer)),
    },
  };
}

function joinBytes(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

function joinFloats(parts: readonly Float32Array[]): Float32Array<ArrayBuffer> {
  const joined = new Float32Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
