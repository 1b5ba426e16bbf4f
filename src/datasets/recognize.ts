/**
 * Which data set a folder holds, and where its parts lie: CelebA in its own and in Kaggle's layout,
 * LFW, or any folder with a table of labels.
 */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { DatasetKind } from '../domain/dataset';
import { scanImages } from '../images/scan-folders';
import { excerpt, excerptOfList } from '../text/excerpt';
import { messageOf, UserError } from '../util/errors';
import { eachRecord } from './csv-records';
import { eachLine } from './lines';
import { checkTable, tablePieces } from './table-pieces';

export interface DatasetParts {
  kind: DatasetKind;
  /** Table of attributes. */
  labels: string;
  /** Table of partitions; undefined where the labels name the split themselves, or nothing does. */
  partitions: string | undefined;
  /** Folder below which the images lie; undefined where there are labels only. */
  images: string | undefined;
}

/** Where the parts of a data set may lie below its folder, the most likely first. */
const PLACES = ['', 'Anno', 'Eval', 'anno', 'eval'];
const LABELS = [
  'list_attr_celeba.txt',
  'list_attr_celeba.csv',
  'list_attr_celeba.txt.gz',
  'list_attr_celeba.csv.gz',
];
const PARTITIONS = [
  'list_eval_partition.txt',
  'list_eval_partition.csv',
  'list_eval_partition.txt.gz',
  'list_eval_partition.csv.gz',
];
const IMAGES = [
  'img_align_celeba/img_align_celeba',
  'img_align_celeba',
  'Img/img_align_celeba',
  'celeba',
  'images',
];

/** Names of partitions, as CelebA numbers them. */
export const PARTITION_NAMES = ['training', 'validation', 'test'] as const;

/**
 * @param labels a table of labels that is to be taken, wherever it lies; undefined to look for one.
 * @throws UserError where there is none.
 */
export async function recognizeDataset(
  folder: string,
  labels?: string,
  signal?: AbortSignal,
): Promise<DatasetParts> {
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (error) {
    throw new UserError(`cannot read the folder '${folder}': ${messageOf(error)}`, {
      cause: error,
    });
  }
  const celeba =
    labels === undefined
      ? find(folder, LABELS)
      : basename(labels).startsWith('list_attr_celeba')
        ? labels
        : undefined;
  const images = IMAGES.map((name) => join(folder, ...name.split('/'))).find((path) =>
    existsSync(path),
  );
  if (celeba !== undefined) {
    return {
      kind: 'CelebA',
      labels: celeba,
      partitions: find(folder, PARTITIONS),
      images: images ?? (await holdsImages(folder, signal)),
    };
  }
  const tables =
    labels === undefined
      ? names.filter((name) => TABLE.test(name)).map((name) => join(folder, name))
      : [labels];
  const [table] = tables;
  if (table === undefined || tables.length > 1) {
    const found =
      tables.length === 0
        ? 'there is none'
        : `there are ${excerptOfList(tables.map((path) => basename(path)))}`;
    throw new UserError(
      `no data set in '${folder}': expected CelebA's ${LABELS[0]!}, or one table of labels (.csv); ${found}. Name one with --labels`,
    );
  }
  const people = names.includes('lfw') ? join(folder, 'lfw') : folder;
  const isLfw = await looksLikeLfw(people);
  return {
    kind: isLfw ? 'LFW' : 'labelled folder',
    labels: table,
    partitions: undefined,
    images: isLfw ? people : (images ?? (await holdsImages(folder, signal))),
  };
}

/** Names of tables. */
const TABLE = /\.csv(\.gz)?$/i;
/** A table that this program writes beside its clusters: inferred, not true. */
const OWN_TABLE = 'faces.csv';

/**
 * The table of labels that images in a folder most likely have: CelebA's in the folder or above it,
 * or the only table in the folder.
 * @returns undefined where there is none, or the folder cannot be read.
 */
export async function findLabels(folder: string): Promise<string | undefined> {
  const celeba = find(folder, LABELS) ?? find(dirname(folder), LABELS);
  if (celeba !== undefined) return celeba;
  const names = await readdir(folder).catch((): string[] => []);
  const tables = names.filter((name) => TABLE.test(name) && name !== OWN_TABLE);
  return tables.length === 1 ? join(folder, tables[0]!) : undefined;
}

function find(folder: string, names: readonly string[]): string | undefined {
  for (const place of PLACES) {
    for (const name of names) {
      const path = join(folder, place, name);
      if (existsSync(path)) return path;
    }
  }
  return undefined;
}

/**
 * Folders listed before images are assumed to exist: the scan that follows finds out, shows
 * progress and can be cancelled.
 */
const MOST_FOLDERS = 10_000;

/**
 * The folder, if there are images anywhere below it. Like the scan, follows links and lists each
 * folder once.
 * @throws the signal's reason if it is aborted.
 */
async function holdsImages(
  folder: string,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  const enough = new AbortController();
  const stop = signal === undefined ? enough.signal : AbortSignal.any([signal, enough.signal]);
  let folders = 0;
  const options = {
    signal: stop,
    onFirst: () => {
      enough.abort();
    },
    onFound: () => {
      if (++folders >= MOST_FOLDERS) enough.abort();
    },
  };
  try {
    await scanImages([folder], options);
  } catch (error) {
    signal?.throwIfAborted();
    if (!enough.signal.aborted) throw error;
  }
  return enough.signal.aborted ? folder : undefined;
}

/**
 * Folders named after people, with images named after their folder:
 * `Aaron_Eckhart/Aaron_Eckhart_0001.jpg`.
 */
async function looksLikeLfw(folder: string): Promise<boolean> {
  // no such folder: not LFW
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const [first] = entries.filter((entry) => entry.isDirectory());
  if (first === undefined) return false;
  // the scan reports folders that cannot be listed
  const names = await readdir(join(folder, first.name)).catch(() => []);
  return names.some((name) => name.startsWith(`${first.name}_`));
}

/**
 * Partition of each image, by CelebA's numbers 0 (training), 1 (validation) and 2 (test): lines of
 * a name and a number, or a CSV table.
 * @throws UserError naming the line.
 */
export async function readPartitions(
  file: string,
  signal?: AbortSignal,
): Promise<Map<string, string>> {
  const pieces = () => tablePieces(file, 'partitions', signal);
  const partitions = new Map<string, string>();
  const take = ([image, number]: readonly string[], index: number) => {
    if (index === 0 && !/^\d+$/.test(number ?? '')) return; // a header
    const name = number === '' ? undefined : PARTITION_NAMES[Number(number)];
    if (image === undefined || name === undefined) {
      const got = excerpt([image, number].join(' '));
      throw new UserError(
        `the partitions '${file}', line ${index + 1}: expected a name and 0, 1 or 2, got '${got}'`,
      );
    }
    partitions.set(image, name);
  };
  let index = 0;
  const isRead = await eachLine(pieces(), (bytes, start, end) => {
    const line = bytes.toString('utf8', start, end).trim();
    if (line.includes(',')) return false;
    if (line !== '') take(line.split(/\s+/), index++);
    return true;
  });
  if (isRead) return partitions;
  // A comma: it is a CSV table from the beginning.
  partitions.clear();
  await checkTable(file, 'partitions', signal);
  const options = { what: `the partitions '${file}'`, relax_column_count: true };
  await eachRecord(pieces(), options, take, signal);
  return partitions;
}
