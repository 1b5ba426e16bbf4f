/**
 * Tables of attribute labels, plain or gzipped: CelebA's `list_attr_celeba.txt` (with or without
 * its count line), Kaggle's `list_attr_celeba.csv`, or any CSV file with a header and a column for
 * each attribute. Values are 0 or 1, ±1, or probabilities.
 */
import { CELEBA_ATTRIBUTES } from '../domain/attributes';
import { excerpt, excerptOfList, hasHidden } from '../text/excerpt';
import { fromCsvCell } from '../text/neutralize';
import { UserError } from '../util/errors';
import { yieldToEventLoop } from '../util/yield-to-event-loop';
import { eachRecord } from './csv-records';
import { readText } from './read-text';

export interface LabelTable {
  /** Names of the attributes, in the order of the columns. */
  attributes: string[];
  /** Name of each image as in the table; empty where there is none. */
  images: string[];
  /** Values of the column `split` or `partition`; undefined where there is none. */
  splits: string[] | undefined;
  /** `[images, attributes]`, in [0, 1]. */
  values: Float32Array;
}

const IMAGE_COLUMNS = new Set(['file', 'image', 'image_id', 'filename', 'name', 'path', '']);
/** Columns that are not attributes, in this program's faces.csv and in other tables. */
const OTHER_COLUMNS = new Set([
  'identity',
  'person',
  'group',
  'id',
  'face',
  'x',
  'y',
  'width',
  'height',
  'score',
  'cluster',
]);
const SPLIT_COLUMNS = new Set(['split', 'partition']);

/** Limits of a table's contents, in addition to those of its text (`TABLE_LIMITS`). */
export const LABEL_LIMITS = {
  /** Attributes. Correlations grow with their square. */
  attributes: 500,
  columns: 1000,
  /** Rows × columns. */
  cells: 100e6,
  /** Characters of an attribute's name. */
  attributeName: 200,
  /** Characters of any other cell: the longest path of Linux. */
  cell: 4096,
};

/**
 * @throws UserError naming the file, the line, and the expected and received value; the signal's
 * reason if it is aborted.
 */
export async function readLabels(file: string, signal?: AbortSignal): Promise<LabelTable> {
  const text = await readText(file, 'labels', signal);
  const lines = text.split(/\r?\n/);
  const header = lines.findIndex((line) => line.trim() !== '' && !/^\s*\d+\s*$/.test(line));
  if (header < 0)
    throw new UserError(
      `the labels '${file}' are empty: expected a line of attribute names and one line for each image`,
    );
  return lines[header]?.includes(',') === true
    ? parseCsv(file, lines.slice(header).join('\n'), header, signal)
    : parseSpaced(file, lines, header, signal);
}

/**
 * CelebA's layout: a line of attribute names separated by spaces, then a line for each image with
 * its name and the values.
 */
async function parseSpaced(
  file: string,
  lines: string[],
  header: number,
  signal: AbortSignal | undefined,
): Promise<LabelTable> {
  const attributes = lines[header]!.trim().split(/\s+/);
  checkNames(file, attributes);
  checkCells(file, lines.length, attributes.length);
  const images: string[] = [];
  const values = new Float32Array(lines.length * attributes.length);
  let at = 0;
  for (let line = header + 1; line < lines.length; line++) {
    if (line % LINES_BETWEEN_YIELDS === 0) await yieldToEventLoop(signal);
    const text = lines[line]!.trim();
    if (text === '') continue;
    const where = () => `the labels '${file}', line ${String(line + 1)}`;
    const [image, ...fields] = text.split(/\s+/);
    if (fields.length !== attributes.length) {
      throw new UserError(
        `${where()}: expected an image's name and ${String(attributes.length)} values, got ${String(fields.length)} values`,
      );
    }
    images.push(checkedCell(image!, where));
    for (const field of fields) values[at++] = labelValue(field, where);
  }
  return { attributes, images, splits: undefined, values: values.subarray(0, at) };
}

/** Lines parsed between two yields to the event loop. */
const LINES_BETWEEN_YIELDS = 256;

async function parseCsv(
  file: string,
  text: string,
  skipped: number,
  signal: AbortSignal | undefined,
): Promise<LabelTable> {
  let columns: CsvColumns | undefined;
  const take = (cells: string[], index: number) => {
    if (index === 0) columns = new CsvColumns(file, cells.map(fromCsvCell), skipped);
    else columns!.add(cells, index);
  };
  await eachRecord(text, `the labels '${file}'`, {}, take, signal);
  if (columns === undefined)
    throw new UserError(`the labels '${file}' are empty: expected a line of attribute names`);
  return columns.table();
}

/** Rows whose values are stored together. */
const BLOCK = 4096;

/** A CSV table, filled row by row. Of columns that may be attributes only the numbers are kept. */
class CsvColumns {
  private readonly image: number;
  private readonly split: number;
  /**
   * Columns that may be attributes: recognized by their names, or excluded by a value that is not a
   * label.
   */
  private readonly candidates: number[];
  /** Whether each candidate has only had labels so far. */
  private readonly holdsLabels: boolean[];
  private readonly images: string[] = [];
  private readonly splits: string[] = [];
  /** `[BLOCK, candidates]` each. */
  private readonly blocks: Float32Array[] = [];

