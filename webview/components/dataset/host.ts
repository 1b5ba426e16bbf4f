import type { DatasetMessage } from '../../../src/protocol/dataset-panel';

/** Where the view's parts send what the user wants. */
export interface DatasetHost {
  send(message: DatasetMessage): void;
}
