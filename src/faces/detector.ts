/**
 * The face detector: BlazeFace full range (Bazarevsky et al. 2019), whose graph includes the
 * decoding of boxes and weighted non-maximum suppression (training/detector_decoding.py).
 */
import { t } from '../text/translate';
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import type { InferenceSession } from 'onnxruntime-node';
import type { Point } from '../domain/faces';
import type { Provider } from '../domain/networks';
import { onnxruntime } from '../networks/lazy-onnxruntime';
import { sessionOptions } from '../networks/session-options';
import { messageOf, UserError } from '../util/errors';

/** Side of the network's square input, in pixels. */
export const INPUT_SIDE = 192;
export const INPUT_BYTES = INPUT_SIDE * INPUT_SIDE * 3;

/** Larger batches do not fit into the cache, and take longer per square. */
const MAX_BATCH = 4;
/** Numbers in a row of the output. */
const ROW_LENGTH = 18;

/** A detected face, in fractions of the square. */
export interface FaceDetection {
  /** In [0, 1]. */
  score: number;
  left: number;
  top: number;
  right: number;
  bottom: number;
  /** The eye on the left of the upright face first. */
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

/**
 * @param threads of the CPU provider.
 * @throws UserError where the file does not exist or cannot be loaded.
 */
export async function openDetector(
  file: string,
  provider: Provider,
  threads = Math.max(1, Math.floor(availableParallelism() / 4)),
): Promise<FaceDetector> {
  if (!existsSync(file)) throw new UserError(t("the face detector '{0}' does not exist", file));
  try {
    const { InferenceSession: sessions } = onnxruntime();
    return new BatchingDetector(await sessions.create(file, sessionOptions(provider, threads)));
  } catch (error) {
    throw new UserError(
      t("cannot load the face detector '{0}' on {1}: {2}", file, provider, messageOf(error)),
      { cause: error },
    );
  }
}

/** Runs squares that wait at the same time as one batch. */
class BatchingDetector implements FaceDetector {
  private queue: PendingSquare[] = [];
  private running = false;

  constructor(private readonly session: InferenceSession) {}

  detect(square: Uint8Array, threshold: number): Promise<FaceDetection[]> {
    return new Promise((resolve, reject) => {
      this.queue.push({ square, threshold, resolve, reject });
      if (!this.running) void this.drain();
    });
  }

  release(): Promise<void> {
    return this.session.release();
  }

  private async drain(): Promise<void> {
    this.running = true;
    for (let batch = this.nextBatch(); batch.length > 0; batch = this.nextBatch()) {
      try {
        const found = await this.run(batch);
        for (const [i, { resolve }] of batch.entries()) resolve(found[i]!);
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    this.running = false;
  }

  /**
   * Squares with different thresholds go in different batches. The graph averages overlapping boxes
   * above the threshold, so the threshold changes what is found in every square.
   */
  private nextBatch(): PendingSquare[] {
    const [first] = this.queue;
    const batch = this.queue
      .filter(({ threshold }) => threshold === first?.threshold)
      .slice(0, MAX_BATCH);
    this.queue = this.queue.filter((pending) => !batch.includes(pending));
    return batch;
  }

  /** @returns the faces of each square. */
  private async run(batch: readonly PendingSquare[]): Promise<FaceDetection[][]> {
    const { Tensor } = onnxruntime();
    const images = new Uint8Array(batch.length * INPUT_BYTES);
    for (const [i, { square }] of batch.entries()) images.set(square, i * INPUT_BYTES);
    const { threshold } = batch[0]!;
    const { faces } = await this.session.run({
      images: new Tensor('uint8', images, [batch.length, INPUT_SIDE, INPUT_SIDE, 3]),
      threshold: new Tensor('float32', [threshold], [1]),
    });
    if (!(faces?.data instanceof Float32Array))
      throw new Error('the face detector has no output `faces`');
    const found: FaceDetection[][] = batch.map(() => []);
    for (let at = 0; at < faces.data.length; at += ROW_LENGTH) {
      const row = faces.data.subarray(at, at + ROW_LENGTH);
      found[row[0]!]!.push(detectionOf(row));
    }
    return found;
  }
}

/**
 * @param row index of the square, score, box (left, top, right, bottom), six keypoints of x and y,
 * the eyes and the mouth being the first, second and fourth.
 */
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
