/** Calls of the engine by the extension host or the command line. */
import type { Clustering } from '../domain/clustering';
import type { Comparison } from '../domain/comparison';
import type { ExploreOptions, DatasetReport } from '../domain/dataset';
import type { Evaluation } from '../domain/evaluation';
import type { ClusterPictures } from '../domain/faces';
import type { Judgement } from '../domain/judgement';
import type { MissingWord, NetworkWords } from '../domain/network-words';
import type { BundledModels, NetworkInfo } from '../domain/networks';
import type { FolderChanges, RunManifest } from '../domain/run';
import type { ClusteringSettings, AnalysisSettings, TableFormat } from '../domain/settings';
import type { Written } from '../util/publish-output';
import type { ClusteringCalls } from './clustering-calls';
import type { CopyCalls } from './copy-calls';
import type { DatasetCalls } from './dataset-calls';
import type { FaceCalls } from './face-calls';

export interface CompareParams {
  methods: ClusteringSettings['method'][];
  /** Numbers of clusters, both included. */
  from: number;
  to: number;
  settings: ClusteringSettings;
  /** Folder for comparison.csv and comparison.svg; undefined to write no files. */
  outDir: string | undefined;
  /** Whether to replace files that this program did not write. */
  overwrite?: boolean;
  /** Whether the chart is also written as PNG. */
  png?: boolean;
  /** Number of clusterings of the methods that draw at random; 1 if undefined. */
  seeds?: number;
  /** Path of a table of labels that the clusters are compared with. */
  labels?: string | undefined;
}

interface JudgeParams {
  /** Path of a table of labels. */
  labels: string;
  settings: ClusteringSettings;
  /** Number of clusterings, with the seed of the settings, the next one, and so on. */
  seeds: number;
  /** Share of the faces that each is made of, in (0, 1]. */
  share: number;
}

