/**
 * Eigenfaces (Turk & Pentland 1991) of clusters: the mean face, in colour and over all faces of the
 * cluster, and the first principal components of their grey values, over a sample of them.
 */
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import type { CropSize, ClusterPictures } from '../domain/faces';
import { sharp } from '../images/lazy-sharp';
import type { CropReader } from '../runs/crops';
import { yieldToEventLoop } from '../util/yield-to-event-loop';

/** Principal components shown of each cluster. */
const COMPONENTS = 3;
/**
 * Crops are averaged at half their size: means are smooth, and it reads them four times as fast.
 */
const HALVINGS = 1;
/**
 * Faces of a cluster its components are computed from, at most, evenly spread over the cluster; …
 */
const SAMPLE = 160;
/** … and fewer where many clusters would hold more memory than this with them, in bytes. */
const SAMPLE_MEMORY = 48e6;
/**
 * Mean variance of a pixel, in grey levels squared, below which faces are one picture: what JPEG
 * alone makes of copies.
 */
const NOISE = 1;
/** Strips decoded at a time. */
const AHEAD = 4;

/** Grey values of sampled faces, one after the other. */
interface Sample {
  rows: Set<number>;
  grey: Uint8Array;
  taken: number;
}

/**
 * Makes the pictures of all clusters in one pass over the crops.
 * @param members rows of each cluster's faces, any order.
 */
export async function clusterPictures(
  crops: CropReader,
  members: readonly { cluster: number; rows: Int32Array }[],
  {
    signal,
    onProgress = () => undefined,
  }: { signal?: AbortSignal | undefined; onProgress?: (done: number, total: number) => void } = {},
): Promise<ClusterPictures[]> {
  const size = { width: crops.size.width >> HALVINGS, height: crops.size.height >> HALVINGS };
  const pixels = size.width * size.height;
  const clusterOf = new Int32Array(crops.count).fill(-1);
  const sums = members.map(() => new Uint32Array(pixels * 3));
  const perCluster = Math.max(
    COMPONENTS + 1,
    Math.min(SAMPLE, Math.floor(SAMPLE_MEMORY / (pixels * Math.max(1, members.length)))),
  );
  const samples = members.map(({ rows }): Sample => {
    const count = Math.min(rows.length, perCluster);
    const chosen = Array.from(
      { length: count },
      (_, i) => rows[Math.floor((i * rows.length) / count)]!,
    );
    return { rows: new Set(chosen), grey: new Uint8Array(count * pixels), taken: 0 };
  });
  members.forEach(({ rows }, position) => {
    for (const row of rows) clusterOf[row] = position;
  });

  let summed = 0;
  // A few strips are decoded ahead of the one that is summed.
  const ahead: ReturnType<CropReader['decodeStrip']>[] = [];
  for (let strip = 0, next = 0; strip < crops.strips; strip++) {
    for (; next < Math.min(strip + AHEAD, crops.strips); next++) {
      const decoding = crops.decodeStrip(next, HALVINGS);
      decoding.catch(() => undefined); // thrown where it is awaited
      ahead.push(decoding);
    }
    const decoded = await ahead.shift()!;
    await yieldToEventLoop(signal);
    const faces = crops.rowsOf(strip);
    summed += faces.length;
    for (const { row, at } of faces) {
      const position = clusterOf[row]!;
      if (position < 0) continue;
      const face = decoded.pixels.subarray(at * pixels * 3, (at + 1) * pixels * 3);
      add(sums[position] as Uint32Array, face);
      const sample = samples[position]!;
      if (sample.rows.has(row)) toGrey(face, sample.grey.subarray(sample.taken++ * pixels));
    }
    onProgress(summed, crops.count);
  }

  const pictures: ClusterPictures[] = [];
  for (const [position, { cluster, rows }] of members.entries()) {
    await yieldToEventLoop(signal);
    const { components, explained } = principalComponents(
      samples[position]!.grey,
      pixels,
      COMPONENTS,
      NOISE,
    );
    pictures.push({
      cluster,
      eigenface: await encodeMean(sums[position] as Uint32Array, rows.length, size, crops.size),
      components: await Promise.all(
        components.map((component) => encodeComponent(component, size, crops.size)),
      ),
      explained,
    });
  }
  return pictures;
}

