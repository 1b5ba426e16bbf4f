/**
 * Tables of attribute labels: CelebA's `list_attr_celeba.txt` (with or without its count line, ±1), CSV files with a header (Kaggle's
 * `list_attr_celeba.csv`, or any table with a column an attribute, 0/1, ±1 or probabilities); plain or gzipped.
 */
import { parse } from 'csv-parse/sync';
import { CELEBA_ATTRIBUTES } from '../attributes';
import { messageOf, UserError } from '../errors';
import { fromCsvCell } from '../text/neutralize';
import { readText } from './read-text';

export interface LabelTable {
  /** Names of the attributes, in the order of the columns. */
  attributes: string[];
  /** Name of each image, as the table has it; empty strings where it has none. */
  images: string[];
  /** The value of the table's `split` (or `partition`) column, where it has one. */
  splits: string[] | undefined;
  /** `[images, attributes]`, in [0, 1]. */
  values: Float32Array;
}

const IMAGE_COLUMNS = new Set(['file', 'image', 'image_id', 'filename', 'name', 'path', '']);
/** Columns that are no attributes, this project's own faces.csv included. */
const BESIDE = new Set(['identity', 'person', 'group', 'id', 'face', 'x', 'y', 'width', 'height', 'score', 'cluster']);
const SPLIT_COLUMNS = new Set(['split', 'partition']);

/** @throws UserError naming the file, the line, what was expected and what came. */
export async function readLabels(file: string): Promise<LabelTable> {
  const text = await readText(file, 'labels');
  const lines = text.split(/\r?\n/);
  const header = lines.findIndex((line) => line.trim() !== '' && !/^\s*\d+\s*$/.test(line));
  if (header < 0) throw new UserError(`the labels '${file}' are empty: expected a line of attribute names and one line an image`);
  return lines[header]?.includes(',') === true ? parseCsv(file, lines.slice(header).join('\n'), header) : parseSpaced(file, lines, header);
}

/** CelebA's own layout: names separated by spaces, then a line an image: its name and a value an attribute. */
function parseSpaced(file: string, lines: string[], header: number): LabelTable {
  const attributes = lines[header]!.trim().split(/\s+/);
  const images: string[] = [];
  const values = new Float32Array(lines.length * attributes.length);
  let at = 0;
  for (let line = header + 1; line < lines.length; line++) {
    const text = lines[line]!.trim();
    if (text === '') continue;
    const [image, ...fields] = text.split(/\s+/);
    if (fields.length !== attributes.length) {
      throw new UserError(
        `the labels '${file}', line ${String(line + 1)}: expected an image's name and ${String(attributes.length)} values, got ${String(fields.length)} values`,
      );
    }
    images.push(image!);
    for (const field of fields) values[at++] = labelValue(field, () => `the labels '${file}', line ${String(line + 1)}`);
  }
  return { attributes, images, splits: undefined, values: values.subarray(0, at) };
}

function parseCsv(file: string, text: string, skipped: number): LabelTable {
  let rows: string[][];
  try {
    rows = parse(text, { trim: true, skip_empty_lines: true });
  } catch (error) {
    throw new UserError(`the labels '${file}' are not a CSV table: ${messageOf(error)}`, { cause: error });
  }
  const [cells = [], ...body] = rows;
  const header = cells.map(fromCsvCell);
  const imageColumn = header.findIndex((name) => IMAGE_COLUMNS.has(name.toLowerCase()));
  const splitColumn = header.findIndex((name) => SPLIT_COLUMNS.has(name.toLowerCase()));
  // Columns beside the attributes are told by their names, or by values no label has.
  const known = new Set<string>(CELEBA_ATTRIBUTES);
  const columns = header
    .map((_, column) => column)
    .filter((column) => {
      if (column === imageColumn || column === splitColumn) return false;
      if (known.has(header[column]!)) return true;
      return !BESIDE.has(header[column]!.toLowerCase()) && body.every((row) => isLabel(row[column]));
    });
  if (columns.length === 0) {
    throw new UserError(
      `the labels '${file}' have no attribute: expected columns like ${CELEBA_ATTRIBUTES.slice(0, 3).join(', ')}, got ${header.join(', ')}`,
    );
  }
  const values = new Float32Array(body.length * columns.length);
  let at = 0;
  for (const [i, row] of body.entries()) {
    for (const column of columns) {
      values[at++] = labelValue(row[column], () => `the labels '${file}', line ${String(i + 2 + skipped)}, column '${header[column]!}'`);
    }
  }
  return {
    attributes: columns.map((column) => header[column]!),
    images: body.map((row) => (imageColumn < 0 ? '' : (row[imageColumn] ?? ''))),
    splits: splitColumn < 0 ? undefined : body.map((row) => row[splitColumn] ?? ''),
    values,
  };
}

const isLabel = (text: string | undefined) =>
  text === '-1' || (text !== undefined && text !== '' && Number(text) >= 0 && Number(text) <= 1);

function labelValue(text: string | undefined, where: () => string): number {
  if (!isLabel(text)) throw new UserError(`${where()}: expected -1, or a number from 0 to 1, got '${text ?? ''}'`);
  return Math.max(0, Number(text));
}
