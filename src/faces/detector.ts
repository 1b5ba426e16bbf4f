/**
 * The network that finds faces: BlazeFace (Bazarevsky et al. 2019), full range, with decoding and
 * weighted non-maximum suppression inside the graph (training/detector_decoding.py). Squares of
 * different images that wait at the same time go through it together.
 */
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import type { InferenceSession } from 'onnxruntime-node';
import type { Point } from '../domain/faces';
import type { Provider } from '../domain/networks';
import { onnxruntime } from '../networks/lazy-onnxruntime';
import { sessionOptions } from '../networks/session-options';
import { messageOf, UserError } from '../util/errors';

/** Side of the squares the network takes, in pixels. */
export const INPUT_SIDE = 192;
export const INPUT_BYTES = INPUT_SIDE * INPUT_SIDE * 3;

/**
 * Squares that go through the network together, at most: more leave the cache, and take longer
 * each.
 */
const BATCH = 4;
/** Values of a row of the output: image, score, box, six keypoints. */
const ROW = 18;

/** A face as the network sees it, in fractions of the square. */
export interface FaceDetection {
  /** In [0, 1]. */
  score: number;
  left: number;
  top: number;
  right: number;
  bottom: number;
  /** The eye that is on the left in the image, then the right one. */
  eyes: [Point, Point];
  mouth: Point;
}

export interface FaceDetector {
  /**
   * @param square RGB bytes `[192, 192, 3]`.
   * @param threshold smallest score, in [0, 1].
   */
  detect(square: Uint8Array, threshold: number): Promise<FaceDetection[]>;
  release(): Promise<void>;
}

interface PendingSquare {
  square: Uint8Array;
  threshold: number;
  resolve: (detections: FaceDetection[]) => void;
  reject: (error: unknown) => void;
}

/** @param threads of the CPU provider. @throws UserError where the file cannot be loaded. */
export async function openDetector(
  file: string,
  provider: Provider,
  threads = Math.max(1, Math.floor(availableParallelism() / 4)),
): Promise<FaceDetector> {
  if (!existsSync(file)) throw new UserError(`the face detector '${file}' does not exist`);
  const { InferenceSession: sessions, Tensor } = onnxruntime();
  let session: InferenceSession;
  try {
    session = await sessions.create(file, sessionOptions(provider, threads));
  } catch (error) {
    throw new UserError(
      `cannot load the face detector '${file}' on ${provider}: ${messageOf(error)}`,
      { cause: error },
    );
  }
  let queue: PendingSquare[] = [];
  let running = false;

  const run = async (batch: PendingSquare[]): Promise<FaceDetection[][]> => {
    const images = new Uint8Array(batch.length * INPUT_BYTES);
    for (const [i, { square }] of batch.entries()) images.set(square, i * INPUT_BYTES);
    const { threshold } = batch[0]!;
    const { faces } = await session.run({
      images: new Tensor('uint8', images, [batch.length, INPUT_SIDE, INPUT_SIDE, 3]),
      threshold: new Tensor('float32', [threshold], [1]),
    });
    if (!(faces?.data instanceof Float32Array))
      throw new Error('the face detector has no output `faces`');
    const found: FaceDetection[][] = batch.map(() => []);
    for (let at = 0; at < faces.data.length; at += ROW) {
      const row = faces.data.subarray(at, at + ROW);
      found[row[0]!]!.push(detectionOf(row));
    }
    return found;
  };

  const drain = async () => {
    running = true;
    while (queue.length > 0) {
      // Overlapping boxes are averaged above the threshold: squares of another one would change
      // what is found in this one.
      const { threshold } = queue[0]!;
      const batch = queue.filter((waiting) => waiting.threshold === threshold).slice(0, BATCH);
      queue = queue.filter((waiting) => !batch.includes(waiting));
      try {
        const found = await run(batch);
        for (const [i, { resolve }] of batch.entries()) resolve(found[i]!);
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    running = false;
  };

  return {
    detect: (square, threshold) =>
      new Promise((resolve, reject) => {
        queue.push({ square, threshold, resolve, reject });
        if (!running) void drain();
      }),
    release: () => session.release(),
  };
}

function detectionOf(row: Float32Array): FaceDetection {
  const point = (index: number): Point => ({ x: row[6 + 2 * index]!, y: row[7 + 2 * index]! });
  return {
    score: row[1]!,
    left: row[2]!,
    top: row[3]!,
    right: row[4]!,
    bottom: row[5]!,
    eyes: [point(0), point(1)],
    mouth: point(3),
  };
}