function add(sum: Uint32Array, face: Uint8Array) {
  for (let i = 0; i < sum.length; i++) sum[i] = sum[i]! + face[i]!;
}

/** Luma of Rec. 601, rounded. */
function toGrey(face: Uint8Array, grey: Uint8Array) {
  for (let p = 0, i = 0; i < face.length; p++, i += 3) {
    grey[p] = (face[i]! * 77 + face[i + 1]! * 150 + face[i + 2]! * 29 + 128) >> 8;
  }
}

/**
 * First principal components of `rows.length / columns` samples, by the eigenvectors of their Gram
 * matrix (the samples are far fewer than the columns). The sign is chosen so that the entry of
 * largest magnitude is positive, as scikit-learn does.
 *
 * @param rows `[samples, columns]`.
 * @returns unit vectors, `[columns]` each, strongest first, with the share of the variance each
 * explains, in [0, 1]. As many as there are
 * directions in which the samples differ, at most `count`; none where the mean variance of a column
 * is below `noise`.
 */
export function principalComponents(
  rows: ArrayLike<number>,
  columns: number,
  count: number,
  noise = 0,
): { components: Float64Array[]; explained: number[] } {
  const samples = rows.length / columns;
  if (samples < 2) return { components: [], explained: [] };
  const centred = new Float32Array(rows.length);
  for (let c = 0; c < columns; c++) {
    let mean = 0;
    for (let s = 0; s < samples; s++) mean += rows[s * columns + c]!;
    mean /= samples;
    for (let s = 0; s < samples; s++) centred[s * columns + c] = rows[s * columns + c]! - mean;
  }
  const gram = Matrix.zeros(samples, samples);
  let trace = 0;
  for (let i = 0; i < samples; i++) {
    for (let j = 0; j <= i; j++) {
      let dot = 0;
      for (let p = i * columns, q = j * columns, end = p + columns; p < end; p++, q++)
        dot += centred[p]! * centred[q]!;
      gram.set(i, j, dot);
      gram.set(j, i, dot);
      if (i === j) trace += dot;
    }
  }
  if (trace === 0 || trace / (samples * columns) < noise) return { components: [], explained: [] };
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(gram, {
    assumeSymmetric: true,
  });
  const order = realEigenvalues
    .map((value, index) => ({ value, index }))
    .sort((a, b) => b.value - a.value);
  const kept = order
    .slice(0, Math.min(count, samples - 1))
    .filter(({ value }) => value > trace * 1e-9);
  const components = kept.map(({ value, index }) => {
    const component = new Float64Array(columns);
    for (let s = 0; s < samples; s++) {
      const factor = eigenvectorMatrix.get(s, index) / Math.sqrt(value);
      for (let c = 0; c < columns; c++)
        component[c] = component[c]! + factor * centred[s * columns + c]!;
    }
    let largest = 0;
    for (const entry of component) if (Math.abs(entry) > Math.abs(largest)) largest = entry;
    return largest < 0 ? component.map((entry) => -entry) : component;
  });
  return { components, explained: kept.map(({ value }) => value / trace) };
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

/** Zero is mid-grey, the largest magnitude black or white. */
function encodeComponent(
  component: Float64Array,
  size: CropSize,
  full: CropSize,
): Promise<Uint8Array> {
  const largest = component.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const grey = Uint8Array.from(component, (value) => Math.round(127.5 + (127.5 * value) / largest));
  return sharp(grey, { raw: { ...size, channels: 1 } })
    .resize(full.width, full.height, { fit: 'fill', kernel: 'cubic' })
    .toColourspace('b-w')
    .png()
    .toBuffer();
}
