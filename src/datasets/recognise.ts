/** Which data set a folder holds, and where its parts lie: CelebA in its own and in Kaggle's layout, LFW, or any folder with a table of labels. */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { messageOf, UserError } from '../errors';
import { readText } from './read-text';

export type DatasetKind = 'CelebA' | 'LFW' | 'labelled folder';

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
const LABELS = ['list_attr_celeba.txt', 'list_attr_celeba.csv', 'list_attr_celeba.txt.gz', 'list_attr_celeba.csv.gz'];
const PARTITIONS = ['list_eval_partition.txt', 'list_eval_partition.csv', 'list_eval_partition.txt.gz', 'list_eval_partition.csv.gz'];
const IMAGES = ['img_align_celeba/img_align_celeba', 'img_align_celeba', 'Img/img_align_celeba', 'celeba', 'images'];

/** Names of partitions, as CelebA numbers them. */
export const PARTITION_NAMES = ['training', 'validation', 'test'] as const;

/**
 * @param labels a table of labels that is to be taken, wherever it lies; undefined to look for one.
 * @throws UserError where there is none.
 */
export async function recogniseDataset(folder: string, labels?: string): Promise<DatasetParts> {
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (error) {
    throw new UserError(`cannot read the folder '${folder}': ${messageOf(error)}`, { cause: error });
  }
  const celeba = labels === undefined ? find(folder, LABELS) : basename(labels).startsWith('list_attr_celeba') ? labels : undefined;
  const images = IMAGES.map((name) => join(folder, ...name.split('/'))).find((path) => existsSync(path));
  if (celeba !== undefined) {
    return { kind: 'CelebA', labels: celeba, partitions: find(folder, PARTITIONS), images: images ?? (await holdsImages(folder)) };
  }
  const tables = labels === undefined ? names.filter((name) => /\.csv(\.gz)?$/i.test(name)).map((name) => join(folder, name)) : [labels];
  const [table] = tables;
  if (table === undefined || tables.length > 1) {
    const found = tables.length === 0 ? 'there is none' : `there are ${tables.map((path) => basename(path)).join(', ')}`;
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
    images: isLfw ? people : (images ?? (await holdsImages(folder))),
  };
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

/** The folder, if images lie in it or right below. */
async function holdsImages(folder: string): Promise<string | undefined> {
  const names = await readdir(folder, { recursive: true });
  return names.some((name) => /\.(jpe?g|png)$/i.test(name)) ? folder : undefined;
}

/** Folders named after people, with images named after their folder: `Aaron_Eckhart/Aaron_Eckhart_0001.jpg`. */
async function looksLikeLfw(folder: string): Promise<boolean> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []); // no such folder: not LFW
  const [first] = entries.filter((entry) => entry.isDirectory());
  if (first === undefined) return false;
  const names = await readdir(join(folder, first.name));
  return names.some((name) => name.startsWith(`${first.name}_`));
}

/**
 * Partition of each image, by CelebA's numbers 0 (training), 1 (validation) and 2 (test): lines of a name and a number, or a CSV table.
 * @throws UserError naming the line.
 */
export async function readPartitions(file: string): Promise<Map<string, string>> {
  const text = await readText(file, 'partitions');
  const rows: string[][] = text.includes(',')
    ? parse(text, { trim: true, skip_empty_lines: true, relax_column_count: true })
    : text.split(/\r?\n/).filter((line) => line.trim() !== '').map((line) => line.trim().split(/\s+/)); // prettier-ignore
  const partitions = new Map<string, string>();
  for (const [i, [image, number]] of rows.entries()) {
    if (i === 0 && !/^\d+$/.test(number ?? '')) continue; // a header
    const name = PARTITION_NAMES[Number(number)];
    if (image === undefined || name === undefined) {
      throw new UserError(`the partitions '${file}', line ${i + 1}: expected a name and 0, 1 or 2, got '${[image, number].join(' ')}'`);
    }
    partitions.set(image, name);
  }
  return partitions;
}
