/** faces.csv: one line for each face, in chunks of text. */
import { stringify } from 'csv-stringify/sync';
import { clusterLabels, type StoredClustering } from '../../runs/run-files';
import { BYTE_ORDER_MARK, csvCell, isAscii } from '../../text/csv-text';
import { forCsvCell } from '../../text/neutralize';

/** Columns of faces.csv before the attributes. */
const FACE_COLUMNS = [
  'image',
  'face',
  'x',
  'y',
  'width',
  'height',
  'score',
  'cluster',
  'silhouette',
] as const;

/** Lines in a chunk. */
const CHUNK = 2000;

export interface FaceTable {
  attributes: readonly string[];
  /** `[faces, attributes]`. */
  probabilities: Float32Array;
  clustering: StoredClustering;
  /** Name of the image of a face, by its row, as it is in the folder or the table. */
  imageOf: (row: number) => string;
  /** The cells `face`, `x`, `y`, `width`, `height` and `score` of a face, by its row. */
  placeOf: (row: number) => string;
}

/**
 * The text of faces.csv, with a byte order mark if it has other characters than ASCII. Numbers are
 * written with four decimals.
 */
export function* faceTable({
  attributes,
  probabilities,
  clustering,
  imageOf,
  placeOf,
}: FaceTable): Generator<string> {
  const faces = clustering.members.length;
  const names = attributes.map(forCsvCell);
  const cells = Array.from({ length: faces }, (_, row) => csvCell(forCsvCell(imageOf(row))));
  if (!names.every(isAscii) || !cells.every(isAscii)) yield BYTE_ORDER_MARK;
  yield stringify([[...FACE_COLUMNS, ...names]]);
  const labels = clusterLabels(clustering);
  const width = attributes.length;
  for (let from = 0; from < faces; from += CHUNK) {
    let text = '';
    for (let row = from; row < Math.min(from + CHUNK, faces); row++) {
      const silhouette = clustering.silhouettes?.[row] ?? NaN;
      text += `${cells[row]!},${placeOf(row)},${labels[row]!},`;
      if (!Number.isNaN(silhouette)) text += fourDecimals(silhouette);
      for (let at = row * width; at < (row + 1) * width; at++)
        text += `,${fourDecimals(probabilities[at]!)}`;
      text += '\n';
    }
    yield text;
  }
}

/** The texts of 0, 0.0001, … 1: numbers are turned into text many times as fast with them. */
const TEXTS = Array.from({ length: 10_001 }, (_, i) => (i / 10_000).toFixed(4));

/**
 * Like `toFixed(4)`, for numbers that a 32-bit float holds: 10,000 times such a number is exact in
 * 64 bits, so that rounding it is rounding the number.
 */
export function fourDecimals(value: number): string {
  if (value < 0) return `-${fourDecimals(-value)}`;
  return TEXTS[Math.round(value * 10_000)] ?? value.toFixed(4);
}
