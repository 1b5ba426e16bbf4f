/** predictions.csv: labels and inferred attributes of each face. */
import { stringify } from 'csv-stringify/sync';
import { PRESENT } from '../../clustering/features';
import { BYTE_ORDER_MARK, csvCell, isAscii } from '../../text/csv-text';
import { forCsvCell } from '../../text/neutralize';
import type { LabeledFace } from './labeled-face';
import { TextBytes } from './text-bytes';

/** Bytes after which a chunk ends. */
const CHUNK = 1 << 19;
const NEWLINE = 10;

/** Columns before the attributes, which have three each. */
const COLUMNS = ['image', 'path', 'split', 'x', 'y', 'width', 'height', 'wrong'];

/**
 * `wrong` counts the attributes whose label and inferred value differ. The label of an attribute is
 * empty where there is none.
 */
export function* predictionsTable(
  attributes: readonly string[],
  faces: readonly LabeledFace[],
): Generator<Buffer> {
  const text = new TextBytes(CHUNK);
  const names = attributes
    .flatMap((name) => ['label', 'probability', 'predicted'].map((what) => `${name}_${what}`))
    .map(forCsvCell);
  const isPlain = ({ image, path, split = '' }: LabeledFace) =>
    isAscii(image) && isAscii(pathText(path)) && isAscii(split);
  if (!names.every(isAscii) || !faces.every(isPlain)) text.add(BYTE_ORDER_MARK);
  text.add(stringify([[...COLUMNS, ...names]]));
  for (const face of faces) {
    text.add(placeCells(face));
    for (const [i, label] of face.labels.entries()) {
      if (Number.isNaN(label)) text.add(',');
      else text.addFlags(face.labels, i, i + 1);
      text.addNumbers(face.inferred, i, i + 1);
      text.addFlags(face.predicted, i, i + 1);
    }
    text.addByte(NEWLINE);
    if (text.length >= CHUNK) yield text.take();
  }
  if (text.length > 0) yield text.take();
}

/** Whether an attribute is inferred otherwise than it is labeled. */
const isWrong = ({ labels, predicted }: LabeledFace, attribute: number): boolean =>
  !Number.isNaN(labels[attribute]) &&
  labels[attribute]! >= PRESENT !== predicted[attribute]! >= PRESENT;

function placeCells(face: LabeledFace): string {
  const { image, path, split = '', located } = face;
  const box = located?.box;
  const sides = box === undefined ? ['', '', '', ''] : [box.x, box.y, box.width, box.height];
  const wrong = face.labels.reduce((sum, _, i) => sum + (isWrong(face, i) ? 1 : 0), 0);
  return [
    ...[image, pathText(path), split].map((each) => csvCell(forCsvCell(each))),
    ...sides.map((side) => (typeof side === 'number' ? Math.round(side) : side)),
    wrong,
  ].join(',');
}

/** A path; bytes that are not UTF-8 as `\uFFFD`. */
const pathText = (path: string | Buffer) => (typeof path === 'string' ? path : path.toString());