/** Parameters and result of each call. */
export interface EngineCalls extends ClusteringCalls, CopyCalls, DatasetCalls, FaceCalls {
  /** Finds the faces in folders, infers their attributes, and stores them as a run. */
  analyze: {
    params: {
      runDir: string;
      id: string;
      folders: string[];
      settings: AnalysisSettings;
      bundled: BundledModels;
      /** Folder of the cache; null for no cache. */
      storeDir: string | null;
      /** Where failed.csv and without-face.csv are written if no image shows a face. */
      lists?: { outDir: string; overwrite: boolean };
    };
    result: RunManifest;
  };
  /** Counts the images that changed since the run, without reading any. */
  changes: { params: { runDir: string }; result: FolderChanges };
  /** Size of the cache, and the number of images whose results it holds. */
  storeSize: { params: { storeDir: string }; result: { bytes: number; images: number } };
  /** Deletes the cache, not the runs. `bytes` were freed. */
  clearStore: { params: { storeDir: string }; result: { bytes: number } };
  /**
   * Makes the embeddings of a run's faces, which the calls that cluster them with `features:
   * embedding` need, unless the run has them. No photo is read.
   */
  embed: {
    params: {
      runDir: string;
      /** Folder of the cache; null for no cache. */
      storeDir: string | null;
    };
    result: {
      faces: number;
      /** Numbers of the network's hidden layer, and of them that are left. */
      layer: number;
      columns: number;
      /** Share of the variance that is left, in [0, 1]. */
      kept: number;
      /** Faces whose embeddings were there already, in the run or in the cache. */
      known: number;
      /** Taken by this call. */
      seconds: number;
      /** For people. */
      notices: string[];
    };
  };
  /**
   * Computes the eigenface and principal components of each cluster of a run: of all faces, or of
   * about `sample` of them, spread over the run. A cluster without a face among these is left out.
   */
  pictures: { params: { runDir: string; sample?: number }; result: ClusterPictures[] };
  /**
   * Writes the files that the command line writes for a run and its clustering. If it would replace
   * files that this program did not write, it writes nothing unless `overwrite` is set.
   */
  export: {
    params: {
      runDir: string;
      outDir: string;
      /** Path of the file that the run was opened from, if it was. */
      file?: string | undefined;
      reportScript: string;
      /** Language of the report with its translations; English if undefined. */
      texts?: { language: string; bundle: Readonly<Record<string, string>> } | undefined;
      overwrite?: boolean;
      /** Of the table of faces; CSV if undefined. */
      formats?: readonly TableFormat[];
      /** Whether charts are also written as PNG. */
      png?: boolean;
      /** Written into clusters.json. */
      judgement?: Judgement | undefined;
    };
    result: Written;
  };
  /** Draws a chart of this program, an SVG, as PNG. */
  drawChart: { params: { svg: string }; result: Uint8Array };
  /** Writes a run with all that belongs to it into one file, completely or not at all. */
  pack: {
    params: { runDir: string; file: string; overwrite: boolean };
    /** Size of the file. */
    result: { bytes: number };
  };
  /** Makes a run of such a file, which may come from anywhere. `runDir` must not exist. */
  unpack: { params: { runDir: string; file: string; bundled: BundledModels }; result: RunManifest };
  /** Clusters the attribute vectors in a file. */
  vectors: {
    params: {
      file: string;
      settings: ClusteringSettings;
      limit: AnalysisSettings['limit'];
      sample: AnalysisSettings['sample'];
      outDir: string;
      overwrite?: boolean;
      /** Of the table of vectors; CSV if undefined. */
      formats?: readonly TableFormat[];
      png?: boolean;
      /** How the clusters are compared with labels; undefined for not at all. */
      judging?: Omit<JudgeParams, 'settings'> | undefined;
    };
    result: {
      clustering: Clustering;
      images: number;
      kept: string[];
      /** Also written into clusters.json. */
      judgement: Judgement | undefined;
    };
  };
  /** Clusters the faces of a run, and compares the clusters with labels. */
  judge: { params: JudgeParams & { runDir: string }; result: Judgement };
  /**
   * Compares the stored clusters of a run with the labels that lie beside its images; null where
   * there are none. `unfit`: why the table beside them cannot be compared.
   */
  truth: { params: { runDir: string }; result: Judgement | { unfit: string } | null };
  /** Clusters the faces of a run with each method and number, and stores the comparison. */
  compare: { params: CompareParams & { runDir: string }; result: Comparison };
  /** The same for the attribute vectors in a file. */
  compareVectors: {
    params: CompareParams & { file: string } & Pick<AnalysisSettings, 'limit' | 'sample'>;
    result: Comparison;
  };
  /** Writes tables and charts of a data set of labeled faces into `outDir`. */
  dataset: {
    params: {
      folder: string;
      labels: string | undefined;
      options: ExploreOptions;
      /** Number of samples per partition. */
      samples: number;
      outDir: string;
      /** Whether to replace files that this program did not write. */
      overwrite?: boolean;
    };
    result: DatasetReport;
  };
  /** Checks a network file, and reads its properties. */
  model: {
    params: { file: string };
    result: NetworkInfo;
  };
  /**
   * What has to be said of a network to use it. Nothing is missing of one that `model` accepts.
   */
  missingWords: {
    params: { file: string };
    result: {
      missing: MissingWord[];
      /** Names of its values; none where their number is not known. */
      attributes: string[];
      /** Whether nobody wrote them: they are CelebA's, or made of the names of the outputs. */
      areNamesAssumed: boolean;
      /** Whether it gives embeddings in place of attributes; missing where it does not. */
      isEmbedding?: true;
      crop: { width: number; height: number };
      /** Hash of its content. */
      hash: string;
    };
  };
  /** Writes a network in the form that the program uses, with what is said of it. */
  wrapNetwork: {
    params: {
      file: string;
      /** Path of the new file. */
      out: string;
      /** Whether it may replace a file, which is never the network itself. */
      overwrite: boolean;
      words: NetworkWords;
      /** How messages call the words. */
      wordsFrom: 'options' | 'answers';
    };
    result:
      | {
          kind: 'written';
          info: NetworkInfo;
          /** How the network is used, for people. */
          lines: string[];
        }
      /** Nothing was written. `problem` says what is missing, and how to say it. */
      | { kind: 'missing'; missing: MissingWord[]; problem: string };
  };
  /** Measures how well inferred attributes agree with labels. */
  evaluate: {
    params: {
      folder: string;
      labels: string;
      split: string;
      settings: AnalysisSettings;
      bundled: BundledModels;
      /** Number of faces that are also evaluated reduced and blurred. */
      degraded: number;
      /** Folder for evaluation.json, predictions and charts; undefined to write no files. */
      outDir?: string;
      /** Whether to replace files that this program did not write. */
      overwrite?: boolean;
    };
    result: Evaluation;
  };
}

export type EngineCall = keyof EngineCalls;
