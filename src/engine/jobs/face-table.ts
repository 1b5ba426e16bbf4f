/** faces.csv: one line for each face, in chunks of bytes. */
import { stringify } from 'csv-stringify/sync';
import { attributeColumns, DETAIL_COLUMNS, FIRST_COLUMNS } from '../../domain/face-columns';
import { LANDMARKS } from '../../domain/faces';
import { clusterLabels } from '../../runs/run-files';
import { BYTE_ORDER_MARK, csvCell, isAscii } from '../../text/csv-text';
import { forCsvCell, isOrdinary } from '../../text/neutralize';
import type { FacePlace, FaceRows } from './face-rows';
import { TextBytes } from './text-bytes';

/** Bytes after which a chunk ends. */
const CHUNK = 1 << 19;

/**
 * The UTF-8 text of faces.csv, with a byte order mark if it has other characters than ASCII.
 * Numbers are written with four decimals, places in images with at most two.
 */
export function* faceTable(rows: FaceRows): Generator<Buffer> {
  const { attributes, probabilities, present, clustering, imageOf, placeOf } = rows;
  const faces = clustering.members.length;
  const columns = attributeColumns(attributes);
  const names = [...columns.probabilities, ...DETAIL_COLUMNS, ...columns.present].map(forCsvCell);
  const text = new TextBytes(CHUNK);
  if (!names.every(isAscii) || !isEveryAscii(faces, rows)) text.add(BYTE_ORDER_MARK);
  text.add(stringify([[...FIRST_COLUMNS, ...names]]));
  const labels = clusterLabels(clustering);
  const width = attributes.length;
  const { silhouettes, distances, projection } = clustering;
  const pathCell = pathCells(rows);
  for (let row = 0; row < faces; row++) {
    const place = placeOf(row);
    text.add(`${csvCell(forCsvCell(imageOf(row)))},${faceCells(place)},${labels[row]!}`);
    text.addNumbersOrNothing(silhouettes, row, row + 1);
    text.addNumbers(probabilities, row * width, (row + 1) * width);
    text.add(`,${pathCell(row)},${imageCells(place)}`);
    text.addNumbersOrNothing(distances, row, row + 1);
    text.addNumbersOrNothing(projection, 2 * row, 2 * row + 2);
    text.addFlags(present, row * width, (row + 1) * width);
    text.addByte(NEWLINE);
    if (text.length >= CHUNK) yield text.take();
  }
  if (text.length > 0) yield text.take();
}

const NEWLINE = 10;

/** The cells `face`, `x`, `y`, `width`, `height` and `score`. */
function faceCells({ face, box, score }: FacePlace): string {
  const place = box === null ? ',,,' : `${box.x},${box.y},${box.width},${box.height}`;
  return `${face},${place},${score?.toFixed(4) ?? ''}`;
}

const NO_LANDMARKS = ','.repeat(2 * LANDMARKS.length - 1);

/** The cells of the image's size and of the landmarks. */
function imageCells({ size, landmarks }: FacePlace): string {
  const ofImage = size === null ? ',' : `${size.width},${size.height}`;
  return `${ofImage},${landmarks?.join(',') ?? NO_LANDMARKS}`;
}

/** @returns the cell of a face's absolute path, by its row. */
function pathCells({ pathOf }: FaceRows): (row: number) => string {
  // Nearly all paths are those of a few folders, with nothing after it that needs a change.
  const folders = new Map<string, string | undefined>();
  const folderCell = (folder: string) => {
    const cell = forCsvCell(folder);
    return csvCell(cell) === cell ? cell : undefined;
  };
  return (row) => {
    const path = pathOf(row);
    if (path === null) return '';
    const [folder, rest] = path;
    if (!folders.has(folder)) folders.set(folder, folderCell(folder));
    const cell = folders.get(folder);
    return cell !== undefined && isOrdinary(rest)
      ? cell + rest
      : csvCell(forCsvCell(folder + rest));
  };
}

function isEveryAscii(count: number, { imageOf, pathOf }: FaceRows): boolean {
  let folder: string | undefined;
  for (let row = 0; row < count; row++) {
    if (!isAscii(imageOf(row))) return false;
    const path = pathOf(row);
    // The rest of the path is a part of the image's name.
    if (path !== null && path[0] !== folder && !isAscii((folder = path[0]))) return false;
  }
  return true;
}
