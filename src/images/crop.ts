/**
 * Cuts a turned frame out of decoded pixels. Where the crop is much smaller, whole pixels are
 * averaged first; then one resampling turns and scales. The loops are in WebAssembly (crop.wat).
 */
import type { Box, CropSize } from '../domain/faces';
import { clamp } from '../util/clamp';
import { Layout, WasmModule } from '../util/wasm';
import { copyIn, copyOut } from './copy-pixels';
import wasm from './crop.wat';
import { boundsOf, type Frame } from './framing';
import type { Pixels } from './pixels';

/**
 * Largest distance of samples, in pixels, at which the crop does not alias: a bilinear sample
 * covers two pixels each way.
 */
const MAX_SAMPLE_DISTANCE = 1.75;

/** Largest reduction by averages, whose sums have 16 bits. More samples do the rest. */
export const MAX_REDUCTION = 256;
/** Pixels around a frame that its bilinear samples need. */
const SAMPLE_MARGIN = 2;

/** Functions of crop.wat; addresses are in bytes. */
interface Loops {
  reduce: (
    ...of: [
      ...[bytes: number, stride: number, across: number, down: number],
      ...[columns: number, rows: number, sums: number, target: number],
    ]
  ) => void;
  resample: (
    ...of: [
      ...[bytes: number, width: number, height: number],
      ...[x0: bigint, y0: bigint, xu: bigint, xv: bigint, yu: bigint, yv: bigint],
      ...[offsets: number, count: number, target: number, across: number, down: number],
    ]
  ) => void;
}

const loops = new WasmModule<Loops>(wasm);

/**
 * @param frame in pixels of `pixels`; where it reaches beyond them, the border is replicated.
 * @param into memory for the crop; allocated if omitted.
 * @returns RGB bytes, `[size.height, size.width, 3]`.
 */
export function cropFrame(pixels: Pixels, frame: Frame, size: CropSize, into?: Buffer): Buffer {
  const reduction = Math.floor(Math.min(frame.width / size.width, frame.height / size.height));
  const by = clamp(reduction, 1, Math.min(MAX_REDUCTION, pixels.width, pixels.height));
  const part = sourceOf(pixels, boundsOf(frame), by);
  const columns = part.columns * by;
  const rows = part.rows * by;
  const reduced = {
    x: (frame.x - part.left) / by,
    y: (frame.y - part.top) / by,
    width: frame.width / by,
    height: frame.height / by,
  };
  const steps = samplingOf({ ...reduced, angle: frame.angle }, size);

  const layout = new Layout();
  const sourceAt = layout.room(columns * rows * 3);
  const sumsAt = layout.room(columns * 3 * 2);
  const reducedAt = by === 1 ? sourceAt : layout.room(part.columns * part.rows * 3);
  const offsetsAt = layout.room(steps.offsets.byteLength);
  const targetAt = layout.room(size.width * size.height * 3);

  return loops.with(layout, ({ reduce, resample }, memory) => {
    copyIn(pixels, { x: part.left, y: part.top, width: columns, height: rows }, memory, sourceAt);
    new BigInt64Array(memory, offsetsAt).set(steps.offsets);
    if (by > 1) reduce(sourceAt, columns * 3, by, by, part.columns, part.rows, sumsAt, reducedAt);
    const { x0, y0, xu, xv, yu, yv, offsets } = steps;
    resample(
      reducedAt,
      part.columns,
      part.rows,
      x0,
      y0,
      xu,
      xv,
      yu,
      yv,
      offsetsAt,
      offsets.length / 2,
      targetAt,
      size.width,
      size.height,
    );
    return copyOut(memory, targetAt, size.width * size.height * 3, into);
  });
}

/**
 * Averages squares of `by × by` pixels of a part of an image, in whole pixels.
 * @param by from 1 to 256, at most the part's sides. Incomplete squares at the right and the bottom
 * are omitted.
 * @param mostRows rows of a square that are averaged, at most, spread evenly over it.
 */
export function reduceBox(
  pixels: Pixels,
  part: Box,
  by: number,
  mostRows = by,
): Pixels & { data: Buffer } {
  const down = Math.min(by, mostRows);
  const [width, height] = [Math.floor(part.width / by), Math.floor(part.height / by)];
  const layout = new Layout();
  const sourceAt = layout.room(width * by * height * down * 3);
  const sumsAt = layout.room(width * by * 3 * 2);
  const reducedAt = layout.room(width * height * 3);
  return loops.with(layout, ({ reduce }, memory) => {
    copyIn(
      pixels,
      { x: part.x, y: part.y, width: width * by, height: height * down },
      memory,
      sourceAt,
      by / down,
    );
    reduce(sourceAt, width * by * 3, by, down, width, height, sumsAt, reducedAt);
    return { data: copyOut(memory, reducedAt, width * height * 3), width, height };
  });
}

/**
 * The part of an image that samples of `bounds` need, in squares of `by` pixels; the image's border
 * limits it.
 */
function sourceOf({ width, height }: CropSize, bounds: Box, by: number) {
  const left = clamp(Math.floor(bounds.x - SAMPLE_MARGIN * by), 0, width - by);
  const top = clamp(Math.floor(bounds.y - SAMPLE_MARGIN * by), 0, height - by);
  const columns = Math.max(
    1,
    Math.floor(
      (Math.min(width, Math.ceil(bounds.x + bounds.width + SAMPLE_MARGIN * by)) - left) / by,
    ),
  );
  const rows = Math.max(
    1,
    Math.floor(
      (Math.min(height, Math.ceil(bounds.y + bounds.height + SAMPLE_MARGIN * by)) - top) / by,
    ),
  );
  return { left, top, columns, rows };
}

/**
 * Positions of the samples. Pixel (u, v) of the crop is the mean of samples at (x0 + xu · u + xv ·
 * v, y0 + yu · u + yv · v) plus each of the offsets: n × n samples, spread evenly over the pixel. n
 * is 1 unless the frame has many more pixels than the crop.
 * @param frame in pixels of the image that is sampled.
 */
function samplingOf(frame: Frame, size: CropSize) {
  const step = { x: frame.width / size.width, y: frame.height / size.height };
  const n = Math.max(1, Math.ceil(Math.max(step.x, step.y) / MAX_SAMPLE_DISTANCE));
  const [cos, sin] = [Math.cos(frame.angle), Math.sin(frame.angle)];
  const [xu, xv, yu, yv] = [cos * step.x, -sin * step.y, sin * step.x, cos * step.y];
  // The center of pixel (x, y) is at (x + 0.5, y + 0.5), in the image and in the crop.
  const x0 = frame.x + frame.width / 2 - (xu * size.width + xv * size.height) / 2 - 0.5;
  const y0 = frame.y + frame.height / 2 - (yu * size.width + yv * size.height) / 2 - 0.5;
  const offsets = new BigInt64Array(2 * n * n);
  for (let i = 0; i < n * n; i++) {
    const [u, v] = [((i % n) + 0.5) / n, (Math.floor(i / n) + 0.5) / n];
    offsets[2 * i] = toFixedPoint(xu * u + xv * v);
    offsets[2 * i + 1] = toFixedPoint(yu * u + yv * v);
  }
  return {
    x0: toFixedPoint(x0),
    y0: toFixedPoint(y0),
    xu: toFixedPoint(xu),
    xv: toFixedPoint(xv),
    yu: toFixedPoint(yu),
    yv: toFixedPoint(yv),
    offsets,
  };
}

/** Positions for crop.wat: pixels times 2³². */
const toFixedPoint = (position: number) => BigInt(Math.round(position * 2 ** 32));
