/**
 * A photo decoded once, small enough to be looked at as a whole and large enough for most of its
 * crops.
 */
import type { Box, CropSize } from '../domain/faces';
import { releaseBuffer } from '../images/buffer-pool';
import { MAX_REDUCTION, reduceBox } from '../images/crop';
import type { Pixels } from '../images/pixels';
import { LINEAR, resizeBox } from '../images/resize';
import { clamp } from '../util/clamp';
import { INPUT_SIDE, INPUT_BYTES } from './detector';

/**
 * Photos up to this longer side, in pixels, are decoded as they are: reducing them costs more than
 * it saves.
 */
const MAX_UNREDUCED_SIDE = 1920;
/** The overview of a larger one has at least this longer side. */
const MIN_OVERVIEW_SIDE = 960;
/**
 * JPEGs are decoded at half their size, and so on, only where that leaves this factor for the
 * resampling after it (sharp's own rule).
 */
const MIN_JPEG_SHRINK_FACTOR = 3;

/**
 * Longer side of an image's overview: panoramas keep more of their length, since they need their
 * height.
 */
export function overviewSide({ width, height }: CropSize): number {
  const [longer, shorter] = [Math.max(width, height), Math.min(width, height)];
  if (longer <= MAX_UNREDUCED_SIDE) return longer;
  const panorama = Math.min(3200, Math.round((MIN_OVERVIEW_SIDE * longer) / shorter / 2));
  return Math.max(
    MIN_OVERVIEW_SIDE,
    panorama,
    Math.min(MAX_UNREDUCED_SIDE, Math.floor(longer / MIN_JPEG_SHRINK_FACTOR)),
  );
}

/** Whether its overview is the image as it is. */
export const isOverview = (image: CropSize): boolean =>
  overviewSide(image) === Math.max(image.width, image.height);

/**
 * A part is averaged over whole pixels down to this many times the square's side, at least, before
 * the rest is done exactly.
 */
const MIN_RESAMPLING = 2;
/** Rows that are averaged to one, at most: more take longer and show the detector nothing new. */
const MAX_AVERAGED_ROWS = 3;

/** A square of an image as the detector takes it. */
export interface Square {
  /** RGB bytes `[192, 192, 3]`. */
  pixels: Uint8Array;
  /** From fractions of the square to pixels of the image it was cut from. */
  toImage: (x: number, y: number) => { x: number; y: number };
}

/**
 * Cuts a part out of an image and fits it into the detector's square, centred on black, as
 * MediaPipe does.
 * @param fill share of the square's side that the part's longer side takes, in (0, 1].
 * @param quarterTurns how often the square is turned clockwise by 90°.
 */
export function squareOf(image: Pixels, part: Box, fill = 1, quarterTurns = 0): Square {
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

/** A square turned clockwise. */
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
