/** Finds the tables of labels in and below a folder. */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import { excerptOfList } from '../text/excerpt';
import { count } from '../text/numbers';
import { t } from '../text/translate';
import { UserError } from '../util/errors';
import { MARKER, readMarker } from '../util/export-marker';
import { partitionWord } from './partitions';

/** A table of a data set, which may have several. */
export interface LabelPart {
  file: string;
  /** Folder below the data set's that its names are meant from, with `/`; empty for that itself. */
  prefix: string;
  /** Partition of its rows; undefined where the name does not tell. */
  split: string | undefined;
}

/** Where the parts of a data set may lie below its folder, the most likely first. */
const PLACES = [
  '',
  'Anno',
  'Eval',
  'anno',
  'eval',
  'celeba',
  'CelebA',
  'CelebAMask-HQ',
  'annotations',
  'labels',
];
/** Tables of labels of known data sets, in any of the places. */
const KNOWN = [
  'list_attr_celeba.txt',
  'list_attr_celeba.csv',
  'list_attr_celeba.txt.gz',
  'list_attr_celeba.csv.gz',
  'CelebAMask-HQ-attribute-anno.txt',
  'lfw_attributes.txt',
];
const PARTITIONS = [
  'list_eval_partition.txt',
  'list_eval_partition.csv',
  'list_eval_partition.txt.gz',
  'list_eval_partition.csv.gz',
];
/** Tables of CelebA that tell who is in each image. */
const IDENTITIES = [
  'identity_CelebA.txt',
  'identity_CelebA.csv',
  'identity_CelebA.txt.gz',
  'identity_CelebA.csv.gz',
];
/** Tables that tell the partitions of a data set in other words. */
const PARTITIONS_NAME = /(?:^|[_-])(?:partition|split)s?\.(?:csv|tsv|txt)(?:\.gz)?$/i;

/** Names of tables. Other .txt files are most often no tables. */
const TABLE =
  /\.(?:csv|tsv|jsonl|ndjson|parquet)(?:\.gz)?$|(?:label|attr|anno|metadata)[^/]*\.(?:txt|json)(?:\.gz)?$/i;
/** Tables of something else: CelebA's, and those that this program writes. */
const NO_LABELS =
  /^(?:list_(?:bbox|landmarks|eval)_|identity_celeba|failed\.csv|without-face\.csv|label-errors\.csv|.*-mapping\.)/i;
/** A table that this program writes beside its clusters: inferred, not true. */
export const OWN_TABLE = 'faces.csv';

/** Tables that this program writes for others to take as labels. */
const OWN_LABELS = /^labels(?:-complete)?\.csv$/;

/** Folders that are searched on each level. */
const MOST_FOLDERS = 20_000;
const LEVELS = 3;

export function findKnownTable(folder: string): string | undefined {
  return find(folder, KNOWN);
}

/** The table of partitions that belongs to a table of labels; undefined where there is none. */
export async function findPartitions(labels: string): Promise<string | undefined> {
  const folder = dirname(labels);
  for (const place of [folder, dirname(folder)]) {
    const found = find(place, PARTITIONS);
    if (found !== undefined) return found;
  }
  const names = await readdir(folder).catch((): string[] => []);
  const named = names.filter((name) => PARTITIONS_NAME.test(name) && name !== basename(labels));
  return named.length === 1 ? join(folder, named[0]!) : undefined;
}

/** The table of identities that belongs to a table of labels; undefined where there is none. */
export function findIdentities(labels: string): string | undefined {
  const folder = dirname(labels);
  return find(folder, IDENTITIES) ?? find(dirname(folder), IDENTITIES);
}

/** Whether a table of partitions is known by its name; others are guessed. */
export const isKnownPartitions = (file: string): boolean => PARTITIONS.includes(basename(file));

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
 * The tables of labels in a folder, or else in the folders below: one, one for each partition, or
 * one for each folder. Results of this program are none, but for labels that a person gave, and for
 * the faces in `folder` itself where there is nothing else.
 * @param levels of folders that are searched.
 * @returns none where there is no table.
 * @throws UserError where there are several of different kinds, or too many folders.
 */
