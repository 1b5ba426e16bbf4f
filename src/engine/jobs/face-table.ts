/** faces.csv: one line for each face, in chunks of bytes. */
import { stringify } from 'csv-stringify/sync';
import { PLACE_COLUMNS } from '../../domain/face-columns';
import { clusterLabels, type StoredClustering } from '../../runs/run-files';
import { BYTE_ORDER_MARK, csvCell, isAscii } from '../../text/csv-text';
import { forCsvCell } from '../../text/neutralize';
import { TextBytes } from './text-bytes';

/** Columns of faces.csv before the attributes. */
const FACE_COLUMNS = ['image', ...PLACE_COLUMNS, 'silhouette'];

/** Bytes after which a chunk ends. */
const CHUNK = 1 << 19;

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
 * The UTF-8 text of faces.csv, with a byte order mark if it has other characters than ASCII.
 * Numbers are written with four decimals.
 */
export function* faceTable({
  attributes,
  probabilities,
  clustering,
  imageOf,
  placeOf,
}: FaceTable): Generator<Buffer> {
  const faces = clustering.members.length;
  const names = attributes.map(forCsvCell);
  const text = new TextBytes(CHUNK);
  if (!names.every(isAscii) || !isEveryAscii(faces, imageOf)) text.add(BYTE_ORDER_MARK);
  text.add(stringify([[...FACE_COLUMNS, ...names]]));
  const labels = clusterLabels(clustering);
  const width = attributes.length;
  const silhouettes = clustering.silhouettes ?? new Float32Array(faces).fill(NaN);
  for (let row = 0; row < faces; row++) {
    text.add(`${csvCell(forCsvCell(imageOf(row)))},${placeOf(row)},${labels[row]!}`);
    if (Number.isNaN(silhouettes[row])) text.add(',');
    else text.addNumbers(silhouettes, row, row + 1);
    text.addNumbers(probabilities, row * width, (row + 1) * width);
    text.add('\n');
    if (text.length >= CHUNK) yield text.take();
  }
  if (text.length > 0) yield text.take();
}

function isEveryAscii(count: number, textOf: (row: number) => string): boolean {
  for (let row = 0; row < count; row++) if (!isAscii(textOf(row))) return false;
  return true;
}
