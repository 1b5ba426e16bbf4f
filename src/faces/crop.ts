/** Decoded pixels → the crop of a turned frame: averaged over whole pixels where it is much smaller, then turned and scaled in one resampling. */
import { clamp } from '../clamp';
import { boundsOf, type Frame } from './align';
import type { Box, CropSize } from './framing';

/** RGB bytes, row by row, `width × height × 3`. */
export interface Pixels {
  data: Uint8Array;
  width: number;
  height: number;
}

/** A bilinear sample looks at two pixels each way: up to this distance, in pixels, samples leave none out and the crop does not alias. */
const SAMPLE_DISTANCE = 1.75;

/**
 * @param frame in pixels of `pixels`; where it reaches beyond them, the border is replicated.
 * @returns RGB bytes, `size.width × size.height × 3`.
 */
export function cropFrame(pixels: Pixels, frame: Frame, size: CropSize): Buffer {
  const reduction = Math.floor(Math.min(frame.width / size.width, frame.height / size.height));
  if (reduction < 2) return resample(pixels, frame, size);
  const { left, top, ...reduced } = reduce(pixels, boundsOf(frame), reduction);
  const [x, y] = [(frame.x - left) / reduction, (frame.y - top) / reduction];
  return resample(reduced, { x, y, width: frame.width / reduction, height: frame.height / reduction, angle: frame.angle }, size);
}

/** Means of `by × by` pixels of the part of an image around `bounds`. `left` and `top` are the part's place in the image. */
function reduce({ data, width, height }: Pixels, bounds: Box, by: number): Pixels & { left: number; top: number } {
  const left = clamp(Math.floor(bounds.x - 2 * by), 0, Math.max(0, width - by));
  const top = clamp(Math.floor(bounds.y - 2 * by), 0, Math.max(0, height - by));
  const columns = Math.max(1, Math.floor((Math.min(width, bounds.x + bounds.width + 2 * by) - left) / by));
  const rows = Math.max(1, Math.floor((Math.min(height, bounds.y + bounds.height + 2 * by) - top) / by));
  const reduced = Buffer.allocUnsafe(columns * rows * 3);
  const weight = 1 / (by * by);
  let at = 0;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      let red = 0;
      let green = 0;
      let blue = 0;
      let rowStart = ((top + row * by) * width + left + column * by) * 3;
      for (let dy = 0; dy < by; dy++, rowStart += width * 3) {
        for (let from = rowStart; from < rowStart + by * 3; from += 3) {
          red += data[from]!;
          green += data[from + 1]!;
          blue += data[from + 2]!;
        }
      }
      reduced[at++] = red * weight + 0.5;
      reduced[at++] = green * weight + 0.5;
      reduced[at++] = blue * weight + 0.5;
    }
  }
  return { data: reduced, width: columns, height: rows, left, top };
}

/** Each pixel of the result is the mean of n × n bilinear samples spread evenly over it; n = 1 but where the frame has many more pixels. */
function resample({ data, width, height }: Pixels, frame: Frame, size: CropSize): Buffer {
  const step = { x: frame.width / size.width, y: frame.height / size.height };
  const n = Math.max(1, Math.ceil(Math.max(step.x, step.y) / SAMPLE_DISTANCE));
  const [cos, sin] = [Math.cos(frame.angle), Math.sin(frame.angle)];
  const [xu, xv, yu, yv] = [cos * step.x, -sin * step.y, sin * step.x, cos * step.y];
  // The photo's pixel (x, y) has its middle at (x + 0.5, y + 0.5), and so has the crop's.
  const x0 = frame.x + frame.width / 2 - (xu * size.width + xv * size.height) / 2 - 0.5;
  const y0 = frame.y + frame.height / 2 - (yu * size.width + yv * size.height) / 2 - 0.5;
  const samples = Array.from({ length: n * n }, (_, i) => ({ u: ((i % n) + 0.5) / n, v: (Math.floor(i / n) + 0.5) / n }));
  const sampleX = Float64Array.from(samples, ({ u, v }) => xu * u + xv * v);
  const sampleY = Float64Array.from(samples, ({ u, v }) => yu * u + yv * v);
  const lastX = width - 1;
  const lastY = height - 1;
  const stride = width * 3;
  const weight = 1 / (n * n);

  // Written out for each channel, and without arrays or objects: this runs for all 30,720 pixels of every face.
  const result = Buffer.allocUnsafe(size.width * size.height * 3);
  let at = 0;
  for (let v = 0; v < size.height; v++) {
    for (let u = 0; u < size.width; u++) {
      const pixelX = x0 + xu * u + xv * v;
      const pixelY = y0 + yu * u + yv * v;
      let red = 0;
      let green = 0;
      let blue = 0;
      for (let i = 0; i < sampleX.length; i++) {
        const x = clamp(pixelX + sampleX[i]!, 0, lastX);
        const y = clamp(pixelY + sampleY[i]!, 0, lastY);
        const left = Math.trunc(x);
        const top = Math.trunc(y);
        const upperLeft = top * stride + left * 3;
        const upperRight = left < lastX ? upperLeft + 3 : upperLeft;
        const down = top < lastY ? stride : 0;
        const lowerLeft = upperLeft + down;
        const lowerRight = upperRight + down;
        // Shares of the four pixels: a + b + c + d = 1.
        const d = (x - left) * (y - top);
        const c = y - top - d;
        const b = x - left - d;
        const a = 1 - b - c - d;
        red += a * data[upperLeft]! + b * data[upperRight]! + c * data[lowerLeft]! + d * data[lowerRight]!;
        green += a * data[upperLeft + 1]! + b * data[upperRight + 1]! + c * data[lowerLeft + 1]! + d * data[lowerRight + 1]!;
        blue += a * data[upperLeft + 2]! + b * data[upperRight + 2]! + c * data[lowerLeft + 2]! + d * data[lowerRight + 2]!;
      }
      result[at++] = red * weight + 0.5;
      result[at++] = green * weight + 0.5;
      result[at++] = blue * weight + 0.5;
    }
  }
  return result;
}
