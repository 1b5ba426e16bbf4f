/** faces.csv: one line for each face, in chunks of bytes. */
import { stringify } from 'csv-stringify/sync';
import {
  attributeColumns,
  DETAIL_COLUMNS,
  FIRST_COLUMNS,
  LAST_COLUMNS,
} from '../../domain/face-columns';
import { LANDMARKS } from '../../domain/faces';
import { clusterLabels } from '../../runs/run-files';
import { BYTE_ORDER_MARK, csvCell, isAscii } from '../../text/csv-text';
import { forCsvCell, isOrdinary } from '../../text/neutralize';
import { type FacePlace, type FaceRows, markedText } from './face-rows';
import { TextBytes } from './text-bytes';

/** Bytes after which a chunk ends. */
const CHUNK = 1 << 19;
const NEWLINE = 10;

/**
 * The UTF-8 text of faces.csv, with a byte order mark if it has other characters than ASCII.
 * Numbers are written with four decimals, landmarks with at most two.
 */
export function* faceTable(rows: FaceRows): Generator<Buffer> {
  const { attributes, probabilities, present, clustering, markedOf } = rows;
  const faces = clustering.members.length;
  const columns = attributeColumns(attributes);
  const names = [...columns.probabilities, ...DETAIL_COLUMNS, ...columns.present].map(forCsvCell);
  const text = new TextBytes(CHUNK);
  const cells = new FaceCells(rows);
  if (!names.every(isAscii) || !cells.areAscii) text.add(BYTE_ORDER_MARK);
  text.add(stringify([[...FIRST_COLUMNS, ...names, ...LAST_COLUMNS]]));
  const labels = clusterLabels(clustering);
  const width = attributes.length;
  const { silhouettes, distances, projection } = clustering;
  for (let row = 0; row < faces; row++) {
    cells.moveTo(row);
    text.add(cells.image);
    text.add(cells.face);
    text.addCount(labels[row]!);
    text.addNumbersOrNothing(silhouettes, row, row + 1);
    text.addNumbers(probabilities, row * width, (row + 1) * width);
    text.addByte(COMMA);
    text.add(cells.path);
    text.add(cells.size);
    text.addNumbersOrNothing(distances, row, row + 1);
    text.addNumbersOrNothing(projection, 2 * row, 2 * row + 2);
    text.addFlags(present, row * width, (row + 1) * width);
    text.addByte(COMMA);
    const marked = markedOf(row);
    if (marked.length > 0) text.add(csvCell(forCsvCell(markedText(marked))));
    text.addByte(NEWLINE);
    if (text.length >= CHUNK) yield text.take();
  }
  if (text.length > 0) yield text.take();
}

const COMMA = 44;

/**
 * The cells of a face that are text. Nearly all names are written as they are, and vectors have no
 * places: what is known of one face is used for the next.
 */
class FaceCells {
  /** Whether all names and paths are ASCII. */
  readonly areAscii: boolean;
  image = '';
  /** `face`, `x`, `y`, `width`, `height` and `score`, after commas. */
  face = '';
  path = '';
  /** Size of the image and landmarks, after commas. */
  size = '';
  /** Whether the name of each image is written as it is. */
  private readonly ordinary: Uint8Array;
  private place: FacePlace | undefined;
  /** Cells of folders; undefined for those with a character that needs quotes. */
  private readonly folders = new Map<string, string | undefined>();

  constructor(private readonly rows: FaceRows) {
    const faces = rows.clustering.members.length;
    this.ordinary = new Uint8Array(faces);
    let areAscii = true;
    let folder: string | undefined;
    for (let row = 0; row < faces; row++) {
      const name = rows.imageOf(row);
      if (isOrdinary(name)) this.ordinary[row] = 1;
      else areAscii &&= isAscii(name);
      const path = rows.pathOf(row);
      // The rest of the path is a part of the image's name.
      if (path === null || path[0] === folder) continue;
      folder = path[0];
      areAscii &&= isAscii(folder);
    }
    this.areAscii = areAscii;
  }

  moveTo(row: number): void {
    const name = this.rows.imageOf(row);
    const isPlain = this.ordinary[row] === 1;
    this.image = isPlain ? name : csvCell(forCsvCell(name));
    const path = this.rows.pathOf(row);
    this.path = path === null ? '' : this.pathCell(path, isPlain);
    const place = this.rows.placeOf(row);
    if (place === this.place) return;
    this.place = place;
    this.face = faceCells(place);
    this.size = sizeCells(place);
  }

  /** @param isPlain whether the name of the image, of which `rest` is a part, is plain. */
  private pathCell([folder, rest]: readonly [string, string], isPlain: boolean): string {
    if (!this.folders.has(folder)) {
      const cell = forCsvCell(folder);
      this.folders.set(folder, csvCell(cell) === cell ? cell : undefined);
    }
    const cell = this.folders.get(folder);
    return cell !== undefined && (isPlain || isOrdinary(rest))
      ? cell + rest
      : csvCell(forCsvCell(folder + rest));
  }
}

function faceCells({ face, box, score }: FacePlace): string {
  const place = box === null ? ',,,' : `${box.x},${box.y},${box.width},${box.height}`;
  return `,${face},${place},${score?.toFixed(4) ?? ''}`;
}

const NO_LANDMARKS = ','.repeat(2 * LANDMARKS.length - 1);

function sizeCells({ size, landmarks }: FacePlace): string {
  const ofImage = size === null ? ',' : `${size.width},${size.height}`;
  return `,${ofImage},${landmarks?.join(',') ?? NO_LANDMARKS}`;
}
