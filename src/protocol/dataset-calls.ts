/** Calls of the engine about data sets. */
import type {
  DatasetChoice,
  DatasetSummary,
  DatasetSample,
  SuspectedLabelErrors,
  WrittenLabels,
} from '../domain/dataset';
import type { BundledModels } from '../domain/networks';
import type { AnalysisSettings } from '../domain/settings';

export interface DatasetCalls {
  /** Reads and counts the labels of a data set, without its images. */
  exploreDataset: { params: DatasetChoice; result: DatasetSummary };
  /** Labeled images, drawn at random with a seed. */
  datasetSamples: {
    params: DatasetChoice & {
      count: number;
      seed: number;
      /** Partition and attribute of the images; null for any. */
      partition: string | null;
      attribute: string | null;
    };
    result: DatasetSample[];
  };
  /** Path of the image in a row of the table. */
  datasetImage: { params: DatasetChoice & { row: number }; result: { path: string } };
  /** Writes the labels of a data set as one plain table, which is what a training reads. */
  labels: {
    params: {
      folder: string;
      labels: string | undefined;
      /** Whether images that lie in an archive are written, too. */
      images: boolean;
      outDir: string;
      /** Whether to replace files that this program did not write. */
      overwrite?: boolean;
    };
    result: WrittenLabels;
  };
  /** Finds labels that contradict the inferred attributes. */
  labelErrors: {
    params: DatasetChoice & {
      /** Number of images to compare, drawn at random with the seed. */
      images: number;
      /** Maximum number of labels in the result. */
      most: number;
      /** Whether the result includes their images. */
      pictures: boolean;
      settings: AnalysisSettings;
      bundled: BundledModels;
      storeDir: string | null;
    };
    result: SuspectedLabelErrors;
  };
}
