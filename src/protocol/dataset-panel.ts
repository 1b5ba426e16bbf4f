/** Calls of the data set view's page to the extension host. */
import * as z from 'zod';
import type {
  ExploreOptions,
  DatasetSummary,
  DatasetSample,
  SuspectedLabelErrors,
} from '../domain/dataset';
import type { Progress } from '../domain/progress';
import { MAX_TROUBLE } from './limits';

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
  labelErrors: SuspectedLabelErrors | null;
  /** Number of images in which label errors were looked for; null: not yet. */
  checked: number | null;
  /** Seed of the samples that were drawn last. */
  seed: number;
}

/** What the page learns by `watch`. */
export type DatasetEvent =
  { kind: 'state'; state: DatasetState } | { kind: 'progress'; progress: Progress | null };

const name = z.string().max(1000);
/** Longer than any system takes. */
const path = z.string().min(1).max(40_000);
const row = z.int().min(0).max(0x7fff_ffff);

/** Parameters of the page's calls. The host refuses all others. */
export const datasetParams = {
  watch: z.null(),
  samples: z.strictObject({
    partition: name.nullable(),
    attribute: name.nullable(),
    again: z.boolean(),
  }),
  options: z.strictObject({
    attributes: z.array(name).max(2000),
    dropZero: z.number().min(0).max(1),
  }),
  labelErrors: z.strictObject({ images: z.int().min(1).max(10_000_000) }),
  open: z.strictObject({ row }),
  weights: z.strictObject({ by: z.enum(['rare', 'common']) }),
  command: z.strictObject({
    command: z.enum(['cancel', 'save', 'retry', 'cluster', 'chooseLabels', 'labels', 'trust']),
  }),
  trouble: z.strictObject({ message: z.string().max(MAX_TROUBLE) }),
};

export type DatasetParams<Name extends keyof typeof datasetParams> = z.infer<
  (typeof datasetParams)[Name]
>;

/** Calls that request something to be done, without a result. The host shows why one fails. */
export type DatasetAction = Exclude<keyof typeof datasetParams, 'watch' | 'samples'>;

/** Calls of the page to the extension host. */
export type DatasetCalls = {
  [Name in DatasetAction]: { params: DatasetParams<Name>; result: undefined };
} & {
  /** Tells everything the page shows, now and when it changes. Ends with the page. */
  watch: { params: null; result: undefined; progress: DatasetEvent };
  /** Faces drawn at random; others than the last time where `again` is true. */
  samples: { params: DatasetParams<'samples'>; result: DatasetSample[] };
};

/** What the webview keeps across a reload of the window. */
export const datasetMementoSchema = z.object({
  folder: path,
  labels: path.optional(),
  attributes: z.array(name).max(2000),
  dropZero: z.number().min(0).max(1),
  /** Number of images in which label errors are looked for again. */
  checked: z.int().min(1).max(10_000_000).optional(),
});
export type DatasetMemento = z.infer<typeof datasetMementoSchema>;
