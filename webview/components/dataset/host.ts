import type { DatasetMessage } from '../../../src/protocol/dataset-panel';

/** Receives the messages of the view. */
export interface DatasetHost {
  send(message: DatasetMessage): void;
}
