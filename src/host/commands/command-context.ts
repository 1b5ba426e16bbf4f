/** Dependencies shared by the commands. */
import type { EngineClient } from '../../engine/client';
import type { Log } from '../outlets';
import type { Panels } from '../panels/panels';
import type { RunLibrary } from '../runs/run-library';
import type { SettingHistory } from '../settings/setting-history';
import type { Node } from '../side-panel/run-tree';

export interface CommandContext {
  library: RunLibrary;
  /** Resolves when the stored runs are listed. */
  loaded: Promise<void>;
  panels: Panels;
  history: SettingHistory;
  log: Log;
  engine: EngineClient;
  /** The entry of the side panel that is selected. */
  selected: () => Node | undefined;
  /** Folder of the cache. */
  storeDir: string;
  /** Folder of the networks that were written with the user's answers. */
  networksDir: string;
  /** Folder of the extension, with `dist` and `weights`. */
  root: string;
  /** Opens the view of a data set. */
  exploreDataset: (folder: string) => void;
}
