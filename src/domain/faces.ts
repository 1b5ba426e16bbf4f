/** Faces as they are shown. */

/**
 * Where the face lies in an image that is already cropped and aligned, as the network wants it
 * framed: in its 160×192 input the eyes lie near x = 62 and 97, y = 98, with hair and chin inside.
 */

/** A rectangle in pixels of the upright image; it may reach beyond the image's edges. */
export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** The network's input, in pixels. */
export interface CropSize {
  width: number;
  height: number;
}

/** A face as the panel shows it. */
export interface FaceCard {
  /** Row among the run's faces. */
  row: number;
  /** Path below its folder, for people. */
  image: string;
  /** 0-based index within its image. */
  face: number;
  /** JPEG of the aligned crop. */
  jpeg: Uint8Array;
  /** Probability of each of the model's attributes. */
  probabilities: number[];
}

/** A photo with its faces, to see one of them where it was taken. */
export interface PhotoView {
  /** Path below its folder, for people. */
  image: string;
  /** JPEG of the upright photo, reduced where it is large. */
  jpeg: Uint8Array;
  /** Size of the photo itself, upright, in pixels. */
  width: number;
  height: number;
  /** All its faces, the most prominent first. */
  faces: {
    row: number;
    /** Cluster it is in; null where there is none. */
    cluster: number | null;
    /** In [-1, 1]; null where it is not defined. */
    silhouette: number | null;
    /** In pixels of the photo; null where the image as a whole is the face. */
    box: Box | null;
    /** Confidence of the detector in [0, 1]; null where nothing was detected. */
    score: number | null;
    /** Probability of each of the model's attributes. */
    probabilities: number[];
  }[];
}

/** Pictures of a cluster as a whole. */
export interface ClusterPictures {
  cluster: number;
  /** PNG of the mean face. */
  eigenface: Uint8Array;
  /** PNGs of the first principal components, strongest first. */
  components: Uint8Array[];
  /** Share of the variance each component explains, in [0, 1]. */
  explained: number[];
}

/** A point; what its unit is, the place says. */
export interface Point {
  x: number;
  y: number;
}

/** A face as the detector places it, in pixels of the upright image. */
export interface LocatedFace {
  box: Box;
  /** Confidence of the detector in [0, 1]. */
  score: number;
  /** The one on the left of the upright face first. */
  eyes: [Point, Point];
  mouth: Point;
}
