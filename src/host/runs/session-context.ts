/** What all sessions share, and what they tell. */
import type { ClusterPictures } from '../../domain/faces';
import type { BundledModels } from '../../domain/networks';
import type { Progress } from '../../domain/progress';
import type { Settings } from '../../domain/settings';
import type { EngineClient } from '../../engine/client';

/** Dependencies shared by all sessions. */
export interface SessionContext {
  engine: EngineClient;
  bundled: BundledModels;
  /** Folder of the cache of all workspaces. */
  storeDir: string;
  /** The current settings. */
  settings: () => Settings;
  /** Whether the user trusts the workspace. */
  trusted: () => boolean;
  /** Receives details of a failure for developers. */
  log: (message: string) => void;
}

export interface SessionEvents {
  /** Any change except progress and pictures. */
  state: [];
  progress: [Progress | null];
  pictures: [ClusterPictures[]];
  /** The clusters were corrected or made anew. */
  changed: [];
  /** The user requested a run that was waiting for trust. */
  allowed: [];
}
