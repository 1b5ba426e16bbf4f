/** A map of all faces of a run: faces with similar attributes lie close together. */

/** Faces whose cards are requested together, at most. */
export const MAX_CARDS = 64;

/**
 * How the faces were placed: `axes`, by the two directions in which they differ most; `neighbors`,
 * so that each lies among those most similar to it.
 */
type Arrangement = 'axes' | 'neighbors';

export interface FaceMap {
  arrangement: Arrangement;
  /** Place of each face, by its row: `[faces, 2]`, in [0, 1], with the same scale on both axes. */
  places: Float32Array;
  /** Id of the cluster of each face, by its row; −1 is noise. */
  clusters: Int32Array;
  /** Number of distinct vectors of the faces. */
  distinct: number;
  /** Number of them that the arrangement was computed from; the others were placed among these. */
  sample: number;
}
