/**
 * Every message between the programs, in both directions: host or command line ↔ engine, and host ↔ webview.
 * Imported by all of them; holds types, and the checks of what comes from the webview.
 */
import * as z from 'zod';
import type { Candidate } from './clustering/choices';
import type { Merge } from './clustering/grouping';
import type { Evaluation } from './datasets/evaluation';
import type { ExploreOptions } from './datasets/explore';
import type { DatasetKind } from './datasets/recognise';
import type { Detection } from './faces/choose-detection';
import type { Box } from './faces/framing';
import type { Failure } from './images/scan-folders';
import type { BundledModels, ProviderTrial } from './networks/providers';
import type { DatasetCalls } from './protocol-dataset';
import { type AnalysisSettings, type ClusteringSettings, clusteringSettingsSchema } from './settings/settings';
import { own } from './util/own';
import type { Written } from './util/output-folder';

// ---------------------------------------------------------------------------------------------------------------- results

/** How the folders of a run differ from what they were; null where that is not known. */
export type FolderChanges = { added: number; changed: number; removed: number } | null;

/** A finished look at some folders: what was found and how, without its clusters. Kept as run.json. */
export interface RunManifest {
  version: number;
  id: string;
  /** ISO 8601. */
  createdAt: string;
  /** Absolute paths of the folders. */
  folders: string[];
  settings: AnalysisSettings;
  /** Path of the ONNX file. */
  model: string;
  /** Names of the model's outputs, in order. */
  modelAttributes: string[];
  /** Probability from which each counts as present, so that both of its values are recognised equally well; where the model says. */
  thresholds?: number[] | undefined;
  provider: string;
  /** Why this execution provider. */
  trials: ProviderTrial[];
  /** How faces were found. */
  detection: Detection;
  images: { found: number; read: number; failed: number; withoutFace: number };
  /** Images that were known from earlier runs and not read again; undefined in runs of older versions, as are the notices. */
  known?: number;
  /** What went wrong and was got around. */
  notices?: string[];
  /** What the faces were found and described with, and a token the store has as well; undefined where that is not to be taken again. */
  made?: { finder: string; model: string; token: string };
  failures: Failure[];
  /** Images that were read and hold no face. */
  faceless: string[];
  faces: number;
  /** Size of the kept crops, in pixels. */
  crop: { width: number; height: number };
  /** Seconds by stage. */
  timing: Record<string, number>;
}

/** How often attributes occur, in [0, 1]. */
export type Occurrences = Record<string, number>;

export interface ClusterSummary {
  /** 0 is the largest cluster; -1 is noise. */
  id: number;
  size: number;
  /** Mean silhouette of its faces, in [-1, 1]; null where undefined. */
  silhouette: number | null;
  /** Of the attributes the faces were clustered by. */
  occurrences: Occurrences;
  /** Of the model's other attributes. */
  otherOccurrences: Occurrences;
  /** Attributes almost every face of the cluster has, the most telling first. */
  prominent: string[];
  /** Attributes the cluster is divided about. */
  noisy: string[];
  /** Row of the face with the smallest sum of distances to the others. */
  medoid: number;
}

