/** Calls of the engine by the extension host or the command line. */
import type { Clustering, FaceOrder } from '../domain/clustering';
import type { Comparison } from '../domain/comparison';
import type { ExploreOptions, DatasetReport } from '../domain/dataset';
import type { Evaluation } from '../domain/evaluation';
import type { FaceCard, PhotoView, ClusterPictures } from '../domain/faces';
import type { BundledModels } from '../domain/networks';
import type { Failure, FolderChanges, RunManifest } from '../domain/run';
import type { ClusteringSettings, AnalysisSettings } from '../domain/settings';
import type { Written } from '../util/output-folder';
import type { DatasetCalls } from './dataset-calls';

export interface CompareParams {
  methods: ClusteringSettings['method'][];
  /** Numbers of clusters, both included. */
  from: number;
  to: number;
  settings: ClusteringSettings;
  /** Folder comparison.csv and comparison.svg are written to. */
  outDir: string | undefined;
  /** Whether files there are replaced that are not the program's own. */
  overwrite?: boolean;
}

/** Parameters and result of each call. */
export interface EngineCalls extends DatasetCalls {
  /** Finds and describes the faces of folders; keeps them in `runDir`. */
  analyse: {
    params: {
      runDir: string;
      id: string;
      folders: string[];
      settings: AnalysisSettings;
      bundled: BundledModels;
      /** Folder of what is kept between runs; null where nothing is to be kept. */
      storeDir: string | null;
    };
    result: RunManifest;
  };
  /** Compares the folders of a run with what they were when it was made. Reads no image. */
  changes: { params: { runDir: string }; result: FolderChanges };
  /** What the store takes. */
  storeSize: { params: { storeDir: string }; result: { bytes: number; images: number } };
  /** Forgets what is kept between runs; runs stay. */
  clearStore: { params: { storeDir: string }; result: { bytes: number } };
  /** Clusters the faces of a run. Infers nothing. */
  cluster: { params: { runDir: string; settings: ClusteringSettings }; result: Clustering };
  /** Makes the pictures of every cluster of a run, or of some. */
  pictures: { params: { runDir: string }; result: ClusterPictures[] };
  /** Faces of a cluster, in an order. */
  page: {
    params: { runDir: string; cluster: number; order: FaceOrder; start: number; count: number };
    result: FaceCard[];
  };
  /** The photo of a face. */
  photo: { params: { runDir: string; row: number }; result: PhotoView };
  /** Where the image of a face lies. */
  locate: { params: { runDir: string; row: number }; result: { path: string; name: string } };
  /** Where the images of a cluster lie, each once, those of the most typical faces first. */
  clusterPaths: { params: { runDir: string; cluster: number }; result: string[] };
  /** Copies the images of a cluster into a folder; replaces nothing there. */
  copyImages: {
    params: { runDir: string; cluster: number; outDir: string };
    /**
     * `there`: images the folder held already; `folder`: where the copies lie, another path than
     * `outDir` if that is a link.
     */
    result: { copied: number; there: number; failures: Failure[]; folder: string };
  };
  /**
   * Writes a run and its clustering as files, as the command line does. Where files are in the way
   * that are not the program's own, and `overwrite` is not set, nothing is written.
   */
  export: {
    params: { runDir: string; outDir: string; reportScript: string; overwrite?: boolean };
    result: Written;
  };
  /** Clusters ready attribute vectors. */
  vectors: {
    params: {
      file: string;
      settings: ClusteringSettings;
      limit: number;
      sample: number;
      outDir: string;
      overwrite?: boolean;
    };
    result: { clustering: Clustering; images: number; kept: string[] };
  };
  /**
   * Groups the faces of a run by several methods into every number of clusters; keeps the
   * comparison with the run.
   */
  compare: { params: CompareParams & { runDir: string }; result: Comparison };
  /** The same of ready attribute vectors; with `outDir` undefined nothing is written. */
  compareVectors: {
    params: CompareParams & { file: string; limit: number; sample: number };
    result: Comparison;
  };
  /** Explores a data set of labeled faces; writes tables and charts into `outDir`. */
  dataset: {
    params: {
      folder: string;
      labels: string | undefined;
      options: ExploreOptions;
      /** Samples a partition. */
      samples: number;
      outDir: string;
      /** Whether files there are replaced that are not the program's own. */
      overwrite?: boolean;
    };
    result: DatasetReport;
  };
  /** Opens a network file, to see that it can be used and what it is. */
  model: {
    params: { file: string };
    result: { attributes: string[]; crop: { width: number; height: number } };
  };
  /** Compares inferred attributes with labels. */
  evaluate: {
    params: {
      folder: string;
      labels: string;
      split: string;
      settings: AnalysisSettings;
      bundled: BundledModels;
      /** Faces that are made small and blurred, to see what the network makes of it. */
      degraded: number;
    };
    result: Evaluation;
  };
}

export type EngineCall = keyof EngineCalls;
