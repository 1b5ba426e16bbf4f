/**
 * Stores the results of a run, batch by batch while it goes on: a run that is killed continues from
 * there.
 */
import type { AnalysisSettings } from '../../domain/settings';
import type { FaceStore } from '../../store/face-store';
import type { KnownFile, StoreRecord } from '../../store/store-records';
import { t } from '../../text/translate';
import type { AnalysisPipeline } from './analysis-pipeline';
import type { AnalyzedBatch, AnalyzedImage, FailedImage, ReadImage } from './analyzed-image';
import type { StoreKeys } from './pipeline-keys';
import { DirectStoreWriter, ProcessStoreWriter, type StoreWriter } from './store-writer';

/** A notice for people that results are not in the store. */
export const notStored = (problem: string): string =>
  t('What was found could not be kept for the next run: {0}.', problem);

/** Bytes in a gigabyte, as disks are sold. */
const GIGABYTE = 1e9;

/**
 * Images and strips from which on a commit pays: it costs as many writes as pages it changes,
 * however many images lie on them.
 */
const COMMIT_SIZE = { images: 96, strips: 16 };
/** Shortest time between commits, in milliseconds: the work that is lost if the run is killed. */
const COMMIT_INTERVAL_MS = 500;
/** Maximum images and strips that wait for a commit. */
const MAX_BUFFERED = { images: 1024, strips: 128 };
/** Images, cached ones included, and strips after which the store's memory map is released. */
const UNMAP_AFTER = { images: 512, strips: 64 };

export class StoreBuffer implements AsyncDisposable {
  private records: StoreRecord[] = [];
  private strips: Buffer[] = [];
  /** Files whose content was stored under another name. */
  private readonly renamed: KnownFile[] = [];
  /** Ids of the strips that cached images use. */
  private readonly used = new Set<number>();
  /** Since the memory map was released. */
  private readonly mapped = { images: 0, strips: 0 };
  private committed = performance.now();

  private constructor(
    private readonly writer: StoreWriter,
    private readonly store: FaceStore,
    private readonly keys: StoreKeys,
    private readonly limit: number,
  ) {}

  /**
   * @param store the one the pipeline reads.
   * @param cacheLimit gigabytes the store may take.
   */
  static of(
    { provider, keys }: Pick<AnalysisPipeline, 'provider' | 'keys'>,
    store: FaceStore,
    { cacheLimit }: Pick<AnalysisSettings, 'cacheLimit'>,
  ): StoreBuffer {
    const writer =
      provider === 'cpu' ? new DirectStoreWriter(store) : new ProcessStoreWriter(store.folder);
    return new StoreBuffer(writer, store, keys, cacheLimit * GIGABYTE);
  }

  async add({ images, strips }: AnalyzedBatch): Promise<void> {
    const firstStrip = this.strips.length;
    for (const image of images) this.addImage(image, firstStrip);
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

  /** @param firstStrip number of the first strip of the image's batch. */
  private addImage(result: AnalyzedImage, firstStrip: number): void {
    const { image, identity } = result;
    if (result.kind === 'cached') {
      for (const id of result.storedStrips) this.used.add(id);
      if (result.source === 'content' && identity !== undefined)
        this.renamed.push({ path: image.path, identity, content: result.content });
      return;
    }
    const { hash } = result;
    if (hash === undefined || identity === undefined) return;
    const outcome =
      result.kind === 'failed' ? failureRecord(result, this.keys) : faceRecord(result, firstStrip);
    this.records.push({ path: image.path, identity, hash, ...outcome });
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
   * Stores the rest, and notes which strips of the store were used.
   * @returns why something could not be stored, or undefined.
   */
  async finish(): Promise<string | undefined> {
    await this.commit();
    const problem = await this.writer.settled();
    this.unmap();
    this.store.markUsed(this.renamed, this.used);
    return problem ?? this.store.problem;
  }

  /** Waits for the commits that have begun; the store stays open. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.writer.close();
  }
}

type Outcome = Pick<StoreRecord, 'found' | 'described' | 'finder'>;

const failureRecord = ({ failure, validity }: FailedImage, keys: StoreKeys): Outcome => ({
  found: { reason: failure },
  described: undefined,
  finder: validity === 'untilLimitsChange' ? keys.limited : undefined,
});

function faceRecord({ faces, places, size, remarks }: ReadImage, firstStrip: number): Outcome {
  const found = { faces: faces.map(({ located }) => located), size, remarks };
  if (faces.length === 0) return { found, described: undefined };
  const crops = places.map(({ strip, at }) => ({ strip: firstStrip + strip, at }));
  return { found, described: { probabilities: concat(faces), crops } };
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
