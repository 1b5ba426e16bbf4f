/** Batches of exactly one size, formed across images and inferred while the next is formed. */
import type { BatchRunner } from '../../networks/provider-chain';

/** A face whose attributes are still to be inferred. */
export interface PendingFace {
  /** Takes the inferred attributes. */
  face: { probabilities: Float32Array };
  /** RGB bytes of its crop, `[height, width, 3]`. */
  pixels: Uint8Array;
}

export class Batches {
  /** Seconds from the start of each batch to its end, summed. */
  seconds = 0;

  private forming: PendingFace[] = [];
  private readonly running = new Set<Promise<void>>();

  /**
   * @param size number of faces per batch.
   * @param attributes number of attributes per face.
   */
  constructor(
    private readonly runner: BatchRunner,
    private readonly size: number,
    private readonly attributes: number,
  ) {}

  /** Batches that are running. */
  get busy(): number {
    return this.running.size;
  }

  /** Adds faces, and starts every batch that is full. */
  add(faces: readonly PendingFace[]): void {
    for (const face of faces) {
      this.forming.push(face);
      if (this.forming.length === this.size) this.start();
    }
  }

  /** Starts the last batch, even if it is not full. */
  flush(): void {
    if (this.forming.length > 0) this.start();
  }

  /** Waits for one of the running batches. @throws what the network throws. */
  async next(): Promise<void> {
    await Promise.race(this.running);
  }

  private start(): void {
    const batch = this.forming;
    this.forming = [];
    const run = this.infer(batch);
    this.running.add(run);
    // A failed one stays, so that the next call of `next` throws its error.
    run.then(
      () => this.running.delete(run),
      () => undefined,
    );
  }

  private async infer(batch: readonly PendingFace[]): Promise<void> {
    const start = performance.now();
    const probabilities = await this.runner.infer(
      joinPieces(batch.map(({ pixels }) => pixels)),
      batch.length,
    );
    this.seconds += (performance.now() - start) / 1000;
    batch.forEach(({ face }, i) => {
      face.probabilities = probabilities.subarray(i * this.attributes, (i + 1) * this.attributes);
    });
  }
}

/** Joins pieces that are adjacent in memory: a message with few pieces is sent faster. */
function joinPieces(pieces: readonly Uint8Array[]): Uint8Array[] {
  const joint: Uint8Array[] = [];
  for (const piece of pieces) {
    const last = joint.at(-1);
    if (last?.buffer === piece.buffer && last.byteOffset + last.length === piece.byteOffset) {
      joint[joint.length - 1] = new Uint8Array(
        last.buffer,
        last.byteOffset,
        last.length + piece.length,
      );
    } else joint.push(piece);
  }
  return joint;
}
