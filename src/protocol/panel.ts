/** Calls of the clusters panel's page to the extension host. */
import * as z from 'zod';
import { type Clustering, FACE_ORDERS } from '../domain/clustering';
import type { Comparison } from '../domain/comparison';
import type {
  AlikeAnswer,
  ClusterDistance,
  CopiesAnswer,
  CopiesSummary,
  FaceAnswer,
  FaceCard,
  FaceComponents,
  PhotoView,
  TypicalFaces,
  ClusterPictures,
} from '../domain/faces';
import { MAX_SHEET_FACES, SHEET_FACE_WIDTHS } from '../domain/faces';
import { type FaceMap, MAX_CARDS } from '../domain/face-map';
import { type ClusteringDifference, keptIdSchema } from '../domain/kept-clusterings';
import type { Judgement } from '../domain/judgement';
import { correctionRequestSchema, LEFT_OUT_COPIES } from '../domain/corrections';
import { conditionsSchema, QUESTION_ORDERS } from '../domain/question';
import type { Progress } from '../domain/progress';
import type { Failure, FolderChanges, RunManifest } from '../domain/run';
import { someSettingsSchema, type SomeSettings } from '../domain/own-settings';
import type { ClusteringSettings } from '../domain/settings';
import { MAX_TROUBLE } from './limits';

/** Why there is nothing (new) to show. */
export interface PanelProblem {
  message: string;
  /** Whether trying again may help. */
  retry: boolean;
}

/** A setting of this run that hides the shared one. */
interface OwnSetting {
  /** In words, like its values. */
  name: string;
  here: string;
  elsewhere: string;
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
  /** Null until they are known, and where there are none. */
  copies: CopiesSummary | null;
  /** Agreement of the clusters with labels beside the images; null where there are none. */
  judgement: Judgement | null;
  /** Counts up with each clustering: faces and pictures of another one are stale. */
  generation: number;
  /** Cluster that is shown large, or null for the overview. */
  selected: number | null;
  /** Id of the kept clustering that the clusters are compared with; null for none. */
  earlier: string | null;
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
  /** The last change that was taken back, which can be made again; for people. */
  redo: string | null;
  /** Settings as they are now, for the controls of the toolbar. */
  settings: ClusteringSettings;
  /** Settings that are of this run alone; null for clusters of a file, of which all are. */
  own: {
    settings: OwnSetting[];
    /** What the others are shared by: all folders of the workspace, or of the user. */
    shared: 'workspace' | 'user';
    /** What of the stored own settings is ignored, and why. */
    problems: string[];
  } | null;
  /** Methods side by side, where they were compared. */
  comparison: Comparison | null;
}

/** What the page learns by `watch`; pictures come in parts, without those of components. */
export type PanelEvent =
  | { kind: 'state'; state: PanelState }
  | { kind: 'progress'; progress: Progress | null }
  | { kind: 'pictures'; generation: number; pictures: ClusterPictures[] }
  | { kind: 'act'; act: PanelAct };

/** What a key or command of VS Code asks of the page, which knows what is selected. */
export const PANEL_ACTS = ['find', 'mergeChosen', 'gatherSelected', 'notFaces'] as const;
export type PanelAct = (typeof PANEL_ACTS)[number];

/** What is done with the images or the chart of a cluster. */
export const CLUSTER_ACTIONS = ['copyPaths', 'copyImages', 'saveChart'] as const;

const row = z.int().min(0).max(0x7fff_ffff);
const attribute = z.string().min(1).max(1000);
const cluster = z.int().min(LEFT_OUT_COPIES).max(1_000_000);

/** Clustering settings to be changed together. */
export type SettingChanges = SomeSettings;

/** Parameters of the page's calls. The host refuses all others. */
export const panelParams = {
  watch: z.null(),
  faces: z.strictObject({
    cluster,
    order: z.enum(FACE_ORDERS),
    attribute: attribute.optional(),
    start: row,
    count: z.int().min(1).max(500),
    folded: z.boolean().optional(),
  }),
  typicalFaces: z.strictObject({
    cluster,
    count: z.int().min(1).max(MAX_SHEET_FACES),
    width: z.literal(SHEET_FACE_WIDTHS),
  }),
  copies: z.strictObject({ start: row, count: z.int().min(1).max(100) }),
  ask: z.strictObject({
    conditions: conditionsSchema,
    order: z.enum(QUESTION_ORDERS),
    start: row,
    count: z.int().min(1).max(500),
    folded: z.boolean().optional(),
  }),
  correct: z.strictObject({ request: correctionRequestSchema }),
  photo: z.strictObject({ row }),
  alike: z.strictObject({ row, count: z.int().min(1).max(50) }),
  faceCards: z.strictObject({ rows: z.array(row).min(1).max(MAX_CARDS) }),
  difference: z.strictObject({ id: keptIdSchema }),
  /** Compares with a kept clustering; null: ends that. */
  changes: z.strictObject({ id: keptIdSchema.nullable() }),
  places: z.null(),
  arrangedPlaces: z.null(),
  attributeValues: z.strictObject({ attribute }),
  faceComponents: z.strictObject({ cluster }),
  componentPictures: z.strictObject({ cluster }),
  clusterDistance: z.strictObject({ clusters: z.tuple([cluster, cluster]) }),
  open: z.strictObject({ row, beside: z.boolean() }),
  select: z.strictObject({ cluster: cluster.nullable() }),
  /** Asks for the note of a cluster. */
  note: z.strictObject({ cluster }),
  /** Asks for the color of a cluster. */
  color: z.strictObject({ cluster }),
  /** Copies the images of faces into a folder that the user chooses. */
  copyFaces: z.strictObject({ rows: z.array(row).min(1).max(1_000_000) }),
  images: z.strictObject({ cluster, action: z.enum(CLUSTER_ACTIONS) }),
  settings: z.strictObject({ changes: someSettingsSchema }),
  /** Clusters by other settings, which are not changed. */
  preview: z.strictObject({ changes: someSettingsSchema }),
  command: z.strictObject({
    command: z.enum([
      'compare',
      'hideComparison',
      'saveComparison',
      'cancel',
      'retry',
      'keptClusterings',
      'rerun',
      'undo',
      'redo',
      'attributes',
      'settings',
      'useForAll',
      'dropOwn',
      'export',
      'copyAllImages',
      'writeSidecars',
      'failures',
      'faceless',
      'engineLog',
      'trust',
    ]),
  }),
  trouble: z.strictObject({ message: z.string().max(MAX_TROUBLE) }),
};

