/**
 * Eigenfaces (Turk & Pentland 1991) of clusters: the mean face, in color and over all faces of the
 * cluster, and the first principal components of the gray values of a sample of them.
 */
import type { CropSize, ClusterPictures } from '../domain/faces';
import { sharp } from '../images/lazy-sharp';
import type { CropReader } from '../runs/crop-reader';
import { yieldToEventLoop } from '../util/yield-to-event-loop';
import { principalComponents } from './principal-components';

/** Principal components shown of each cluster. */
const COMPONENTS = 3;
/** Crops are decoded at half their size, which is four times as fast; a mean is smooth anyway. */
const HALVINGS = 1;
/** Maximum faces of a cluster from which components are computed, evenly spread over its rows. */
const MAX_SAMPLE = 160;
/** Limit of the memory for the samples of all clusters together, in bytes. */
const MAX_SAMPLE_BYTES = 48e6;
/**
 * Mean variance of a pixel, in gray levels squared, below which faces count as copies of one
 * picture: JPEG compression alone makes such differences.
 */
const NOISE = 1;
/** Strips of crops that are decoded at the same time. */
const PARALLEL_STRIPS = 4;

/** The rows of a cluster's faces, in any order. */
interface Members {
  cluster: number;
  rows: Int32Array;
}

export interface PicturesOptions {
  signal?: AbortSignal | undefined;
  /** Called with the number of faces that were read, and of all. */
  onProgress?: (done: number, total: number) => void;
}

/** Makes the pictures of all clusters in one pass over the crops. */
export async function clusterPictures(
  crops: CropReader,
  members: readonly Members[],
  options: PicturesOptions = {},
): Promise<ClusterPictures[]> {
  const size = { width: crops.size.width >> HALVINGS, height: crops.size.height >> HALVINGS };
  const maxSample = maxSampleOf(size.width * size.height, members.length);
  const accumulators = members.map(({ rows }) => new FaceAccumulator(rows, size, maxSample));
  await accumulate(crops, members, accumulators, options);
  const pictures: ClusterPictures[] = [];
  for (const [position, { cluster }] of members.entries()) {
    await yieldToEventLoop(options.signal);
    pictures.push({ cluster, ...(await accumulators[position]!.pictures(crops.size)) });
  }
  return pictures;
}

function maxSampleOf(pixels: number, clusters: number): number {
  const affordable = Math.floor(MAX_SAMPLE_BYTES / (pixels * Math.max(1, clusters)));
  return Math.max(COMPONENTS + 1, Math.min(MAX_SAMPLE, affordable));
}

/** Adds every face to the accumulator of its cluster. */
async function accumulate(
  crops: CropReader,
  members: readonly Members[],
  accumulators: readonly FaceAccumulator[],
  { signal, onProgress = () => undefined }: PicturesOptions,
): Promise<void> {
  const positionOf = new Int32Array(crops.count).fill(-1);
  members.forEach(({ rows }, position) => {
    for (const row of rows) positionOf[row] = position;
  });
  let read = 0;
  const decoding: ReturnType<CropReader['decodeStrip']>[] = [];
  for (let strip = 0, next = 0; strip < crops.strips; strip++) {
    for (; next < Math.min(strip + PARALLEL_STRIPS, crops.strips); next++) {
      const decoded = crops.decodeStrip(next, HALVINGS);
      decoded.catch(() => undefined); // thrown where it is awaited
      decoding.push(decoded);
    }
    const { pixels } = await decoding.shift()!;
    await yieldToEventLoop(signal);
    const faces = crops.rowsOf(strip);
    read += faces.length;
    for (const { row, at } of faces) {
      const position = positionOf[row]!;
      if (position >= 0) accumulators[position]!.add(row, pixels, at);
    }
    onProgress(read, crops.count);
  }
}

/** Sum of the faces of a cluster, and the gray values of a sample of them. */
class FaceAccumulator {
  private readonly pixels: number;
  private readonly sum: Uint32Array;
  private readonly sampledRows: ReadonlySet<number>;
  /** `[sampled faces, pixels]`. */
  private readonly gray: Uint8Array;
  private sampled = 0;

  constructor(
    private readonly rows: Int32Array,
    private readonly size: CropSize,
    maxSample: number,
  ) {
    this.pixels = size.width * size.height;
    this.sum = new Uint32Array(this.pixels * 3);
    const count = Math.min(rows.length, maxSample);
    this.sampledRows = new Set(
      Array.from({ length: count }, (_, i) => rows[Math.floor((i * rows.length) / count)]!),
    );
    this.gray = new Uint8Array(count * this.pixels);
  }

  /** @param at index of the face in the strip's pixels. */
  add(row: number, strip: Uint8Array, at: number): void {
    const { pixels } = this;
    const face = strip.subarray(at * pixels * 3, (at + 1) * pixels * 3);
    addTo(this.sum, face);
    if (this.sampledRows.has(row)) toGray(face, this.gray.subarray(this.sampled++ * pixels));
  }

  async pictures(full: CropSize): Promise<Omit<ClusterPictures, 'cluster'>> {
    const { gray, pixels, size } = this;
    const { components, explained } = principalComponents(gray, pixels, COMPONENTS, NOISE);
    return {
      eigenface: await encodeMean(this.sum, this.rows.length, size, full),
      components: await Promise.all(
        components.map((component) => encodeComponent(component, size, full)),
      ),
      explained,
    };
  }
}

function addTo(sum: Uint32Array, face: Uint8Array) {
  for (let i = 0; i < sum.length; i++) sum[i] = sum[i]! + face[i]!;
}

/** Luma of Rec. 601, rounded. */
function toGray(face: Uint8Array, gray: Uint8Array) {
  for (let p = 0, i = 0; i < face.length; p++, i += 3) {
    gray[p] = (face[i]! * 77 + face[i + 1]! * 150 + face[i + 2]! * 29 + 128) >> 8;
  }
}

function encodeMean(
  sum: Uint32Array,
  faces: number,
  size: CropSize,
  full: CropSize,
): Promise<Uint8Array> {
  const mean = Uint8Array.from(sum, (value) => Math.round(value / Math.max(1, faces)));
  return sharp(mean, { raw: { ...size, channels: 3 } })
    .resize(full.width, full.height, { fit: 'fill', kernel: 'cubic' })
    .png()
    .toBuffer();
}

/** Zero becomes mid-gray, the largest magnitude black or white. */
function encodeComponent(
  component: Float64Array,
  size: CropSize,
  full: CropSize,
): Promise<Uint8Array> {
  const largest = component.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const gray = Uint8Array.from(component, (value) => Math.round(127.5 + (127.5 * value) / largest));
  return sharp(gray, { raw: { ...size, channels: 1 } })
    .resize(full.width, full.height, { fit: 'fill', kernel: 'cubic' })
    .toColourspace('b-w')
    .png()
    .toBuffer();
}