export async function findTables(
  folder: string,
  signal?: AbortSignal,
  levels = LEVELS,
): Promise<LabelPart[]> {
  let folders = [folder];
  for (let level = 0; level < levels && folders.length > 0; level++) {
    const tables: string[] = [];
    const below: string[] = [];
    if (folders.length > MOST_FOLDERS) throw tooManyFolders(folder);
    for (const each of folders) {
      signal?.throwIfAborted();
      // the scan reports folders that cannot be listed
      const entries = await readdir(each, { withFileTypes: true }).catch(() => []);
      const isMarked = entries.some(({ name }) => name === MARKER);
      const results = isMarked ? await resultsIn(each) : new Set<string>();
      if (each === folder) results.delete(OWN_TABLE);
      for (const entry of entries) {
        if (entry.isDirectory() && !entry.name.startsWith('.')) below.push(join(each, entry.name));
        else if (TABLE.test(entry.name) && !isOther(entry.name) && !results.has(entry.name))
          tables.push(join(each, entry.name));
      }
    }
    if (tables.length > 0) return partsOf(folder, tables.sort());
    folders = below.sort();
  }
  return [];
}

/** Names of the files that this program wrote into a folder, without labels for others. */
async function resultsIn(folder: string): Promise<Set<string>> {
  const marked = (await readMarker(folder)) ?? [];
  return new Set(marked.map(({ name }) => name).filter((name) => !OWN_LABELS.test(name)));
}

const tooManyFolders = (folder: string): UserError =>
  new UserError(
    t(
      "'{0}' has more than {1} folders beside each other, which are not searched for a table of labels: say which table to take",
      folder,
      count(MOST_FOLDERS),
    ),
  );

const isOther = (name: string) =>
  name.startsWith('.') || NO_LABELS.test(name) || PARTITIONS_NAME.test(name);

function partsOf(folder: string, tables: readonly string[]): LabelPart[] {
  const metadata = tables.filter((path) => /^metadata\./i.test(basename(path)));
  const foreign = tables.filter((path) => basename(path) !== OWN_TABLE);
  const chosen = metadata.length > 0 ? metadata : foreign.length > 0 ? foreign : tables;
  const families = new Set(chosen.map((path) => familyOf(path)));
  if (families.size > 1) {
    const names = chosen.map((path) => relative(folder, path).replaceAll(sep, '/'));
    throw noDataset(folder, t('there are {0}', excerptOfList(names, 10)));
  }
  const isSpread = new Set(chosen.map((path) => dirname(path))).size > 1;
  return chosen.map((file) => ({
    file,
    prefix: isSpread ? relative(folder, dirname(file)).replaceAll(sep, '/') : '',
    split: splitOf(relative(folder, file)),
  }));
}

/** @param found what there is instead. */
export const noDataset = (folder: string, found: string): UserError =>
  new UserError(
    t(
      "no data set in '{0}': expected CelebA's {1}, or one table of labels (.csv, .tsv, .jsonl, .parquet); {2}",
      folder,
      KNOWN[0]!,
      found,
    ),
  );

/** What the tables of one data set have in common: the name without the partition. */
function familyOf(path: string): string {
  const name = basename(path).toLowerCase();
  const words = name.split(/([^a-z0-9]+)/).filter((word) => partitionWord(word) === undefined);
  const family = words.join('').replaceAll(/[^a-z0-9]+/g, '.');
  return name.endsWith('.parquet') ? family.replaceAll(/\d+/g, '') : family;
}

/** The partition that the name of a table tells, or that of its folder; none where it tells two. */
export function splitOf(path: string): string | undefined {
  for (const part of path.split(sep).reverse()) {
    const words = part.split(/[^a-zA-Z0-9]+/).map(partitionWord);
    const [split, ...others] = new Set(words.filter((word) => word !== undefined));
    if (split !== undefined) return others.length === 0 ? split : undefined;
  }
  return undefined;
}
