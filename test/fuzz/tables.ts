/**
 * Generates hostile and broken tables of labels from a seed. `npm test` runs a few of them. Each
 * has to end in a table or a UserError, within limits of time and memory.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { parquetWriteBuffer, type ParquetWriteOptions } from 'hyparquet-writer';
import { explore } from '../../src/datasets/explore';
import { LABEL_LIMITS, type LabelTable } from '../../src/datasets/label-table';
import { readLabels } from '../../src/datasets/labels';
import { readPartitions } from '../../src/datasets/partitions';
import { UserError } from '../../src/util/errors';
import { random } from '../support/vectors';

export interface TableCase {
  /** Seed, index and mutations: enough to generate it again. */
  title: string;
  /** The file's name. Its ending need not match its content. */
  name: string;
  bytes: Buffer;
}

/**
 * Limit of a case, in milliseconds of CPU time. The slowest case takes 1.7 s on a usual machine and
 * three to four times as long on a slow one; what is quadratic in the rows takes minutes.
 */
const LIMIT = 20_000;
/** Limit of the resident memory that a case adds, in bytes. */
const MEMORY = 600e6;

type Draw = () => number;
const below = (draw: Draw, end: number) => Math.floor(draw() * end);
const pick = <T>(draw: Draw, list: readonly T[]): T => list[below(draw, list.length)]!;

const NAMES = [
  'Male',
  'Smiling',
  'constructor',
  '__proto__',
  'toString',
  'hasOwnProperty',
  '',
  'split',
  'image_id',
  'Bald',
  'x',
  'id',
  'ÄÖ',
  '"',
  'face',
  'person',
  'imagenum',
  'race',
  'gender',
  'Wearing Hat',
  '#',
];
const CELLS = [
  '1',
  '-1',
  '0',
  '0.5',
  '1e-9',
  '',
  ' ',
  'NaN',
  'Infinity',
  '1e999',
  '0x1',
  '2',
  '-0',
  '1_0',
  '١',
  'null',
  '"',
  '""',
  '\u202e1',
  "'1'",
  'True',
  'no',
  'None',
  'East Asian',
  '20-29',
  '0,5',
  '-2.5',
];
const PIECES = [
  '"',
  '""',
  '\n',
  '\r',
  '\r\n',
  ',',
  ',,,,',
  '\t',
  '\0',
  '\ufeff',
  '\u2028',
  '\ud83d\ude00',
  '[command](command:x)',
  '=1+1',
  '5\n',
  ' ',
];

/** A valid or nearly valid table, in one of the forms that are read. */
function table(draw: Draw): Buffer {
  const form = draw();
  if (form < 0.08) return Buffer.from(jsonTable(draw));
  if (form < 0.16) return parquetTable(draw);
  const text = textTable(draw);
  const encoding = draw();
  if (encoding < 0.85) return Buffer.from(text);
  const bytes = Buffer.from(draw() < 0.7 ? `\uFEFF${text}` : text, 'utf16le');
  return encoding < 0.93 ? bytes : bytes.swap16();
}

function jsonTable(draw: Draw): string {
  const names = ['file_name', 'Male', ...NAMES].slice(0, 2 + below(draw, NAMES.length));
  const value = () =>
    pick<unknown>(draw, [true, false, 0, 1, 0.5, null, 'White', '1', [1], { a: 1 }]);
  const rows = Array.from({ length: below(draw, 50) }, (_, row) => {
    const cells = names.map((name): [string, unknown] => [name, value()]);
    return Object.fromEntries<unknown>([...cells, ['file_name', `${row}.jpg`]]);
  });
  if (draw() < 0.2) return JSON.stringify(rows, null, draw() < 0.5 ? 1 : 0);
  return rows.map((row) => JSON.stringify(row)).join('\n');
}

function parquetTable(draw: Draw): Buffer {
  const rows = 1 + below(draw, 40);
  const column = (value: (row: number) => unknown) =>
    Array.from({ length: rows }, (_, i) => value(i));
  const columnData: ParquetWriteOptions['columnData'] = [
    { name: 'file_name', data: column((row) => `${row}.jpg`), type: 'STRING' },
    { name: 'Male', data: column(() => draw() < 0.5), type: 'BOOLEAN' },
    { name: 'race', data: column(() => pick(draw, CELLS)), type: 'STRING' },
    { name: 'A', data: column(() => (draw() < 0.1 ? null : draw())), type: 'DOUBLE' },
    { name: 'B', data: column(() => below(draw, 3) - 1), type: 'INT32' },
  ];
  return Buffer.from(parquetWriteBuffer({ columnData, rowGroupSize: 1 + below(draw, rows) }));
}

function textTable(draw: Draw): string {
  const isCsv = draw() < 0.6;
  const end = pick(draw, ['\n', '\n', '\r\n', '\r']);
  const columns = 1 + below(draw, pick(draw, [3, 40, 60]));
  const rows = below(draw, pick(draw, [2, 20, 200]));
  const odd = draw() < 0.5 ? 0 : 0.05;
  const names = Array.from({ length: columns }, (_, i) =>
    draw() < odd + 0.1 ? pick(draw, NAMES) : `A${i}`,
  );
  const value = () => (draw() < odd / 10 ? pick(draw, CELLS) : draw() < 0.5 ? '1' : '-1');
  const lines = Array.from({ length: rows }, (_, row) => [`${row}.jpg`, ...names.map(value)]);
  const head = isCsv ? ['image_id', ...names] : names;
  const between = isCsv ? pick(draw, [',', ',', ';', '\t', '|']) : ' ';
  const count = draw() < 0.3 ? [String(rows)] : [];
  return [...count, ...[head, ...lines].map((cells) => cells.join(between))].join(end);
}

