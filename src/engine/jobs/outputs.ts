/** Names of the files that the jobs write into folders of the user's. */
import type { TableFormat } from '../../domain/settings';
import type { OutputKind } from '../../util/output-folder';

/** Of `cluster`, of images or of vectors. */
export const CLUSTER_OUTPUT: OutputKind = {
  name: 'cluster',
  names: new RegExp(
    String.raw`^(faces\.(csv|jsonl|parquet)|labels(-complete)?\.csv|failed\.csv|without-face\.csv|report\.html|clusters\.json|explore\.ipynb` +
      String.raw`|clusters/(\d{2,}|noise|not-faces|copies)/(eigenface\.png|component-\d+\.png|occurrences\.(svg|png)|montage\.jpg))$`,
  ),
};
/** Of `cluster`, where no image shows a face: the files of an earlier run stay. */
export const LISTS_OUTPUT: OutputKind = {
  name: CLUSTER_OUTPUT.name,
  names: /^(failed|without-face)\.csv$/,
};
/** What a person marked, and the same with what was inferred of everything else. */
export const LABELS_FILE = 'labels.csv';
export const COMPLETE_LABELS_FILE = 'labels-complete.csv';
/** A notebook that loads the other files. */
export const NOTEBOOK_FILE = 'explore.ipynb';
export const facesFile = (format: TableFormat) => `faces.${format}`;

/** Files that `cluster` of vectors always writes. */
export const vectorsFiles = (formats: readonly TableFormat[]): string[] => [
  ...formats.map(facesFile),
  'clusters.json',
  NOTEBOOK_FILE,
];
/** Files that `cluster` of images always writes. */
export const clusterFiles = (formats: readonly TableFormat[]): string[] => [
  ...vectorsFiles(formats),
  'failed.csv',
  'without-face.csv',
  'report.html',
];

export const COMPARE_OUTPUT: PlainOutput = {
  ...outputOf('compare', ['comparison.json', 'comparison.csv', 'comparison.svg']),
  names: /^comparison\.(json|csv|svg|png)$/,
};

export const DATASET_OUTPUT = outputOf('dataset', [
  'dataset.json',
  'frequencies.csv',
  'frequencies.svg',
  'weights-rare.json',
  'weights-common.json',
  'correlation.csv',
  'correlation.svg',
  'together.csv',
  'samples.csv',
  'samples.jpg',
]);

/** Written beside the files of `dataset`, if labels are checked. */
export const LABEL_ERRORS_OUTPUT = outputOf('label-errors', ['label-errors.csv']);

/** Of `labels`: the table, and images that lay in an archive. */
export const LABELS_OUTPUT: OutputKind = {
  name: 'labels',
  names: /^(labels\.csv|images\/\d+\.\w+)$/,
};

export const EVALUATION_OUTPUT = outputOf('evaluate', [
  'evaluation.json',
  'predictions.csv',
  'predictions.svg',
  'accuracy.svg',
  'wrong.svg',
  'wrong-of-predicted.svg',
  'calibration.svg',
]);

/** An output with a fixed list of files. */
interface PlainOutput extends OutputKind {
  files: readonly string[];
}

function outputOf(name: string, files: readonly string[]): PlainOutput {
  return {
    name,
    files,
    names: new RegExp(`^(${files.map((file) => file.replaceAll('.', String.raw`\.`)).join('|')})$`),
  };
}
