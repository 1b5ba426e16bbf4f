/** Data sets of labeled faces: their exploration, and labels that look wrong. */

/**
 * 'labelled folder' is a folder of images with one table of labels; 'class folders' are images in
 * folders named after what they show.
 */
export type DatasetKind =
  | 'CelebA'
  | 'CelebAMask-HQ'
  | 'LFW'
  | 'MAAD-Face'
  | 'FairFace'
  | 'UTKFace'
  | 'FFHQ'
  | 'Hugging Face'
  | 'labelled folder'
  | 'class folders';

export interface ExploreOptions {
  /** Attributes to explore, in this order; empty for all. */
  attributes: readonly string[];
  /** Attributes to leave out. */
  drop: readonly string[];
  /** Share of the rows with none of the attributes that is dropped at random, in [0, 1]. */
  dropZero: number;
  seed: number;
}

/** A data set, and what of it is explored. */
export interface DatasetChoice {
  folder: string;
  /** Path of the table of labels; undefined to look for one. */
  labels: string | undefined;
  options: ExploreOptions;
}

/** Results of the exploration of a data set. */
export interface DatasetReport {
  kind: DatasetKind;
  /** Path of the table of labels. */
  labels: string;
  /** Folder of the images; null where there are only labels. */
  images: string | null;
  /** Rows of the table. */
  rows: number;
  /** Rows that were not dropped. */
  used: number;
  /** Rows with none of the attributes, all of which are defined. */
  zeroRows: number;
  /** Used rows without an image; null where there are only labels. */
  missing: number | null;
  /** Used rows by partition. */
  partitions: Record<string, number>;
  /**
   * `index`: position among the table's attributes; `frequency` in [0, 1], of the used rows in
   * which it is defined, whose number is `labeled`.
   */
  attributes: { index: number; name: string; frequency: number; labeled: number }[];
  /** Categories: attributes of which an image has at most one. */
  groups: { name: string; attributes: string[] }[];
  samples: { image: string; partition: string | null; attributes: string[] }[];
  /** What of the labels was left out or interpreted, for people. */
  notices: string[];
}

/** A data set as its view shows it, without images. */
export interface DatasetSummary extends Omit<DatasetReport, 'samples'> {
  /** Every attribute of the table, in its order. */
  allAttributes: string[];
  /** Pearson correlation of two attributes, in [-1, 1], `[attributes, attributes]`. */
  correlation: number[];
  /** Share of the rows with both labels that have both, in [0, 1], `[attributes, attributes]`. */
  together: number[];
}

/** The labels of a data set, as one plain table. */
export interface WrittenLabels {
  kind: DatasetKind;
  rows: number;
  attributes: string[];
  /** Rows with an image; null where there are only labels. */
  images: number | null;
  /** What of the labels was left out or interpreted, for people. */
  notices: string[];
}

/** A labeled image. */
export interface DatasetSample {
  /** Row of the table. */
  row: number;
  image: string;
  partition: string | null;
  /** Explored attributes that it has. */
  attributes: string[];
  /** JPEG; null where the image is missing or damaged. */
  jpeg: Uint8Array | null;
}

/** A label that contradicts the model. */
export interface SuspectedLabelError {
  row: number;
  image: string;
  attribute: string;
  /** Value in the table, in [0, 1]. */
  label: number;
  /** Inferred value, in [0, 1]. */
  probability: number;
  /** JPEG; null where it was not requested, or the image is missing. */
  jpeg: Uint8Array | null;
}

/** Comparison of labels with inferred attributes. */
export interface SuspectedLabelErrors {
  /** Number of compared faces. */
  faces: number;
  /** Labeled images without a face, or that cannot be used. */
  skipped: number;
  /** Faces whose label and inferred value differ: their number, and share of `labeled` faces. */
  attributes: { name: string; wrong: number; labeled: number; share: number }[];
  /** The contradictions of which the model is most certain, in descending order. */
  surest: SuspectedLabelError[];
  /** Messages for the user. */
  notices: string[];
}
