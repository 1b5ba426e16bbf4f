/**
 * Hands what a run finds to the store, batch by batch while it goes on: a run that is killed goes
 * on from there.
 */
import type { FaceStore, KnownFile, StoreRecord } from '../../store/face-store';
import type { AnalysedBatch, AnalysisPipeline, StoreKeys } from './analysis-pipeline';
import { DirectStoreWriter, ProcessStoreWriter, type StoreWriter } from './store-writer';

/**
 * Images that are kept at a time, and strips: every commit costs as many writes as pages it
 * changes, however many images lie on them, …
 */
const COMMIT_SIZE = { images: 96, strips: 16 };
/**
 * … and time: so much of the work is kept at a time, in milliseconds, and lost where the run is
 * killed, …
 */
const COMMIT_INTERVAL_MS = 500;
/** … but no more than this. */
const MAX_BUFFERED = { images: 1024, strips: 128 };
/**
 * Images, known ones included, and strips after which the memory that maps the store's files is let
 * go of.
 */
const UNMAP_AFTER = { images: 512, strips: 64 };

export class StoreBuffer {
  private records: StoreRecord[] = [];
  private strips: Buffer[] = [];
  /** Files whose content was known under another name. */
  private readonly renamed: KnownFile[] = [];
  private readonly used = new Set<number>();
  /** Since memory was let go of. */
  private readonly mapped = { images: 0, strips: 0 };
  private committed = performance.now();

  private constructor(
    private readonly writer: StoreWriter,
    private readonly store: FaceStore,
    private readonly keys: StoreKeys,
    private readonly limit: number,
  ) {}

  /**
   * @param store what the description reads from meanwhile.
   * @param limit bytes the store may take.
   */
  static of(
    { provider, keys }: Pick<AnalysisPipeline, 'provider' | 'keys'>,
    store: FaceStore,
    limit: number,
  ): StoreBuffer {
    const writer =
      provider === 'cpu' ? new DirectStoreWriter(store) : new ProcessStoreWriter(store.folder);
    return new StoreBuffer(writer, store, keys, limit);
  }

  async add({ images, strips }: AnalysedBatch): Promise<void> {
    const before = this.strips.length;
    for (const {
      image,
      identity,
      hash,
      known,
      content,
      failure,
      faces,
      places,
      keptStrips,
    } of images) {
      for (const id of keptStrips) this.used.add(id);
      if (hash === '' || identity === undefined || known === 'file') continue;
      if (known === 'content') {
        if (content !== undefined) this.renamed.push({ path: image.path, identity, content });
        continue;
      }
      const crops = places.map(({ strip, at }) => ({ strip: before + strip, at }));
      const described =
        failure === undefined && faces.length > 0
          ? { probabilities: concat(faces), crops }
          : undefined;
      const found =
        failure === undefined
          ? { faces: faces.map(({ located }) => located) }
          : { reason: failure.reason };
      const finder = failure?.kept === 'limits' ? this.keys.limited : undefined;
      this.records.push({ path: image.path, identity, hash, found, described, finder });
    }
    this.strips.push(
      ...strips.map(({ jpeg }) => Buffer.from(jpeg.buffer, jpeg.byteOffset, jpeg.byteLength)),
    );
    const enough =
      this.records.length >= COMMIT_SIZE.images || this.strips.length >= COMMIT_SIZE.strips;
    const full =
      this.records.length >= MAX_BUFFERED.images || this.strips.length >= MAX_BUFFERED.strips;
    if (full || (enough && performance.now() - this.committed >= COMMIT_INTERVAL_MS))
      await this.commit();
    this.mapped.images += images.length;
    this.mapped.strips += strips.length;
    if (this.mapped.images >= UNMAP_AFTER.images || this.mapped.strips >= UNMAP_AFTER.strips)
      this.unmap();
  }

  private unmap(): void {
    this.store.unmap();
    this.mapped.images = 0;
    this.mapped.strips = 0;
  }

  private async commit(): Promise<void> {
    const { records, strips, keys, limit } = this;
    this.records = [];
    this.strips = [];
    if (records.length > 0) await this.writer.write({ records, strips, keys, limit });
    this.committed = performance.now();
  }

  /**
   * Keeps what is left, and notes what of the store was used.
   * @returns why something could not be kept, or undefined.
   */
  async finish(): Promise<string | undefined> {
    await this.commit();
    const problem = await this.writer.settled();
    this.unmap();
    this.store.touch(this.renamed, this.used);
    return problem ?? this.store.problem;
  }

  /** Lets go of the store; what was found is kept still. */
  async end(): Promise<void> {
    await this.writer.close();
  }
}

function concat(faces: readonly { probabilities: Float32Array }[]): Float32Array {
  const whole = new Float32Array(
    faces.reduce((sum, { probabilities }) => sum + probabilities.length, 0),
  );
  let at = 0;
  for (const { probabilities } of faces) {
    whole.set(probabilities, at);
    at += probabilities.length;
  }
  return whole;
}
