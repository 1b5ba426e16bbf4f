/** What the engine can be asked of data sets. */
import type {
  DatasetChoice,
  DatasetSummary,
  DatasetSample,
  SuspectedLabelErrors,
} from '../domain/dataset';
import type { BundledModels } from '../domain/networks';
import type { AnalysisSettings } from '../domain/settings';

export interface DatasetCalls {
  /** Reads a data set and counts; reads no image. */
  exploreDataset: { params: DatasetChoice; result: DatasetSummary };
  /** Labelled images drawn with a seed. */
  datasetSamples: {
    params: DatasetChoice & {
      count: number;
      seed: number;
      /** Only of this partition, or with this attribute; null for any. */
      partition: string | null;
      attribute: string | null;
    };
    result: DatasetSample[];
  };
  /** Where the image of a row lies. */
  datasetImage: { params: DatasetChoice & { row: number }; result: { path: string } };
  /** Infers the attributes of labelled images, and finds labels the model is sure to be wrong. */
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