export type PanelParams<Name extends keyof typeof panelParams> = z.infer<
  (typeof panelParams)[Name]
>;

/** Calls that request something to be done, without a result. The host shows why one fails. */
export type PanelAction = Exclude<keyof typeof panelParams, 'watch' | PanelQuery>;

/** Calls whose results the page shows, and why they fail. */
export const PANEL_QUERIES = [
  'faces',
  'typicalFaces',
  'copies',
  'ask',
  'photo',
  'alike',
  'faceCards',
  'difference',
  'places',
  'arrangedPlaces',
  'attributeValues',
  'faceComponents',
  'componentPictures',
  'clusterDistance',
] as const;
type PanelQuery = (typeof PANEL_QUERIES)[number];

/** Calls of the page to the extension host. */
export type PanelCalls = {
  [Name in PanelAction]: { params: PanelParams<Name>; result: undefined };
} & {
  /** Tells everything the page shows, now and when it changes. Ends with the page. */
  watch: { params: null; result: undefined; progress: PanelEvent };
  /** A part of a cluster's faces in the given order. */
  faces: { params: PanelParams<'faces'>; result: FaceAnswer };
  /** The most typical faces of a cluster on a sheet, with copies left out. */
  typicalFaces: { params: PanelParams<'typicalFaces'>; result: TypicalFaces };
  /** The copies among the faces, and some groups of them; null where they are not known yet. */
  copies: { params: PanelParams<'copies'>; result: CopiesAnswer | null };
  /** A part of the faces that meet conditions. */
  ask: { params: PanelParams<'ask'>; result: FaceAnswer };
  /** The photo of a face, with all its faces. */
  photo: { params: PanelParams<'photo'>; result: PhotoView };
  /** The other faces that are most alike to one, the nearest first. */
  alike: { params: PanelParams<'alike'>; result: AlikeAnswer };
  /** Faces by their rows, in the given order. */
  faceCards: { params: PanelParams<'faceCards'>; result: FaceCard[] };
  /** How the clusters differ from those that are kept. */
  difference: { params: PanelParams<'difference'>; result: ClusteringDifference };
  /** The map of all faces: the one that was kept, or one by principal components. */
  places: { params: null; result: FaceMap };
  /** Arranges all faces so that those alike lie together, which takes seconds. */
  arrangedPlaces: { params: null; result: FaceMap };
  /** Probability of an attribute of each face, by its row: 0 to 255 stand for 0 to 1. */
  attributeValues: { params: PanelParams<'attributeValues'>; result: Uint8Array };
  /** The leading principal components of the faces of a cluster. */
  faceComponents: { params: PanelParams<'faceComponents'>; result: FaceComponents };
  /** PNGs of a cluster's components; none until they are made. */
  componentPictures: { params: PanelParams<'componentPictures'>; result: Uint8Array[] };
  /** How far apart two clusters are. */
  clusterDistance: { params: PanelParams<'clusterDistance'>; result: ClusterDistance };
};

/** Orders of the clusters in the overview. */
const CLUSTER_ORDERS = ['size', 'name', 'silhouette', 'mine'] as const;

/** How the overview shows the clusters. */
export const overviewSchema = z.object({
  search: z.string().max(10_000),
  order: z.enum(CLUSTER_ORDERS),
  compact: z.boolean(),
  showsMap: z.boolean(),
});
export type OverviewView = z.infer<typeof overviewSchema>;

/** What the webview keeps across a reload of the window. */
export const panelMementoSchema = z.object({
  runId: z.string().regex(/^[\w-]{1,80}$/),
  selected: cluster.nullable(),
  /** Width of the faces in grids, in pixels. */
  faceWidth: z.number().optional(),
  overview: overviewSchema.optional().catch(undefined),
});
export type PanelMemento = z.infer<typeof panelMementoSchema>;
