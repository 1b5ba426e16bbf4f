/** Hands what a run finds to the store, batch by batch while it goes on: a run that is killed goes on from there. */
import type { FaceStore, StoreRecord } from '../store/face-store';
import type { DescribedBatch } from './description';

export class Keeper {
  /** Files whose content was known under another name. */
  private readonly renamed: Pick<StoreRecord, 'path' | 'identity' | 'hash'>[] = [];
  private readonly used = new Set<number>();

  /** @param limit bytes the store may take. */
  constructor(
    private readonly store: FaceStore,
    private readonly keys: { finder: string; model: string },
    private readonly limit: number,
  ) {}

  add({ images, strips }: DescribedBatch): void {
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
    this.store.keep(records, jpegs, this.keys, this.limit);
  }

  /** Notes what of the store was used. */
  finish(): void {
    this.store.touch(this.renamed, this.used);
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
