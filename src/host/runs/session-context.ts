/** What all sessions share. */
import type { BundledModels } from '../../domain/networks';
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
