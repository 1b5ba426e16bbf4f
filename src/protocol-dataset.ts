/** Messages of the data set view: its calls to the engine, and host ↔ webview. */
import * as z from 'zod';
import type { ExploreOptions } from './datasets/explore';
import type { BundledModels } from './networks/providers';
import type { DatasetReport, Progress } from './protocol';
import type { AnalysisSettings } from './settings/settings';

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
export interface Contradiction {
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
export interface Contradictions {
  /** Faces compared, and labelled images that show no face or cannot be used. */
  faces: number;
  skipped: number;
  /** By attribute: share of the faces where label and inference differ, in [0, 1], and how many of them. */
  attributes: { name: string; wrong: number; share: number }[];
  /** The surest contradictions first. */
  surest: Contradiction[];
  /** What went wrong and was got around, for people. */
  notices: string[];
}

export interface DatasetCalls {
  /** Reads a data set and counts; reads no image. */
  exploreDataset: { params: DatasetChoice; result: DatasetSummary };
  /** Labelled images drawn with a seed. */
  datasetSamples: {
    params: DatasetChoice & {
      count: number;
      seed: number;
      /** Only of this partition, or with this attribute; null for any. */
      partition: string | null;
      attribute: string | null;
    };
    result: DatasetSample[];
  };
  /** Where the image of a row lies. */
  datasetImage: { params: DatasetChoice & { row: number }; result: { path: string } };
  /** Infers the attributes of labelled images, and finds labels the model is sure to be wrong. */
  contradictions: {
    params: DatasetChoice & {
      /** Images that are looked at, drawn with the seed. */
      images: number;
      /** Contradictions wanted. */
      most: number;
      /** Whether their images are wanted too. */
      pictures: boolean;
      settings: AnalysisSettings;
      bundled: BundledModels;
      storeDir: string | null;
    };
    result: Contradictions;
  };
}

// --------------------------------------------------------------------------------------------------------- host ↔ webview

export interface DatasetState {
  title: string;
  /** Whether nothing is read before the workspace is trusted. */
  waits: boolean;
  /** What is kept across a reload of the window. */
  folder: string;
  labels: string | undefined;
  summary: DatasetSummary | null;
  options: ExploreOptions;
  progress: Progress | null;
  problem: string | null;
  contradictions: Contradictions | null;
  /** Seed of the samples that were drawn last. */
  seed: number;
}

export type DatasetHostMessage =
  { kind: 'state'; state: DatasetState } | { kind: 'progress'; progress: Progress | null } | { kind: 'samples'; samples: DatasetSample[] };

const name = z.string().max(1000);
/** Longer than any system takes. */
const path = z.string().min(1).max(40_000);
const row = z.int().min(0).max(0x7fff_ffff);

/** Messages of the webview; anything else is refused. */
export const datasetMessageSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('ready') }),
  z.strictObject({ kind: z.literal('options'), attributes: z.array(name).max(2000), dropZero: z.number().min(0).max(1) }),
  z.strictObject({ kind: z.literal('samples'), partition: name.nullable(), attribute: name.nullable(), again: z.boolean() }),
  z.strictObject({ kind: z.literal('contradictions'), images: z.int().min(1).max(10_000_000) }),
  z.strictObject({ kind: z.literal('open'), row }),
  z.strictObject({ kind: z.literal('weights'), by: z.enum(['rare', 'common']) }),
  z.strictObject({
    kind: z.literal('command'),
    command: z.enum(['cancel', 'save', 'retry', 'cluster', 'chooseLabels', 'labels', 'trust']),
  }),
  z.strictObject({ kind: z.literal('trouble'), message: z.string().max(2000) }),
]);

export type DatasetMessage = z.infer<typeof datasetMessageSchema>;

/** What the webview keeps across a reload of the window. */
export const datasetMementoSchema = z.object({
  folder: path,
  labels: path.optional(),
  attributes: z.array(name).max(2000),
  dropZero: z.number().min(0).max(1),
});
export type DatasetMemento = z.infer<typeof datasetMementoSchema>;
