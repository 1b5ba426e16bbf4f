/** Faces: where they are in an image, and how they are shown. */

/** A point, in the unit of its context. */
export interface Point {
  x: number;
  y: number;
}

/** A rectangle in pixels of the upright image; it may extend beyond the image's edges. */
export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Points of a face, as tables name them: the eye on the left of the image, if it is upright. */
export const LANDMARKS = ['left_eye', 'right_eye', 'mouth'] as const;

/** A detected face, in pixels of the upright image. */
export interface LocatedFace {
  box: Box;
  /** Confidence of the detector in [0, 1]. */
  score: number;
  /** The eye on the left of the image first, if the face is upright. */
  eyes: [Point, Point];
  /** Center of the mouth. */
  mouth: Point;
}

/** Size of the attribute network's input, in pixels. */
export interface CropSize {
  width: number;
  height: number;
}

/** A face as the panel shows it. */
export interface FaceCard {
  /** Row among the run's faces. */
  row: number;
  /** Path below its folder, for display. */
  image: string;
  /** 0-based index within its image. */
  face: number;
  /** JPEG of the aligned crop. */
  jpeg: Uint8Array;
  /** Probability of each of the model's attributes. */
  probabilities: number[];
  /** Number of its copies among the faces that were asked for, where they are folded. */
  copies?: number;
}

/** The copies among the faces of a run. */
export interface CopiesSummary {
  /** Faces that are copies of others. */
  copies: number;
  /** Faces that have copies. */
  originals: number;
}

/** Faces of the same picture: the original, then its copies. */
export interface CopiesAnswer extends CopiesSummary {
  groups: FaceCard[][];
}

/** A face by its place among the faces, without its picture. */
export type NamedFace = Omit<FaceCard, 'jpeg' | 'probabilities'>;

/** The most typical faces of a cluster, with copies left out. */
export interface TypicalFaces {
  /** Number of all of them. */
  total: number;
  /** Each with its picture where there is no sheet. */
  faces: (NamedFace | FaceCard)[];
  /**
   * JPEG with small pictures of all faces, side by side in rows of `SHEET_COLUMNS`: it takes a
   * quarter of the bytes of their crops, and is decoded at once.
   */
  sheet: Uint8Array | undefined;
}

/** Faces of a row of a sheet. */
export const SHEET_COLUMNS = 8;
/**
 * Widths that each face of a sheet may have, in pixels: for screens with one pixel for each of CSS,
 * and with more.
 */
export const SHEET_FACE_WIDTHS = [40, 60] as const;
export type SheetFaceWidth = (typeof SHEET_FACE_WIDTHS)[number];
/** Faces of a sheet, at most. */
export const MAX_SHEET_FACES = 24;

/** A part of the faces that were asked for. */
export interface FaceAnswer {
  /** Number of all of them. */
  total: number;
  faces: FaceCard[];
}

/** A face with its distance to another one. */
interface AlikeFace extends FaceCard {
  /** Euclidean: of embeddings of length 1, in [0, 2], or of the probabilities. */
  distance: number;
}

/** The faces that are most alike to one. */
export interface AlikeAnswer {
  /** What they were compared by. */
  by: 'embedding' | 'probability';
  faces: AlikeFace[];
}

/** A photo with its faces. */
export interface PhotoView {
  /** Path below its folder, for display. */
  image: string;
  /** JPEG of the upright photo, reduced if it is large. */
  jpeg: Uint8Array;
  /** Size of the original photo, upright, in pixels. */
  width: number;
  height: number;
  /** All its faces, the most prominent first. */
  faces: ShownFace[];
}

/** A face in its photo. */
export interface ShownFace {
  row: number;
  /** Id of its cluster; null where there is no clustering. */
  cluster: number | null;
  /** In [-1, 1]; null where undefined. */
  silhouette: number | null;
  /** In pixels of the photo; null where the whole image is the face. */
  box: Box | null;
  /** Confidence of the detector in [0, 1]; null where no detection was made. */
  score: number | null;
  /** Probability of each of the model's attributes; 0 or 1 where a person marked it. */
  probabilities: number[];
  /** Whether each of them counts as present in the clustering. */
  present: boolean[];
  /** Indices of the attributes that a person marked. */
  marked: number[];
}

/** How the faces of a cluster differ most: the first principal components of their gray values. */
export interface FaceComponents {
  /** Of a component, in pixels; the crops are larger by a whole number. */
  size: CropSize;
  /**
   * `[components, size.height, size.width]`: what a standard deviation along a component adds to
   * the mean face, in the component's step.
   */
  values: Int8Array;
  /** Gray levels of a unit of each component's values. */
  steps: number[];
  /** Standard deviation of the faces along each component, in gray levels: Euclidean length. */
  deviations: number[];
  /** Share of the variance that each component explains, in [0, 1], in descending order. */
  explained: number[];
  /** Number of faces that they were computed from. */
  faces: number;
}

/** Most components of `FaceComponents`. */
export const MAX_COMPONENTS = 10;

/** How far apart two clusters are, in the space of the vectors that were clustered. */
export interface ClusterDistance {
  /** Euclidean distance of their means; null where one has no face that counts. */
  distance: number | null;
  /** Mean distance of each one's faces to its own mean; null where not known. */
  spreads: [number | null, number | null];
}

/** Pictures that summarize a cluster. */
export interface ClusterPictures {
  cluster: number;
  /** Number of faces that `eigenface` is the mean of; fewer than the cluster has in a preview. */
  faces: number;
  /** PNG of the mean face. */
  eigenface: Uint8Array;
  /** PNGs of the first principal components, in descending order of explained variance. */
  components: Uint8Array[];
  /** Share of the variance that each component explains, in [0, 1]. */
  explained: number[];
}
