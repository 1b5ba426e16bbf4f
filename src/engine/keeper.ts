/** Hands what a run finds to the store, batch by batch while it goes on: a run that is killed goes on from there. */
import type { FaceStore, StoreRecord } from '../store/face-store';
import type { DescribedBatch } from './description';

/** Batches that wait to be written, at most. */
const WAITING = 8;

export class Keeper {
  private readonly pending: Promise<void>[] = [];
  private tail: Promise<void> = Promise.resolve();
  /** Files whose content was known under another name. */
  private readonly renamed: Pick<StoreRecord, 'path' | 'identity' | 'hash'>[] = [];
  private readonly used = new Set<number>();

  /** @param limit bytes the store may take. */
  constructor(
    private readonly store: FaceStore,
    private readonly keys: { finder: string; model: string },
    private readonly limit: number,
  ) {}

  /** Resolves when more may be given. */
  async add({ images, strips }: DescribedBatch): Promise<void> {
    const records: StoreRecord[] = [];
    for (const { image, identity, hash, known, failure, faces, places, keptStrips } of images) {
      for (const id of keptStrips) this.used.add(id);
      if (hash === '' || identity === undefined || known === 'file') continue;
      if (known === 'content') {
        this.renamed.push({ path: image.path, identity, hash });
        continue;
      }
      const described = failure === undefined && faces.length > 0 ? { probabilities: concat(faces), crops: places } : undefined;
      const found = failure === undefined ? { faces: faces.map(({ located }) => located) } : { reason: failure };
      records.push({ path: image.path, identity, hash, found, described });
    }
    if (records.length === 0) return;
    const jpegs = strips.map(({ jpeg }) => Buffer.from(jpeg.buffer, jpeg.byteOffset, jpeg.byteLength));
    this.tail = this.tail.then(() => this.store.keep(records, jpegs, this.keys, this.limit));
    this.pending.push(this.tail);
    if (this.pending.length > WAITING) await this.pending.shift();
  }

  /** Resolves when all that was given is kept, or the store has given up. */
  async finish(): Promise<void> {
    await this.tail;
    await this.store.touch(this.renamed, this.used);
  }
}

function concat(faces: readonly { probabilities: Float32Array }[]): Float32Array {
  const whole = new Float32Array(faces.reduce((sum, { probabilities }) => sum + probabilities.length, 0));
  let at = 0;
  for (const { probabilities } of faces) {
    whole.set(probabilities, at);
    at += probabilities.length;
  }
  return whole;
}