type Mutation = (bytes: Buffer, draw: Draw) => Buffer;

const at = (bytes: Buffer, draw: Draw) => below(draw, bytes.length + 1);
const insert = (bytes: Buffer, position: number, piece: Buffer) =>
  Buffer.concat([bytes.subarray(0, position), piece, bytes.subarray(position)]);

/** How often a piece is repeated: enough to reach the limits of a table, not those of memory. */
const REPEATED = [10, 3000, 300_000, 2_000_000];

const bombs = new Map<string, Buffer>();

/** 50 MB of a repeated piece, gzipped to 50 kB or more. */
function bomb(piece: string): Buffer {
  const made = bombs.get(piece) ?? gzipSync(Buffer.alloc(50e6, piece), { level: 1 });
  bombs.set(piece, made);
  return made;
}

const MUTATIONS: Record<string, Mutation> = {
  none: (bytes) => bytes,
  flip(bytes, draw) {
    const copy = Buffer.from(bytes);
    for (let i = 0; i < 1 + below(draw, 8); i++)
      if (copy.length > 0) copy[below(draw, copy.length)]! ^= 1 << below(draw, 8);
    return copy;
  },
  cut: (bytes, draw) => bytes.subarray(0, at(bytes, draw)),
  insert: (bytes, draw) => insert(bytes, at(bytes, draw), Buffer.from(pick(draw, PIECES))),
  cell: (bytes, draw) => insert(bytes, at(bytes, draw), Buffer.from(`,${pick(draw, CELLS)},`)),
  repeat: (bytes, draw) =>
    insert(bytes, at(bytes, draw), Buffer.from(pick(draw, PIECES).repeat(pick(draw, REPEATED)))),
  twice: (bytes) => Buffer.concat([bytes, bytes]),
  noise: (_, draw) =>
    Buffer.from(Uint8Array.from({ length: below(draw, 4000) }, () => below(draw, 256))),
  gzip: (bytes) => gzipSync(bytes),
  gzipTwice: (bytes) => gzipSync(gzipSync(bytes)),
  bomb: (_, draw) => bomb(pick(draw, ['\0', 'a', '\n', ',', '"', '1 ', 'a,1\n', '1.jpg 1\n'])),
  wide: (_, draw) =>
    Buffer.from(
      Array.from({ length: pick(draw, [500, 1001, 100_000]) }, (_each, i) => `A${i}`).join(
        pick(draw, [',', ' ']),
      ),
    ),
};

/** @yields `count` cases; the same ones for the same seed. */
export function* tableCases(seed: number, count: number): Generator<TableCase> {
  for (let i = 0; i < count; i++) {
    const draw = random(seed * 1_000_003 + i);
    let bytes = table(draw);
    const done: string[] = [];
    for (let left = 1 + below(draw, 3); left > 0; left--) {
      const name = pick(draw, Object.keys(MUTATIONS));
      bytes = Buffer.from(MUTATIONS[name]!(bytes, draw));
      done.push(name);
      if (bytes.length > 20e6) break; // larger ones only take time
    }
    yield {
      title: `table ${seed}/${i}: ${done.join(', ')}`,
      name: pick(draw, [
        'labels.txt',
        'labels.csv',
        'labels.csv.gz',
        'labels.jsonl',
        'labels.parquet',
      ]),
      bytes,
    };
  }
}

/**
 * Reads a case as labels and as partitions, and explores the table.
 * @param folder where its file is written.
 * @returns 'table', or the message of the UserError.
 * @throws Error if it ends in anything else, exceeds a limit, or gives an invalid table.
 */
export async function runTableCase(
  { title, name, bytes }: TableCase,
  folder: string,
): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, bytes);
  const before = process.memoryUsage().rss;
  const started = process.cpuUsage();
  let outcome = 'table';
  try {
    checkTable(await readLabels(file));
  } catch (error) {
    outcome = messageOfUserError(title, error);
  }
  try {
    await readPartitions(file);
  } catch (error) {
    messageOfUserError(title, error);
  }
  const { user, system } = process.cpuUsage(started);
  if ((user + system) / 1000 > LIMIT)
    throw new Error(`${title}: took ${((user + system) / 1e6).toFixed(1)} s`);
  const added = process.memoryUsage().rss - before;
  if (added > MEMORY) throw new Error(`${title}: took ${(added / 1e6).toFixed(0)} MB`);
  return outcome;
}

function messageOfUserError(title: string, error: unknown): string {
  if (!(error instanceof UserError))
    throw new Error(`${title}: ended in ${String(error)}`, { cause: error });
  if (error.message.length > 6000)
    throw new Error(`${title}: a message of ${error.message.length} characters`);
  return error.message;
}

/**
 * Checks a table's invariants.
 * @throws Error if it is invalid; UserError if it cannot be explored.
 */
function checkTable(table: LabelTable): void {
  const { attributes, images, values, splits } = table;
  if (attributes.length > LABEL_LIMITS.attributes)
    throw new Error(`${attributes.length} attributes`);
  if (values.length !== images.length * attributes.length)
    throw new Error('values that do not belong to images');
  if (splits !== undefined && splits.length !== images.length)
    throw new Error('splits that do not belong to images');
  if (!values.every((value) => Number.isNaN(value) || (value >= 0 && value <= 1)))
    throw new Error('an invalid label');
  const { correlation, frequencies } = explore(table, {
    attributes: [],
    drop: [],
    dropZero: 0.5,
    seed: 1,
  });
  if (!frequencies.every((value) => value >= 0 && value <= 1))
    throw new Error('an invalid frequency');
  if (!correlation.every((value) => Math.abs(value) <= 1 + 1e-9))
    throw new Error('an invalid correlation');
}