/** A clustering of a run's faces. Kept as clustering.json. */
export interface Clustering {
  version: number;
  settings: ClusteringSettings;
  /** Attributes the faces were compared by, with their weights. */
  weights: Record<string, number>;
  faces: number;
  /** Distinct vectors among them. */
  distinct: number;
  /** Mean over all faces, in [-1, 1]; null where undefined. */
  silhouette: number | null;
  /** Sum over all faces of the squared distance to their cluster's mean. */
  inertia: number;
  /** Null where undefined. */
  daviesBouldin: number | null;
  calinskiHarabasz: number | null;
  /** Of hierarchical methods, how the clusters would be merged further: ids below the number of clusters are clusters, the others merges. */
  tree: Merge[] | null;
  clusters: ClusterSummary[];
  /** Occurrences among all faces, of all the model's attributes. */
  overall: Occurrences;
  /** With `clusters: auto`, what was tried. */
  curve: Candidate[] | null;
  /** How much it agrees with the clustering of these faces that was there before; null for the first. */
  agreement: { adjustedRand: number; normalisedMutualInformation: number } | null;
  /** What the user should know: fewer clusters than asked for, and why. */
  notices: string[];
  /** Seconds by step. */
  timing: Record<string, number>;
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

export interface CompareParams {
  methods: ClusteringSettings['method'][];
  /** Numbers of clusters, both included. */
  from: number;
  to: number;
  settings: ClusteringSettings;
  /** Folder comparison.csv and comparison.svg are written to. */
  outDir: string | undefined;
  /** Whether files there are replaced that are not the program's own. */
  overwrite?: boolean;
}

/** A grouping in a comparison. */
export interface ComparisonPoint {
  method: ClusteringSettings['method'];
  /** Number asked for; null where the method finds it. */
  k: number | null;
  /** Clusters found, noise not counted. */
  clusters: number;
  /** Faces that are noise. */
  noise: number;
  /** Exact, over all faces compared, noise counting as a cluster; null where undefined. */
  silhouette: number | null;
  seconds: number;
}

/** Methods side by side. Kept as comparison.json. */
export interface Comparison {
  version: number;
  settings: ClusteringSettings;
  methods: ClusteringSettings['method'][];
  from: number;
  to: number;
  /** Faces compared. */
  faces: number;
  distinct: number;
  points: ComparisonPoint[];
  notices: string[];
  /** Wall-clock time of all of it. */
  seconds: number;
}

/**
 * Orders of a cluster's faces: by the sum of their distances to the others, the smallest first or the largest; by their silhouette, the smallest first,
 * so that those come first which are as near to another cluster.
 */
export const FACE_ORDERS = ['typical', 'untypical', 'silhouette'] as const;
export type FaceOrder = (typeof FACE_ORDERS)[number];

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

// ----------------------------------------------------------------------------------------------------- host or cli ↔ engine

export type Stage = 'scan' | 'infer' | 'cluster' | 'compare' | 'summarise' | 'export' | 'copy';

export interface Progress {
  stage: Stage;
  done: number;
  /** 0 while it is not known. */
  total: number;
  failed: number;
}

/** What the engine can be asked, with parameters and result. */
export interface EngineCalls extends DatasetCalls {
  /** Finds and describes the faces of folders; keeps them in `runDir`. */
  analyse: {
    params: {
      runDir: string;
      id: string;
      folders: string[];
      settings: AnalysisSettings;
      bundled: BundledModels;
      /** Folder of what is kept between runs; null where nothing is to be kept. */
      storeDir: string | null;
    };
    result: RunManifest;
  };
  /** Compares the folders of a run with what they were when it was made. Reads no image. */
  changes: { params: { runDir: string }; result: FolderChanges };
  /** What the store takes. */
  storeSize: { params: { storeDir: string }; result: { bytes: number; images: number } };
  /** Forgets what is kept between runs; runs stay. */
  clearStore: { params: { storeDir: string }; result: { bytes: number } };
  /** Clusters the faces of a run. Infers nothing. */
  cluster: { params: { runDir: string; settings: ClusteringSettings }; result: Clustering };
  /** Makes the pictures of every cluster of a run, or of some. */
  pictures: { params: { runDir: string }; result: ClusterPictures[] };
  /** Faces of a cluster, in an order. */
  page: { params: { runDir: string; cluster: number; order: FaceOrder; start: number; count: number }; result: FaceCard[] };
  /** The photo of a face. */
  photo: { params: { runDir: string; row: number }; result: PhotoView };
  /** Where the image of a face lies. */
  locate: { params: { runDir: string; row: number }; result: { path: string; name: string } };
  /** Where the images of a cluster lie, each once, those of the most typical faces first. */
  clusterPaths: { params: { runDir: string; cluster: number }; result: string[] };
  /** Copies the images of a cluster into a folder; replaces nothing there. */
  copyImages: {
    params: { runDir: string; cluster: number; outDir: string };
    /** `there`: images the folder held already; `folder`: where the copies lie, another path than `outDir` if that is a link. */
    result: { copied: number; there: number; failures: Failure[]; folder: string };
  };
  /**
   * Writes a run and its clustering as files, as the command line does. Where files are in the way that are not the program's own, and
   * `overwrite` is not set, nothing is written.
   */
  export: { params: { runDir: string; outDir: string; reportScript: string; overwrite?: boolean }; result: Written };
  /** Clusters ready attribute vectors. */
  vectors: {
    params: { file: string; settings: ClusteringSettings; limit: number; sample: number; outDir: string; overwrite?: boolean };
    result: { clustering: Clustering; images: number; kept: string[] };
  };
  /** Groups the faces of a run by several methods into every number of clusters; keeps the comparison with the run. */
  compare: { params: CompareParams & { runDir: string }; result: Comparison };
  /** The same of ready attribute vectors; with `outDir` undefined nothing is written. */
  compareVectors: { params: CompareParams & { file: string; limit: number; sample: number }; result: Comparison };
  /** Explores a data set of labelled faces; writes tables and charts into `outDir`. */
  dataset: {
    params: {
      folder: string;
      labels: string | undefined;
      options: ExploreOptions;
      /** Samples a partition. */
      samples: number;
      outDir: string;
      /** Whether files there are replaced that are not the program's own. */
      overwrite?: boolean;
    };
    result: DatasetReport;
  };
  /** Opens a network file, to see that it can be used and what it is. */
  model: { params: { file: string }; result: { attributes: string[]; crop: { width: number; height: number } } };
  /** Compares inferred attributes with labels. */
  evaluate: {
    params: {
      folder: string;
      labels: string;
      split: string;
      settings: AnalysisSettings;
      bundled: BundledModels;
      /** Faces that are made small and blurred, to see what the network makes of it. */
      degraded: number;
    };
    result: Evaluation;
  };
}

export type EngineCall = keyof EngineCalls;

// --------------------------------------------------------------------------------------------------------- host ↔ webview

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
  /** Settings that differ from those the run was made with, by name: the run is to be made anew to follow them. */
  stale: string[];
  /** How the folders differ from what they were when they were described; null where that is not known. */
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
  .refine((changes) => Object.entries(changes).every(([name, value]) => own(clusteringSchemas, name)?.safeParse(value).success === true), {
    message: 'expected clustering settings, each within its bounds',
  })
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
  z.strictObject({ kind: z.literal('images'), cluster, action: z.enum(['copyPaths', 'copyImages']) }),
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
export const panelMementoSchema = z.object({ runId: z.string().regex(/^[\w-]{1,80}$/), selected: cluster.nullable() });
export type PanelMemento = z.infer<typeof panelMementoSchema>;
