/** Messages between the extension host and the webview of the data set view. */
import * as z from 'zod';
import type {
  ExploreOptions,
  DatasetSummary,
  DatasetSample,
  SuspectedLabelErrors,
} from '../domain/dataset';
import type { Progress } from '../domain/progress';

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
  contradictions: SuspectedLabelErrors | null;
  /** Seed of the samples that were drawn last. */
  seed: number;
}

export type DatasetHostMessage =
  | { kind: 'state'; state: DatasetState }
  | { kind: 'progress'; progress: Progress | null }
  | { kind: 'samples'; samples: DatasetSample[] };

const name = z.string().max(1000);
/** Longer than any system takes. */
const path = z.string().min(1).max(40_000);
const row = z.int().min(0).max(0x7fff_ffff);

/** Messages of the webview; anything else is refused. */
export const datasetMessageSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('ready') }),
  z.strictObject({
    kind: z.literal('options'),
    attributes: z.array(name).max(2000),
    dropZero: z.number().min(0).max(1),
  }),
  z.strictObject({
    kind: z.literal('samples'),
    partition: name.nullable(),
    attribute: name.nullable(),
    again: z.boolean(),
  }),
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
