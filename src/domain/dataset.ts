/** A data set of labelled faces. */

export type DatasetKind = 'CelebA' | 'LFW' | 'labelled folder';

export interface ExploreOptions {
  /** Attributes that are looked at, in this order; empty for all. */
  attributes: readonly string[];
  /** Attributes that are left out. */
  drop: readonly string[];
  /**
   * What becomes of rows that have none of the attributes: all kept (0), all dropped (1), or this
   * share of them dropped, drawn with the seed.
   */
  dropZero: number;
  seed: number;
}

/** What there is to know of a data set of labelled faces. */
export interface DatasetReport {
  kind: DatasetKind;
  /** Path of the table of labels. */
  labels: string;
  /** Folder of the images; null where there are labels only. */
  images: string | null;
  /** Rows of the table, and those that were used. */
  rows: number;
  used: number;
  /** Rows that have none of the attributes. */
  zeroRows: number;
  /** Used rows without an image; null where there are labels only. */
  missing: number | null;
  /** Used rows a partition. */
  partitions: Record<string, number>;
  /** `index`: column of the table; `frequency` in [0, 1]. */
  attributes: { index: number; name: string; frequency: number }[];
  samples: { image: string; partition: string | null; attributes: string[] }[];
}

/** What is looked at, and of which data set. */
export interface DatasetChoice {
  folder: string;
  /** Path of the table of labels; undefined to look for one. */
  labels: string | undefined;
  options: ExploreOptions;
}

/** A data set as the view shows it, but for its images. */
export interface DatasetSummary extends Omit<DatasetReport, 'samples'> {
  /** Every attribute of the table, in its order. */
  allAttributes: string[];
  /** `[attributes, attributes]`: Pearson's correlation, in [-1, 1]. */
  correlation: number[];
  /** `[attributes, attributes]`: share of the rows that have both, in [0, 1]. */
  together: number[];
}

/** A labelled image. */
export interface DatasetSample {
  /** Row of the table. */
  row: number;
  image: string;
  partition: string | null;
  /** Those it has, of the attributes looked at. */
  attributes: string[];
  /** JPEG; null where the image is missing or damaged. */
  jpeg: Uint8Array | null;
}

/** A label that the model contradicts. */
export interface SuspectedLabelError {
  row: number;
  image: string;
  attribute: string;
  /** What the table says, in [0, 1]. */
  label: number;
  /** What the model says, in [0, 1]. */
  probability: number;
  /** JPEG; null where it is not wanted, or the image is gone meanwhile. */
  jpeg: Uint8Array | null;
}

/** Labels against inferences. */
export interface SuspectedLabelErrors {
  /** Faces compared, and labelled images that show no face or cannot be used. */
  faces: number;
  skipped: number;
  /**
   * By attribute: share of the faces where label and inference differ, in [0, 1], and how many of
   * them.
   */
  attributes: { name: string; wrong: number; share: number }[];
  /** The surest contradictions first. */
  surest: SuspectedLabelError[];
  /** What went wrong and was got around, for people. */
  notices: string[];
}
