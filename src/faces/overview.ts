/**
 * The overview of a photo: decoded once, small enough to be searched as a whole and large enough
 * for most of its crops. Parts of it are scaled to the detector's square.
 */
import type { Box, CropSize } from '../domain/faces';
import { releaseBuffer } from '../images/buffer-pool';
import { MAX_REDUCTION, reduceBox } from '../images/crop';
import type { Pixels } from '../images/pixels';
import { LINEAR, resizeBox } from '../images/resize';
import { clamp } from '../util/clamp';
import { INPUT_SIDE, INPUT_BYTES } from './detector';

/**
 * Photos up to this longer side, in pixels, are not reduced: that would cost more than it saves.
 */
const MAX_UNREDUCED_SIDE = 1920;
/** Longer side of a larger photo's overview, at least. */
const MIN_OVERVIEW_SIDE = 960;
/**
 * Preferred reduction of an overview. sharp decodes a JPEG at half its size, a quarter or an eighth
 * only where that leaves this factor to the resampling afterwards.
 */
const OVERVIEW_REDUCTION = 3;

/**
 * Longer side of an image's overview, in pixels. Panoramas have a longer overview, so that it is
 * high enough.
 */
export function overviewSide({ width, height }: CropSize): number {
  const [longer, shorter] = [Math.max(width, height), Math.min(width, height)];
  if (longer <= MAX_UNREDUCED_SIDE) return longer;
  const panorama = Math.min(3200, Math.round((MIN_OVERVIEW_SIDE * longer) / shorter / 2));
  return Math.max(
    MIN_OVERVIEW_SIDE,
    panorama,
    Math.min(MAX_UNREDUCED_SIDE, Math.floor(longer / OVERVIEW_REDUCTION)),
  );
}

/** Whether an image is its own overview, without reduction. */
export const isOverview = (image: CropSize): boolean =>
  overviewSide(image) === Math.max(image.width, image.height);

/**
 * Before the exact resampling whole pixels are averaged, down to this many times the target size at
 * least.
 */
const MIN_RESAMPLING = 2;
/** Rows averaged to one, at most: more take longer and show the detector nothing new. */
const MAX_AVERAGED_ROWS = 3;

/** A part of an image as the detector's input. */
export interface Square {
  /** RGB bytes `[192, 192, 3]`. */
  pixels: Uint8Array;
  /** Converts fractions of the square to pixels of the image. */
  toImage: (x: number, y: number) => { x: number; y: number };
}

/**
 * Scales a part of an image to the detector's square, centered on black, as MediaPipe does.
 * @param fill share of the square's side that the part's longer side takes, in (0, 1].
 * @param quarterTurns clockwise quarter turns of the square.
 */
export function squareOf(image: Pixels, part: Box, fill: number, quarterTurns: number): Square {
  const scale = (fill * INPUT_SIDE) / Math.max(part.width, part.height);
  const inner = {
    width: Math.max(1, Math.round(part.width * scale)),
    height: Math.max(1, Math.round(part.height * scale)),
  };
  const left = Math.floor((INPUT_SIDE - inner.width) / 2);
  const top = Math.floor((INPUT_SIDE - inner.height) / 2);
  const by = clamp(
    Math.floor(1 / (MIN_RESAMPLING * scale)),
    1,
    Math.min(MAX_REDUCTION, part.width, part.height),
  );
  const reduced = reduceBox(image, part, by, MAX_AVERAGED_ROWS);
  const fitted = resizeBox(
    reduced,
    { x: 0, y: 0, width: part.width / by, height: part.height / by },
    inner,
    LINEAR,
  );
  const pixels = new Uint8Array(INPUT_BYTES);
  for (let row = 0; row < inner.height; row++) {
    pixels.set(
      fitted.subarray(row * inner.width * 3, (row + 1) * inner.width * 3),
      ((top + row) * INPUT_SIDE + left) * 3,
    );
  }
  releaseBuffer(reduced.data);
  releaseBuffer(fitted);
  return {
    pixels: rotateQuarterTurns(pixels, quarterTurns),
    toImage: (x, y) => {
      // Undo the turns, then the letterbox.
      let [u, v] = [x, y];
      for (let turn = 0; turn < quarterTurns; turn++) [u, v] = [v, 1 - u];
      return {
        x: part.x + ((u * INPUT_SIDE - left) * part.width) / inner.width,
        y: part.y + ((v * INPUT_SIDE - top) * part.height) / inner.height,
      };
    },
  };
}

/** Turns a square clockwise. */
function rotateQuarterTurns(pixels: Uint8Array, quarterTurns: number): Uint8Array {
  let square = pixels;
  for (let turn = 0; turn < quarterTurns; turn++) {
    const next = new Uint8Array(INPUT_BYTES);
    for (let y = 0; y < INPUT_SIDE; y++) {
      for (let x = 0; x < INPUT_SIDE; x++) {
        const from = (y * INPUT_SIDE + x) * 3;
        const to = (x * INPUT_SIDE + INPUT_SIDE - 1 - y) * 3;
        for (let channel = 0; channel < 3; channel++) next[to + channel] = square[from + channel]!;
      }
    }
    square = next;
  }
  return square;
}
