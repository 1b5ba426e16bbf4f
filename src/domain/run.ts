/** A run: the faces found in folders, and how they were found. */
import type { ProviderTrial } from './networks';
import type { AnalysisSettings } from './settings';

/** A file or folder that could not be used, and why. */
export interface Failure {
  image: string;
  reason: string;
}

/** How faces were found, for people. */
export interface DetectionDecision {
  searched: boolean;
  reason: string;
}

/** How the folders of a run differ from what they were; null where that is not known. */
export type FolderChanges = { added: number; changed: number; removed: number } | null;

/**
 * A finished look at some folders: what was found and how, without its clusters. Kept as run.json.
 */
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
  /**
   * Probability from which each counts as present, so that both of its values are recognised
   * equally well; where the model says.
   */
  thresholds?: number[] | undefined;
  provider: string;
  /** Why this execution provider. */
  trials: ProviderTrial[];
  /** How faces were found. */
  detection: DetectionDecision;
  images: { found: number; read: number; failed: number; withoutFace: number };
  /**
   * Images that were known from earlier runs and not read again; undefined in runs of older
   * versions, as are the notices.
   */
  known?: number;
  /** What went wrong and was got around. */
  notices?: string[];
  /**
   * What the faces were found and described with, and a token the store has as well; undefined
   * where that is not to be taken again.
   */
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
