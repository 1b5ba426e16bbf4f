/**
 * Faces of a run → their embeddings. They are read from the aligned crops of the run, so that no
 * photo is decoded again, or from the store.
 */
import { fittedCrops } from '../../images/fit-crops';
import type { Provider } from '../../domain/networks';
import type { Progress } from '../../domain/progress';
import { type EmbeddingModel, openEmbeddingModel } from '../../networks/embedding-network';
import type { RunEmbeddings } from '../../runs/run-embeddings';
import { readImageRows } from '../../runs/run-images';
import { unlessDamaged } from '../../runs/run-schemas';
import { imagePath, type StoredRun } from '../../runs/run-store';
import type { FaceStore } from '../../store/face-store';
import type { FileIdentity } from '../../store/identity';
import type { Content } from '../../store/store-records';
import { columnsOfBytes, EmbeddingTable } from '../../summaries/embedding-table';
import { reduceEmbeddings } from '../../summaries/reduce-embeddings';
import { yieldToEventLoop } from '../../util/yield-to-event-loop';
import { embeddingKey, fileHash } from './pipeline-keys';

/** Faces that are decoded and inferred at a time. */
const BATCH: Record<Provider, number> = { cpu: 16, webgpu: 32, cuda: 128, dml: 128, coreml: 128 };
const GIGABYTE = 1e9;
/** Images whose embeddings are stored at once. */
const STORED_IMAGES = 64;

export interface EmbedContext {
  /** Undefined where nothing is kept between runs. */
  store: FaceStore | undefined;
  signal: AbortSignal;
  onProgress: (progress: Progress) => void;
}

/** Embeddings with what people may want to know of them. */
export interface EmbeddedFaces {
  embeddings: RunEmbeddings;
  /** Faces whose embeddings came from the store. */
  known: number;
}

/** The faces of an image: rows from `first` to before `end`. */
interface ImageFaces {
  first: number;
  end: number;
  /** Undefined where the store does not hold the image. */
  content: Content | undefined;
  /** From the store. */
  bytes: Uint8Array | undefined;
}

/**
 * @param file path of the network, which has to be the one that the run was made with.
 * @throws UserError where the network cannot be used; CancelledError.
 */
export async function embedFaces(
  run: StoredRun,
  file: string,
  context: EmbedContext,
): Promise<EmbeddedFaces> {
  const network = embeddingKey(await fileHash(file));
  const images = await lookedUp(run, network, context);
  const { table, known } = await filledTable(run, { file, network, images }, context);
  const { columns, values, kept } = reduceEmbeddings(table);
  const faces = table.rows;
  return {
    embeddings: { network, faces, columns, layer: table.columns, kept, values },
    known,
  };
}

/** The images of the run that have faces, in their order, with what the store has of them. */
async function lookedUp(
  run: StoredRun,
  network: string,
  { store, signal }: EmbedContext,
): Promise<ImageFaces[]> {
  const { faces, manifest } = run;
  const finder = manifest.made?.finder;
  const identities = store && finder ? await identitiesOf(run.folder) : undefined;
  const images: ImageFaces[] = [];
  for (let first = 0; first < manifest.faces;) {
    await yieldToEventLoop(signal);
    const [folder, image] = [faces.folder[first]!, faces.image[first]!];
    let end = first + 1;
    while (end < manifest.faces && faces.image[end] === image && faces.folder[end] === folder)
      end += 1;
    const identity = identities?.get(`${folder} ${image}`);
    const content = identity && store?.contentOfFile(imagePath(run, first), identity);
    const bytes = content && store?.embeddingsOf(content, finder!, network);
    images.push({ first, end, content, bytes });
    first = end;
  }
  return images;
}

/** Identities of the images when the run was made, by folder and name. */
async function identitiesOf(runDir: string): Promise<Map<string, FileIdentity>> {
  const rows = (await readImageRows(runDir).catch(unlessDamaged)) ?? [];
  const identities = new Map<string, FileIdentity>();
  for (const [folder, name, size, modified, changed, inode] of rows) {
    if (size === null || modified === null || changed === undefined || inode === undefined)
      continue;
    identities.set(`${folder} ${name}`, { size, modified, changed, inode });
  }
  return identities;
}

interface Wanted {
  file: string;
  network: string;
  images: readonly ImageFaces[];
}

async function filledTable(
  run: StoredRun,
  wanted: Wanted,
  context: EmbedContext,
): Promise<{ table: EmbeddingTable; known: number }> {
  const { faces } = run.manifest;
  const stored = storedTable(faces, wanted.images);
  if (stored?.known === faces) return stored;
  const model = await openFor(run, wanted.file);
  try {
    const isSame = stored?.table.columns === model.columns;
    const table = isSame ? stored.table : new EmbeddingTable(faces, model.columns);
    const missing = wanted.images.filter((image) => !isSame || !stored.found.has(image));
    await inferMissing(run, { ...wanted, images: missing }, table, model, context);
    return { table, known: isSame ? stored.known : 0 };
  } finally {
    await model.release();
  }
}

