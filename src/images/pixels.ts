/** A decoded image. */
export interface Pixels {
  /** RGB bytes, `[height, width, 3]`. */
  data: Uint8Array;
  width: number;
  height: number;
}
