/**
 * Reads a table of attribute labels, plain or gzipped: CelebA's `list_attr_celeba.txt` (with or
 * without its count line), LFW's `lfw_attributes.txt`, a table with commas, semicolons, tabs or
 * spaces and a column for each attribute among others, lines of JSON, or a .parquet file. Values
 * are 0 or 1, ±1, words like True and no, probabilities, or texts of categories.
 *
 * The bytes are read line by line; only names become texts, since a text for each of millions of
 * cells takes most of the time and memory.
 */
import { excerpt } from '../text/excerpt';
import { t } from '../text/translate';
import { ByteCells, TextCells } from './cells';
import { eachRecord } from './csv-records';
import { type Dialect, dialectOf, spacedCells } from './dialect';
import { isJson, jsonLabels } from './json-labels';
import type { HeldColumns } from './column-values';
import { LabelColumns } from './label-columns';
import { LABEL_LIMITS, type LabelTable } from './label-table';
import { eachLine } from './lines';
import { isParquet, parquetLabels } from './parquet-labels';
import { finishTable } from './table-result';
import { SPACE, splitAtSeparators, splitAtSpaces } from './split-line';
import { checkTable, TABLE_LIMITS, tablePieces } from './table-pieces';

const NEWLINE = 10;

/**
 * @throws UserError naming the file, the line, and the expected and received value; the signal's
 * reason if it is aborted.
 */
export async function readLabels(file: string, signal?: AbortSignal): Promise<LabelTable> {
  return finishTable(file, tableOf(await readColumns(file, signal)));
}

/** The rows of a table as they are read, before it is decided what its columns are. */
export interface ReadRows {
  columns: LabelColumns;
  /** For people. */
  remarks: string[];
}

/**
 * The table, in which rows that repeat or contradict others are still there.
 * @param held what each column holds, in other tables of the data set too.
 */
export function tableOf({ columns, remarks }: ReadRows, held?: HeldColumns): LabelTable {
  const table = columns.table(held);
  return { ...table, remarks: [...table.remarks, ...remarks] };
}

/** @throws as `readLabels` does, where a row cannot be read. */
export async function readColumns(file: string, signal?: AbortSignal): Promise<ReadRows> {
  if (await isParquet(file, signal))
    return { columns: await parquetLabels(file, signal), remarks: [] };
  /** A line that is not UTF-8. */
  let foreign: string | undefined;
  const pieces = () =>
    tablePieces(file, 'labels', signal, (text) => {
      foreign ??= text;
    });
  const columns = await readText(file, pieces, signal);
  if (foreign === undefined) return { columns, remarks: [] };
  const remark = t(
    "text that is not UTF-8 is read as Windows-1252: '{0}'",
    excerpt(foreign.trim()),
  );
  return { columns, remarks: [remark] };
}

async function readText(
  file: string,
  pieces: () => AsyncGenerator<Buffer>,
  signal: AbortSignal | undefined,
): Promise<LabelColumns> {
  const dialect = await sniff(file, pieces());
  if (dialect === 'json') return jsonLabels(file, pieces, signal);
  const columns = new LabelColumns(file, dialect);
  if (await eachLine(pieces(), lineReader(columns, dialect))) return columns;
  await checkTable(file, 'labels', signal);
  return parsedLabels(file, pieces(), dialect, signal);
}

/** How a table is written; 'json' for lines of JSON. */
async function sniff(file: string, pieces: AsyncIterable<Buffer>): Promise<Dialect | 'json'> {
  let start = Buffer.alloc(0);
  /** Empty lines before. */
  let lines = 0;
  for await (const piece of pieces) {
    start = Buffer.concat([start, piece]);
    if (isBlank(start)) {
      lines += start.filter((byte) => byte === NEWLINE).length;
      start = Buffer.alloc(0);
      continue;
    }
    if (isJson(start)) return 'json';
    const text = start.toString('utf8', 0, start.lastIndexOf(NEWLINE) + 1);
    const found = dialectOf(file, text, false);
    if (found !== undefined) return { ...found, skipped: found.skipped + lines };
    if (start.length > 2 * TABLE_LIMITS.line) break;
  }
  const found = dialectOf(file, start.toString(), true)!;
  return { ...found, skipped: found.skipped + lines };
}

/** Whether a text has nothing but spaces and line breaks. */
const isBlank = (bytes: Buffer): boolean => bytes.every((byte) => byte <= SPACE);

/** Takes the lines of a table; false at one that takes a parser of CSV, with all others. */
export function lineReader(columns: LabelColumns, { separator, skipped }: Dialect) {
  const cells = new ByteCells(LABEL_LIMITS.columns);
  const code = separator.charCodeAt(0);
  const isSpaced = separator === ' ';
  let line = 0;
  return (bytes: Buffer, start: number, end: number): boolean => {
    line += 1;
    if (line <= skipped) return true;
    columns.checkLines(line);
    if (columns.addShort(bytes, start, end)) return true;
    if (isSpaced) {
      if (splitAtSpaces(bytes, start, end, cells)) {
        if (cells.count > 0) columns.add(cells, line);
        return true;
      }
      const texts = new TextCells(spacedCells(bytes.toString('utf8', start, end)));
      if (texts.count > 0) columns.add(texts, line);
      return true;
    }
    if (!splitAtSeparators(bytes, start, end, code, cells)) return false;
    if (cells.count > 0) columns.add(cells, line);
    return true;
  };
}

/**
 * Reads the labels of any CSV table: more slowly than from bytes.
 * @param pieces the bytes of the table.
 */
export async function parsedLabels(
  file: string,
  pieces: AsyncIterable<Buffer>,
  dialect: Dialect,
  signal?: AbortSignal,
): Promise<LabelColumns> {
  const columns = new LabelColumns(file, dialect);
  const { separator: delimiter, skipped } = dialect;
  const options = {
    file,
    what: 'labels' as const,
    skipped,
    delimiter,
    relax_column_count: true,
  };
  const take = (cells: string[], index: number) => {
    columns.checkLines(index + 1);
    columns.add(new TextCells(cells), index + 1 + skipped);
  };
  await eachRecord(pieces, options, take, signal);
  return columns;
}
