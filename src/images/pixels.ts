/** Decoded images. */

/** RGB bytes, row by row, `width × height × 3`. */
export interface Pixels {
  data: Uint8Array;
  width: number;
  height: number;
}
