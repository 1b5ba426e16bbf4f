/**
 * Messages between the extension host and the webview of the clusters panel. Those of the webview
 * are checked against schemas.
 */
import * as z from 'zod';
import { type Clustering, FACE_ORDERS } from '../domain/clustering';
import type { Comparison } from '../domain/comparison';
import type { FaceCard, PhotoView, ClusterPictures } from '../domain/faces';
import type { Progress } from '../domain/progress';
import type { Failure, FolderChanges, RunManifest } from '../domain/run';
import { type ClusteringSettings, clusteringSettingsSchema } from '../domain/settings';
import { own } from '../util/own';

/** Why there is nothing (new) to show. */
export interface PanelProblem {
  message: string;
  /** Whether trying again may help. */
  retry: boolean;
}

/** All the panel shows, but for faces and pictures, which it asks for. */
export interface PanelState {
  title: string;
  /** Whether nothing is shown or started before the workspace is trusted. */
  waits: boolean;
  run: Omit<RunManifest, 'failures' | 'faceless'> | null;
  /** The first failures; their whole number is `run.images.failed`. */
  failures: Failure[];
  /** The first images without a face; their whole number is `run.images.withoutFace`. */
  faceless: string[];
  clustering: Clustering | null;
  /** Counts up with each clustering: faces and pictures of another one are stale. */
  generation: number;
  /** Cluster that is shown large, or null for the overview. */
  selected: number | null;
  progress: Progress | null;
  problem: PanelProblem | null;
  /**
   * Settings that differ from those the run was made with, by name: the run is to be made anew to
   * follow them.
   */
  stale: string[];
  /**
   * How the folders differ from what they were when they were described; null where that is not
   * known.
   */
  changes: FolderChanges;
  /** Settings out of their bounds, which took their default. */
  settingProblems: string[];
  /** The last change made here, which can be taken back; for people. */
  undo: string | null;
  /** Settings as they are now, for the controls of the toolbar. */
  settings: ClusteringSettings;
  /** Methods side by side, where they were compared. */
  comparison: Comparison | null;
}

export type HostMessage =
  | { kind: 'state'; state: PanelState }
  | { kind: 'progress'; progress: Progress | null }
  | { kind: 'faces'; request: number; faces: FaceCard[] }
  | { kind: 'photo'; request: number; photo: PhotoView }
  | { kind: 'pictures'; generation: number; pictures: ClusterPictures[] }
  | { kind: 'requestFailed'; request: number; message: string };

const row = z.int().min(0).max(0x7fff_ffff);
const cluster = z.int().min(-1).max(100_000);

/** Clustering settings to be changed together. */
export type SettingChanges = Partial<ClusteringSettings>;

const clusteringSchemas: Readonly<Record<string, z.ZodType>> = clusteringSettingsSchema.shape;
const changesSchema = z
  .record(z.string(), z.unknown())
  .refine(
    (changes) =>
      Object.entries(changes).every(
        ([name, value]) => own(clusteringSchemas, name)?.safeParse(value).success === true,
      ),
    {
      message: 'expected clustering settings, each within its bounds',
    },
  )
  .transform((changes) => changes as SettingChanges);

/** Messages of the webview; anything else is refused. */
export const webviewMessageSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('ready') }),
  z.strictObject({
    kind: z.literal('faces'),
    request: row,
    cluster,
    order: z.enum(FACE_ORDERS),
    start: row,
    count: z.int().min(1).max(500),
  }),
  z.strictObject({ kind: z.literal('photo'), request: row, row }),
  z.strictObject({ kind: z.literal('open'), row, beside: z.boolean() }),
  z.strictObject({ kind: z.literal('select'), cluster: cluster.nullable() }),
  z.strictObject({
    kind: z.literal('images'),
    cluster,
    action: z.enum(['copyPaths', 'copyImages']),
  }),
  z.strictObject({ kind: z.literal('settings'), changes: changesSchema }),
  z.strictObject({
    kind: z.literal('command'),
    command: z.enum([
      'compare',
      'hideComparison',
      'saveComparison',
      'cancel',
      'retry',
      'rerun',
      'undo',
      'attributes',
      'settings',
      'export',
      'failures',
      'faceless',
      'engineLog',
      'trust',
    ]),
  }),
  z.strictObject({ kind: z.literal('trouble'), message: z.string().max(2000) }),
]);

export type WebviewMessage = z.infer<typeof webviewMessageSchema>;

/** What the webview keeps across a reload of the window. */
export const panelMementoSchema = z.object({
  runId: z.string().regex(/^[\w-]{1,80}$/),
  selected: cluster.nullable(),
});
export type PanelMemento = z.infer<typeof panelMementoSchema>;