/** What the store has; undefined where that is nothing. */
function storedTable(faces: number, images: readonly ImageFaces[]) {
  const first = images.find(({ bytes }) => bytes !== undefined);
  if (first === undefined) return undefined;
  const rowBytes = first.bytes!.length / (first.end - first.first);
  if (!Number.isInteger(rowBytes) || columnsOfBytes(rowBytes) < 1) return undefined;
  const table = new EmbeddingTable(faces, columnsOfBytes(rowBytes));
  const found = new Set<ImageFaces>();
  let known = 0;
  for (const image of images) {
    const { first: from, end, bytes } = image;
    if (bytes?.length !== rowBytes * (end - from)) continue;
    let isValid = true;
    for (let row = from; row < end; row++) {
      const own = bytes.subarray((row - from) * rowBytes, (row - from + 1) * rowBytes);
      isValid &&= table.setBytes(row, own);
    }
    if (!isValid) continue;
    found.add(image);
    known += end - from;
  }
  return { table, found, known };
}

/** Opens the network on the provider of the run, or else on the CPU. */
async function openFor({ manifest }: StoredRun, file: string): Promise<EmbeddingModel> {
  const provider = providerOf(manifest.provider);
  if (provider === 'cpu') return openEmbeddingModel(file, { provider });
  return openEmbeddingModel(file, { provider }).catch(() =>
    openEmbeddingModel(file, { provider: 'cpu' }),
  );
}

const providerOf = (name: string): Provider => (name in BATCH ? (name as Provider) : 'cpu');

/** Infers embeddings into the table, and stores them. */
async function inferMissing(
  run: StoredRun,
  { images, network }: Wanted,
  table: EmbeddingTable,
  model: EmbeddingModel,
  { store, signal, onProgress }: EmbedContext,
): Promise<void> {
  const rows = images.flatMap(({ first, end }) =>
    Array.from({ length: end - first }, (_, i) => first + i),
  );
  const known = table.rows - rows.length;
  const report = (done: number) => {
    onProgress({ stage: 'embed', done: known + done, total: table.rows, failed: 0 });
  };
  const size = BATCH[providerOf(run.manifest.provider)];
  const load = (from: number) => {
    const loading = run.crops
      .faces(rows.slice(from, from + size))
      .then((faces) => fittedCrops(faces, run.crops.size, model.crop));
    loading.catch(() => undefined); // thrown where it is awaited
    return loading;
  };
  const writer = store && EmbeddingWriter.of(run, store, network, table, images);
  report(0);
  let next = load(0);
  for (let from = 0; from < rows.length; from += size) {
    signal.throwIfAborted();
    const crops = await next;
    if (from + size < rows.length) next = load(from + size);
    const values = await model.embed(Buffer.concat(crops), crops.length);
    crops.forEach((_, i) => {
      table.set(rows[from + i]!, values.subarray(i * table.columns, (i + 1) * table.columns));
    });
    writer?.done(rows[from + crops.length - 1]!);
    report(from + crops.length);
  }
  writer?.flush();
}

/** Stores embeddings of images, some at a time. */
class EmbeddingWriter {
  /** Images that are complete. */
  private complete = 0;
  private written = 0;

  private constructor(
    private readonly store: FaceStore,
    private readonly keys: { finder: string; network: string; limit: number },
    private readonly table: EmbeddingTable,
    private readonly images: readonly ImageFaces[],
  ) {}

  /** @returns undefined where the images of the run are not in the store. */
  static of(
    { manifest: { made, settings } }: StoredRun,
    store: FaceStore,
    network: string,
    table: EmbeddingTable,
    images: readonly ImageFaces[],
  ): EmbeddingWriter | undefined {
    if (made === undefined) return undefined;
    const keys = { finder: made.finder, network, limit: settings.cacheLimit * GIGABYTE };
    return new EmbeddingWriter(store, keys, table, images);
  }

  /** @param row the last one that is in the table. */
  done(row: number): void {
    while (this.complete < this.images.length && this.images[this.complete]!.end <= row + 1)
      this.complete += 1;
    if (this.complete - this.written >= STORED_IMAGES) this.flush();
  }

  /** Stores what is complete. */
  flush(): void {
    const images = this.images
      .slice(this.written, this.complete)
      .flatMap(({ first, end, content }) => {
        if (content === undefined) return [];
        const parts = Array.from({ length: end - first }, (_, i) => this.table.bytesOf(first + i));
        return [{ content, bytes: Buffer.concat(parts) }];
      });
    this.written = this.complete;
    if (images.length > 0) this.store.writeEmbeddings({ ...this.keys, images });
  }
}
