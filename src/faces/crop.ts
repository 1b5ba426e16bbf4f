/** Decoded pixels → the crop of a turned frame, in libvips: one resampling, after a reduction where the frame is much larger than the crop. */
import sharp, { type OutputInfo, type Sharp } from 'sharp';
import { clamp } from '../clamp';
import { boundsOf, type Frame } from './align';
import type { CropSize } from './framing';

/** RGB bytes, row by row, `width × height × 3`. */
export interface Pixels {
  data: Buffer;
  width: number;
  height: number;
}

/** Below this scale the frame is reduced first: an affine resampling alone would skip pixels. */
const REDUCE_BELOW = 0.7;
/** Pixels around the frame that its resampling may look at. */
const MARGIN = 3;
/** Angles below this, in radians, move no pixel of a crop by half of one. */
const UPRIGHT = 0.002;

/**
 * @param frame in pixels of `pixels`; where it reaches beyond them, the border is replicated.
 * @returns RGB bytes, `size.width × size.height × 3`.
 */
export async function cropFrame(pixels: Pixels, frame: Frame, size: CropSize): Promise<Buffer> {
  const scale = size.width / frame.width;
  const reduction = scale < REDUCE_BELOW || Math.abs(frame.angle) < UPRIGHT ? scale : 1;
  const { image, width, height, x, y } = await cutOut(pixels, frame, reduction);

  // Affine part: output = matrix · input + offset.
  const rest = scale / reduction;
  const [cos, sin] = [Math.cos(frame.angle) * rest, Math.sin(frame.angle) * rest];
  const transform = (px: number, py: number) => ({ x: cos * px + sin * py, y: -sin * px + cos * py });
  const centre = transform(x, y);
  const origin = { x: centre.x - size.width / 2, y: centre.y - size.height / 2 };
  const whole = { x: Math.round(origin.x), y: Math.round(origin.y) };
  const corners = [transform(0, 0), transform(width, 0), transform(0, height), transform(width, height)];
  // libvips puts the result's first pixel at the rounded least corner of the transformed image.
  const first = { x: Math.round(Math.min(...corners.map((each) => each.x))), y: Math.round(Math.min(...corners.map((each) => each.y))) };
  // libvips takes pixels as points on whole coordinates; they are squares with their middle half a pixel further.
  const half = transform(0.5, 0.5);
  const matrix: [[number, number], [number, number]] = [
    [cos, sin],
    [-sin, cos],
  ];
  const offset = { odx: whole.x - origin.x + half.x - 0.5, ody: whole.y - origin.y + half.y - 0.5 };
  const { data, info } = await image
    .affine(matrix, { interpolator: 'bicubic', ...offset })
    .raw()
    .toBuffer({ resolveWithObject: true });
  return rows(data, info, whole.x - first.x, whole.y - first.y, size);
}

/** The part of the pixels around the frame, reduced, with its border replicated. */
interface CutOut {
  image: Sharp;
  width: number;
  height: number;
  /** The frame's middle in it. */
  x: number;
  y: number;
}

async function cutOut({ data, width, height }: Pixels, frame: Frame, reduction: number): Promise<CutOut> {
  const bounds = boundsOf(frame);
  const margin = MARGIN / reduction;
  const low = { x: Math.floor(bounds.x - margin), y: Math.floor(bounds.y - margin) };
  const high = { x: Math.ceil(bounds.x + bounds.width + margin), y: Math.ceil(bounds.y + bounds.height + margin) };
  const left = clamp(low.x, 0, width - 1);
  const top = clamp(low.y, 0, height - 1);
  const right = clamp(high.x, left + 1, width);
  const bottom = clamp(high.y, top + 1, height);
  const image = sharp(data, { raw: { width, height, channels: 3 } }).extract({ left, top, width: right - left, height: bottom - top });
  const inner = {
    width: Math.max(1, Math.round((right - left) * reduction)),
    height: Math.max(1, Math.round((bottom - top) * reduction)),
  };
  if (reduction !== 1) image.resize(inner.width, inner.height, { fit: 'fill', kernel: 'cubic' });
  const border = {
    left: Math.max(0, Math.ceil((left - low.x) * reduction)),
    top: Math.max(0, Math.ceil((top - low.y) * reduction)),
    right: Math.max(0, Math.ceil((high.x - right) * reduction)),
    bottom: Math.max(0, Math.ceil((high.y - bottom) * reduction)),
  };
  const factor = { x: inner.width / (right - left), y: inner.height / (bottom - top) };
  const place = {
    x: (frame.x + frame.width / 2 - left) * factor.x + border.left,
    y: (frame.y + frame.height / 2 - top) * factor.y + border.top,
  };
  if (border.left + border.top + border.right + border.bottom === 0) return { image, ...inner, ...place };
  // sharp adds borders after an affine transformation, so here they need a step of their own.
  const cut = await image
    .extend({ ...border, extendWith: 'copy' })
    .raw()
    .toBuffer({ resolveWithObject: true });
  const size = { width: cut.info.width, height: cut.info.height };
  return { image: sharp(cut.data, { raw: { ...size, channels: 3 } }), ...size, ...place };
}

/** Copies a part out of an image, row by row. */
function rows(data: Buffer, { width, height, channels }: OutputInfo, left: number, top: number, size: CropSize): Buffer {
  if (channels !== 3 || left < 0 || top < 0 || left + size.width > width || top + size.height > height) {
    throw new RangeError(`expected ${size.width}×${size.height} pixels at ${left}, ${top}, got ${width}×${height} of ${channels} channels`);
  }
  const result = Buffer.allocUnsafe(size.width * size.height * 3);
  for (let row = 0; row < size.height; row++) {
    const start = ((top + row) * width + left) * 3;
    data.copy(result, row * size.width * 3, start, start + size.width * 3);
  }
  return result;
}
