import type { DatasetSample } from '../../../src/domain/dataset';
import type {
  DatasetAction,
  DatasetCalls,
  DatasetParams,
} from '../../../src/protocol/dataset-panel';

/** What the view asks of the extension host. */
export interface DatasetHost {
  /** Faces drawn at random. */
  samples(choice: DatasetParams<'samples'>): Promise<DatasetSample[]>;
  /** Requests something to be done. */
  send<Name extends DatasetAction>(name: Name, params: DatasetCalls[Name]['params']): void;
}