  constructor(
    private readonly file: string,
    private readonly header: string[],
    private readonly skipped: number,
  ) {
    checkCells(file, 1, header.length);
    this.image = header.findIndex((name) => IMAGE_COLUMNS.has(name.toLowerCase()));
    this.split = header.findIndex((name) => SPLIT_COLUMNS.has(name.toLowerCase()));
    this.candidates = header
      .map((_, column) => column)
      .filter(
        (column) =>
          column !== this.image &&
          column !== this.split &&
          (KNOWN.has(header[column]!) || !OTHER_COLUMNS.has(header[column]!.toLowerCase())),
      );
    this.holdsLabels = this.candidates.map(() => true);
  }

  /** @param index of the record; the header has 0. */
  add(row: readonly string[], index: number): void {
    checkCells(this.file, index, this.header.length);
    const where = () => `the labels '${this.file}', line ${String(index + 1 + this.skipped)}`;
    this.images.push(this.image < 0 ? '' : checkedCell(row[this.image] ?? '', where));
    if (this.split >= 0) this.splits.push(checkedCell(row[this.split] ?? '', where));
    const width = this.candidates.length;
    const at = ((index - 1) % BLOCK) * width;
    if (at === 0) this.blocks.push(new Float32Array(BLOCK * width));
    const block = this.blocks.at(-1)!;
    for (let i = 0; i < width; i++) {
      if (!this.holdsLabels[i]) continue;
      const [text, name] = [row[this.candidates[i]!], this.header[this.candidates[i]!]!];
      if (isLabel(text) || KNOWN.has(name))
        block[at + i] = labelValue(text, () => `${where()}, column '${name}'`);
      else this.holdsLabels[i] = false;
    }
  }

  /** @throws UserError if no column is an attribute. */
  table(): LabelTable {
    const taken = [...this.candidates.keys()].filter((i) => this.holdsLabels[i]);
    const attributes = taken.map((i) => this.header[this.candidates[i]!]!);
    if (taken.length === 0) {
      throw new UserError(
        `the labels '${this.file}' have no attribute: ` +
          `expected columns like ${CELEBA_ATTRIBUTES.slice(0, 3).join(', ')}, got ${excerptOfList(this.header)}`,
      );
    }
    checkNames(this.file, attributes);
    const values = new Float32Array(this.images.length * taken.length);
    let to = 0;
    for (let row = 0; row < this.images.length; row++) {
      const block = this.blocks[Math.floor(row / BLOCK)]!;
      const from = (row % BLOCK) * this.candidates.length;
      for (const i of taken) values[to++] = block[from + i]!;
    }
    return {
      attributes,
      images: this.images,
      splits: this.split < 0 ? undefined : this.splits,
      values,
    };
  }
}

const KNOWN: ReadonlySet<string> = new Set(CELEBA_ATTRIBUTES);

/** @throws UserError if a table exceeds `LABEL_LIMITS`. */
function checkCells(file: string, rows: number, columns: number): void {
  const { columns: mostColumns, cells } = LABEL_LIMITS;
  if (columns > mostColumns) {
    throw new UserError(
      `the labels '${file}' have ${columns.toLocaleString('en')} columns: expected at most ${mostColumns.toLocaleString('en')}`,
    );
  }
  if (rows * columns > cells) {
    throw new UserError(
      `the labels '${file}' have more than ${cells.toLocaleString('en')} cells (rows × columns): split them into several tables`,
    );
  }
}

/** @throws UserError if the names of the attributes cannot be displayed, or are too many. */
function checkNames(file: string, attributes: readonly string[]): void {
  const { attributes: most, attributeName } = LABEL_LIMITS;
  if (attributes.length > most) {
    throw new UserError(
      `the labels '${file}' have ${attributes.length.toLocaleString('en')} attributes: expected at most ${most}`,
    );
  }
  for (const name of attributes) {
    if (name.length <= attributeName && !hasHidden(name)) continue;
    throw new UserError(
      `the labels '${file}' name an attribute '${excerpt(name)}': ` +
        `expected at most ${attributeName} characters, without control characters`,
    );
  }
}

function checkedCell(text: string, where: () => string): string {
  const { cell } = LABEL_LIMITS;
  if (text.length > cell) {
    throw new UserError(
      `${where()}: expected at most ${cell.toLocaleString('en')} characters per cell, ` +
        `got ${text.length.toLocaleString('en')}: '${excerpt(text)}'`,
    );
  }
  return text;
}

const isLabel = (text: string | undefined) =>
  text === '-1' || (text !== undefined && text !== '' && Number(text) >= 0 && Number(text) <= 1);

function labelValue(text: string | undefined, where: () => string): number {
  if (!isLabel(text))
    throw new UserError(
      `${where()}: expected -1, or a number from 0 to 1, got '${excerpt(text ?? '')}'`,
    );
  return Math.max(0, Number(text));
}
