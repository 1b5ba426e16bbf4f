/** Data sets of labeled faces: their exploration, and labels that look wrong. */

/** 'labelled folder' is a folder of images with one table of labels. */
export type DatasetKind = 'CelebA' | 'LFW' | 'labelled folder';

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
  /** Rows with none of the attributes. */
  zeroRows: number;
  /** Used rows without an image; null where there are only labels. */
  missing: number | null;
  /** Used rows by partition. */
  partitions: Record<string, number>;
  /** `index`: column of the table; `frequency` in [0, 1]. */
  attributes: { index: number; name: string; frequency: number }[];
  samples: { image: string; partition: string | null; attributes: string[] }[];
}

/** A data set as its view shows it, without images. */
export interface DatasetSummary extends Omit<DatasetReport, 'samples'> {
  /** Every attribute of the table, in its order. */
  allAttributes: string[];
  /** Pearson correlation of two attributes, in [-1, 1], `[attributes, attributes]`. */
  correlation: number[];
  /** Share of the rows that have both attributes, in [0, 1], `[attributes, attributes]`. */
  together: number[];
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
  /** Faces whose label and inferred value differ: their number, and share in [0, 1]. */
  attributes: { name: string; wrong: number; share: number }[];
  /** The contradictions of which the model is most certain, in descending order. */
  surest: SuspectedLabelError[];
  /** Messages for the user. */
  notices: string[];
}
