/** Calls of the engine about data sets. */
import type {
  DatasetChoice,
  DatasetSummary,
  DatasetSample,
  SuspectedLabelErrors,
} from '../domain/dataset';
import type { BundledModels } from '../domain/networks';
import type { AnalysisSettings } from '../domain/settings';

export interface DatasetCalls {
  /** Reads and counts the labels of a data set, without its images. */
  exploreDataset: { params: DatasetChoice; result: DatasetSummary };
  /** Labelled images drawn with a seed. */
  datasetSamples: {
    params: DatasetChoice & {
      count: number;
      seed: number;
      /** Only of this partition, and with this attribute; null for any. */
      partition: string | null;
      attribute: string | null;
    };
    result: DatasetSample[];
  };
  /** Path of the image of a row. */
  datasetImage: { params: DatasetChoice & { row: number }; result: { path: string } };
  /** Infers the attributes of labeled images, and finds labels the model is sure to be wrong. */
  contradictions: {
    params: DatasetChoice & {
      /** Images that are looked at, drawn with the seed. */
      images: number;
      /** Contradictions wanted. */
      most: number;
      /** Whether their images are wanted too. */
      pictures: boolean;
      settings: AnalysisSettings;
      bundled: BundledModels;
      storeDir: string | null;
    };
    result: SuspectedLabelErrors;
  };
}
