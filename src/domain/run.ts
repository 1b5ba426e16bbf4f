/** A run: the analysis of some folders, without its clusterings. */
import type { ProviderTrial } from './networks';
import type { AnalysisSettings } from './settings';

/** A file or folder that could not be used, and why. */
export interface Failure {
  image: string;
  reason: string;
}

/**
 * What a user may want to know of how an image was read: `pages`, of several pages or frames one
 * was read; `scaled`, values were scaled by their range; `alpha`, it is transparent everywhere, and
 * its transparency was ignored; `preview`, of a raw file of a camera its preview was read.
 */
export const REMARKS = ['pages', 'scaled', 'alpha', 'preview'] as const;
export type Remark = (typeof REMARKS)[number];

/** Remarks on an image: the number of further pages, 1 for the others. */
export type Remarks = Partial<Record<Remark, number>>;

/** Remarks on the images of a run. */
export type RemarkCounts = Partial<
  Record<
    Remark,
    {
      images: number;
      /** Sum of the images' numbers. */
      total: number;
      /** Name of the first image. */
      first: string;
    }
  >
>;

/** What the scan of the folders left out. */
export interface LeftOut {
  /** Files of kinds that are not read, by kind. */
  unread: Record<string, number>;
  /** Hidden images, among them the resource forks of macOS (`._a.jpg`). */
  hidden: number;
  /** Folders left out by their names, with the names of the first. */
  folders: { count: number; names: string[] };
  /** Images that this program wrote: the pictures of its exports. */
  exported: number;
  /** Images that the settings leave out; those in excluded folders are not counted. */
  excluded: number;
  /** Further names, by links, of images that are read. */
  links: number;
}

/** Whether faces were searched for. */
export interface DetectionDecision {
  /** False where every image was taken as one aligned face. */
  searched: boolean;
  /** For the user. */
  reason: string;
  /** Images that were taken as aligned crops; undefined in runs of older versions. */
  crops?: number;
}

/** Number of images that changed since the run; null where unknown. */
export type FolderChanges = { added: number; changed: number; removed: number } | null;

/** A completed analysis of some folders. Stored as run.json. */
export interface RunManifest {
  version: number;
  id: string;
  /** ISO 8601. */
  createdAt: string;
  /** Absolute paths of the folders. */
  folders: string[];
  /** The file that the run was opened from, maybe on another machine than that of its photos. */
  file?: string;
  settings: AnalysisSettings;
  /** Path of the ONNX file. */
  model: string;
  /** SHA-256 of that file; undefined in runs of older versions. */
  modelSha256?: string;
  /** The network whose embeddings the faces have; undefined where they have those of `model`. */
  embeddings?: { model: string; modelSha256: string } | undefined;
  /** Names of the model's outputs, in order. */
  modelAttributes: string[];
  /**
   * Probability from which each attribute counts as present, so that both of its values are
   * recognized equally well; undefined where the model has no thresholds.
   */
  thresholds?: number[] | undefined;
  /**
   * Columns of attributes that exclude each other, a list for each group: the most probable counts
   * as present. Undefined in runs of older versions.
   */
  groups?: number[][];
  /** Execution provider. */
  provider: string;
  /** The execution providers that were tried. */
  trials: ProviderTrial[];
  detection: DetectionDecision;
  images: { found: number; read: number; failed: number; withoutFace: number };
  /** Images whose results came from the cache; undefined in runs of older versions. */
  known?: number;
  /** Messages for the user; undefined in runs of older versions. */
  notices?: string[];
  /**
   * Keys of the detector and the model, and a token that the store also holds; undefined where the
   * run must not be reused.
   */
  made?: { finder: string; model: string; token: string };
  /** Undefined in runs of older versions. */
  leftOut?: LeftOut;
  /** Undefined in runs of older versions. */
  remarks?: RemarkCounts;
  failures: Failure[];
  /** Images without a face. */
  faceless: string[];
  faces: number;
  /** Size of the stored crops, in pixels. */
  crop: { width: number; height: number };
  /** Seconds by stage. */
  timing: Record<string, number>;
}
