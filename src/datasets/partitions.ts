/** Partitions of a data set: their names, and tables that tell the partition of each image. */
import { attributeKey } from '../domain/attributes';
import { excerpt } from '../text/excerpt';
import { t } from '../text/translate';
import { UserError } from '../util/errors';
import { eachRecord } from './csv-records';
import { IMAGE_KEYS, isImageName } from './dialect';
import { eachLine } from './lines';
import { checkTable, tablePieces } from './table-pieces';

/** Names of partitions, as CelebA numbers them. */
export const PARTITION_NAMES = ['training', 'validation', 'test'] as const;

const SPELLINGS = new Map<string, string>([
  ['0', 'training'], ['train', 'training'], ['training', 'training'], ['trn', 'training'], ['traindata', 'training'],
  ['1', 'validation'], ['val', 'validation'], ['valid', 'validation'], ['validation', 'validation'], ['dev', 'validation'],
  ['eval', 'validation'], ['2', 'test'], ['test', 'test'], ['testing', 'test'], ['tst', 'test'],
]); // prettier-ignore

/** The name of a partition that a number or word stands for: 'train' → 'training'. */
export const partitionName = (text: string): string =>
  SPELLINGS.get(text.trim().toLowerCase()) ?? text.trim();

/** The partition that a word in the name of a file or a folder names; undefined for other words. */
export const partitionWord = (word: string): string | undefined =>
  /^\d$/.test(word) ? undefined : SPELLINGS.get(word.toLowerCase());

/** Whether two names stand for the same partition. */
export const isSamePartition = (a: string, b: string): boolean =>
  a === b || partitionName(a) === partitionName(b);

/**
 * Partitions in a column of a table. Numbers become names where they are CelebA's, 0 to 2; other
 * texts stay.
 */
export function namedPartitions(splits: readonly string[]): string[] {
  const isNumbered = splits.includes('2') && splits.every((split) => /^[012]?$/.test(split));
  return isNumbered
    ? splits.map((split) => (split === '' ? '' : partitionName(split)))
    : [...splits];
}

/**
 * Partition of each image, by CelebA's numbers 0 (training), 1 (validation) and 2 (test) or by
 * words: lines of a name and a partition, or a table with commas, semicolons, tabs or bars.
 * @throws UserError naming the line.
 */
export async function readPartitions(
  file: string,
  signal?: AbortSignal,
): Promise<Map<string, string>> {
  const pieces = () => tablePieces(file, 'partitions', signal);
  const partitions = new Map<string, string>();
  /** Where the name and the partition stand, and the number of columns, if a header says so. */
  let columns: [number, number] = [0, 1];
  let width: number | undefined;
  const take = (cells: readonly string[], index: number) => {
    const header = index === 0 ? headerColumns(cells) : undefined;
    if (header !== undefined) {
      columns = header;
      width = cells.length;
      return;
    }
    const [image, text = ''] = columns.map((column) => cells[column]);
    const name = SPELLINGS.get(text.toLowerCase());
    if (image === undefined || name === undefined) {
      const isHeader = index === 0 && !/^\d+$/.test(text) && !isImageName(image ?? '');
      if (isHeader) return;
      throw noPartition(file, index + 1, excerpt([image, text].join(' ')));
    }
    const known = partitions.get(image) ?? name;
    if (known !== name) throw inTwoPartitions(file, index + 1, image, [known, name]);
    partitions.set(image, name);
  };
  let index = 0;
  let delimiter: string | undefined;
  const isRead = await eachLine(pieces(), (bytes, start, end) => {
    const line = bytes.toString('utf8', start, end).trim();
    if (line === '' || (index === 0 && /^\d+$/.test(line))) return true;
    if (index === 0) delimiter = [',', ';', '|'].find((each) => line.includes(each));
    if (delimiter !== undefined) return false;
    take(cellsOf(line, columns[0], width), index++);
    return true;
  });
  if (isRead) return partitions;
  // It is a table with that delimiter from the beginning.
  partitions.clear();
  await checkTable(file, 'partitions', signal);
  const options = {
    file,
    what: 'partitions' as const,
    relax_column_count: true,
    delimiter: delimiter!,
  };
  await eachRecord(pieces(), options, take, signal);
  return partitions;
}

const noPartition = (file: string, line: number, got: string) =>
  new UserError(
    t(
      "the partitions '{0}', line {1}: expected a name and 0, 1 or 2, got '{2}'; train, val and test are read, too",
      file,
      line,
      got,
    ),
  );

const inTwoPartitions = (
  file: string,
  line: number,
  image: string,
  partitions: readonly [string, string],
) =>
  new UserError(
    t(
      "the partitions '{0}', line {1}: '{2}' is in two partitions, {3} and {4}",
      file,
      line,
      excerpt(image),
      ...partitions,
    ),
  );

/** Where a header has the name and the partition; undefined for other lines. */
function headerColumns(cells: readonly string[]): [number, number] | undefined {
  const split = cells.findIndex((cell) =>
    /^(?:eval_?)?(?:partition|split|subset|set)s?$/i.test(cell),
  );
  if (split < 0) return undefined;
  const keys = cells.map(attributeKey);
  const sure = IMAGE_KEYS.filter((key) => !PERHAPS_NAMES.has(key));
  const similar = cells.findIndex((cell) => /image|file|img|path/i.test(cell));
  const candidates = [
    ...sure.map((key) => keys.indexOf(key)),
    similar,
    ...[...PERHAPS_NAMES].map((key) => keys.indexOf(key)),
  ];
  const named = candidates.find((column) => column >= 0 && column !== split);
  return [named ?? (split === 0 ? 1 : 0), split];
}

/** Keys of columns that hold names of images where no other column does. */
const PERHAPS_NAMES: ReadonlySet<string> = new Set([
  'name', 'imagenumber', 'imagenum', 'id', '', 'unnamed0', 'indexlevel0',
]); // prettier-ignore

/**
 * The cells of a line between tabs, or else spaces. Those that are too many are parts of the name,
 * which has spaces then.
 * @param name column of the name.
 * @param width number of columns; undefined without a header, where a partition comes last.
 */
function cellsOf(line: string, name: number, width: number | undefined): string[] {
  const tabbed = line.split(/\s*\t\s*/);
  const cells = tabbed.length > 1 ? tabbed : line.split(/\s+/);
  const isWithout = width === undefined && SPELLINGS.has(cells.at(-1)!.toLowerCase());
  const excess = cells.length - (width ?? (isWithout ? 2 : cells.length));
  if (excess <= 0) return cells;
  const parts = cells.slice(name, name + excess + 1);
  return [...cells.slice(0, name), parts.join(' '), ...cells.slice(name + excess + 1)];
}
