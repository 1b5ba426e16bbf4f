/** Labels as JSON: an object on each line, as in metadata.jsonl, or a list of objects. */
import { excerpt } from '../text/excerpt';
import { count } from '../text/numbers';
import { megabytes } from '../text/sizes';
import { t } from '../text/translate';
import { UserError } from '../util/errors';
import type { Cells } from './cells';
import { isImageName } from './dialect';
import { LabelColumns } from './label-columns';
import { LABEL_LIMITS, placeOf } from './label-table';
import { eachLine } from './lines';

/** Bytes of a list of objects, which is read as a whole. */
const MAX_LIST = 100e6;

const WHITESPACE = new Set([0xef, 0xbb, 0xbf, 32, 9, 10, 13]);
const BRACE = 123;
const BRACKET = 91;

/** Whether a text begins as JSON does. */
export function isJson(start: Buffer): boolean {
  const first = start.find((byte) => !WHITESPACE.has(byte));
  return first === BRACE || first === BRACKET;
}

type Row = Map<string, unknown>;

/**
 * @param pieces the bytes of the text in UTF-8; called for each of two passes.
 * @throws UserError naming the line.
 */
export async function jsonLabels(
  file: string,
  pieces: () => AsyncIterable<Buffer>,
  signal?: AbortSignal,
): Promise<LabelColumns> {
  const header = new Set<string>();
  let first: Row | undefined;
  const isLines = await eachRow(file, pieces(), (row) => {
    first ??= row;
    for (const key of row.keys()) header.add(key);
    checkKeys(file, header);
  });
  if (!isLines) {
    signal?.throwIfAborted();
    const rows = await listOf(file, pieces());
    for (const row of rows) for (const key of row.keys()) header.add(key);
    checkKeys(file, header);
    const columns = columnsOf(file, header, rows[0]);
    for (const [i, row] of rows.entries()) columns.add(new JsonCells([...header], row), i + 1);
    return columns;
  }
  const keys = [...header];
  const columns = columnsOf(file, header, first);
  await eachRow(file, pieces(), (row, line) => {
    columns.checkLines(line);
    columns.add(new JsonCells(keys, row), line);
  });
  return columns;
}

function columnsOf(file: string, header: ReadonlySet<string>, first: Row | undefined) {
  if (first === undefined)
    throw new UserError(t("the labels '{0}' are empty: expected objects", file));
  const keys = [...header];
  const cells = new JsonCells(keys, first);
  return new LabelColumns(file, {
    separator: ',',
    header: keys,
    first: keys.map((_, i) => cells.text(i)),
    skipped: 0,
    hasRowNames: false,
  });
}

function checkKeys(file: string, keys: ReadonlySet<string>): void {
  if (keys.size > LABEL_LIMITS.columns)
    throw new UserError(
      t(
        "the labels '{0}' have more than {1} columns: expected at most so many keys in all objects",
        file,
        count(LABEL_LIMITS.columns),
      ),
    );
}

/**
 * Takes the object of each line.
 * @returns false where the first line alone is no row: then the text is JSON as a whole.
 */
async function eachRow(
  file: string,
  pieces: AsyncIterable<Buffer>,
  take: (row: Row, line: number) => void,
): Promise<boolean> {
  let line = 0;
  let rows = 0;
  return eachLine(pieces, (bytes, start, end) => {
    line += 1;
    const text = bytes.toString('utf8', start, end).trim();
    if (text === '') return true;
    const value = parsed(text);
    // An object of objects alone is a table as a whole: by names, or by columns.
    const isWhole = rows === 0 && isObject(value) && isTable(value);
    if (isWhole || !isObject(value)) {
      if (rows === 0) return false;
      throw new UserError(
        t(
          '{0}: expected an object like {"file_name": "a.jpg", "Male": true}, got \'{1}\'',
          placeOf(file, line),
          excerpt(text),
        ),
      );
    }
    rows += 1;
    take(rowOf(value), line);
    return true;
  });
}

/** @throws UserError where it is no list of objects. */
async function listOf(file: string, pieces: AsyncIterable<Buffer>): Promise<Row[]> {
  const read: Buffer[] = [];
  let length = 0;
  for await (const piece of pieces) {
    read.push(piece);
    length += piece.length;
    if (length > MAX_LIST)
      throw new UserError(
        t(
          "the labels '{0}' are JSON of more than {1}: expected an object for each image on a line of its own (.jsonl)",
          file,
          megabytes(MAX_LIST),
        ),
      );
  }
  const value = parsed(
    Buffer.concat(read)
      .toString('utf8')
      .replace(/^\uFEFF/, ''),
  );
  if (Array.isArray(value) && value.length > 0 && value.every(isObject)) return value.map(rowOf);
  if (isObject(value)) {
    // An object for each image, by its name.
    const named = Object.entries(value);
    if (named.length > 0 && named.every(([name]) => isImageName(name)))
      return named.flatMap(([name, row]) =>
        isObject(row) ? [rowOf({ ...row, file_name: name })] : [],
      );
  }
  throw new UserError(
    value === undefined
      ? t("the labels '{0}' begin as JSON does, but are none", file)
      : t(
          'the labels \'{0}\' are JSON, but no list of objects: expected one object for each image, like {"file_name": "a.jpg", "Male": true}, on lines or in a list (pandas: to_json(orient=\'records\', lines=True))',
          file,
        ),
  );
}

/**
 * Objects alone, lists alone, such as the columns of pandas, or lists of objects, such as the
 * images and annotations of COCO.
 */
function isTable(object: Record<string, unknown>): boolean {
  const values = Object.values(object);
  return (
    values.every(isObject) ||
    values.every((value) => Array.isArray(value)) ||
    values.some((value) => Array.isArray(value) && value.some(isObject))
  );
}

/** Texts, and numbers that Python writes and JSON does not have. */
const NO_NUMBERS = /"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/g;

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    try {
      const plain = text.replaceAll(NO_NUMBERS, (each) => (each.startsWith('"') ? each : 'null'));
      return JSON.parse(plain);
    } catch {
      return undefined;
    }
  }
}

const isTextList = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((each) => typeof each === 'string');

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The values of an object by their keys; those of objects in it by their own keys. */
function rowOf(object: Record<string, unknown>): Row {
  const row: Row = new Map();
  for (const [key, value] of Object.entries(object)) {
    if (!isObject(value)) row.set(key, value);
    else for (const [inner, own] of Object.entries(value)) if (!row.has(inner)) row.set(inner, own);
  }
  return row;
}

class JsonCells implements Cells {
  constructor(
    private readonly keys: readonly string[],
    private readonly row: Row,
  ) {}

  get count(): number {
    return this.keys.length;
  }

  text(column: number): string {
    const value = this.row.get(this.keys[column] ?? '');
    if (typeof value === 'string') return value.trim();
    if (isTextList(value)) return JSON.stringify(value);
    return typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
  }

  shortKey(): number {
    return -1;
  }

  isEmpty(column: number): boolean {
    return this.text(column) === '';
  }

  plainNumber(column: number): number {
    const value = this.row.get(this.keys[column] ?? '');
    return typeof value === 'number' ? value : typeof value === 'boolean' ? Number(value) : NaN;
  }
}
