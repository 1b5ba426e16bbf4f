/**
 * Which data set a folder holds, and where its parts lie: known data sets, any folder with tables
 * of labels, or images whose names or folders are their labels.
 */
import { existsSync, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, dirname, extname, join, relative, sep } from 'node:path';
import { holdsImageColumn } from '../archives/parquet-names';
import type { DatasetKind } from '../domain/dataset';
import { scanImages } from '../images/scan-folders';
import { t } from '../text/translate';
import { UserError } from '../util/errors';
import { fsReason } from '../util/fs-errors';
import {
  findKnownTable,
  findPartitions,
  findTables,
  type LabelPart,
  noDataset,
  OWN_TABLE,
  splitOf,
} from './find-tables';

export interface DatasetParts {
  kind: DatasetKind;
  /** Table of attributes; the folder where there are several, or the images' names are labels. */
  labels: string;
  /** All tables, where there are several; undefined for `labels` alone. */
  tables?: LabelPart[] | undefined;
  /** Folder below which they were found; undefined where `labels` is that folder. */
  root?: string;
  /** Table of partitions; undefined where the labels name the split themselves, or nothing does. */
  partitions: string | undefined;
  /** Folder below which the images lie; undefined where there are labels only. */
  images: string | undefined;
  /** Files that hold the images, instead of the folder. */
  archives?: string[] | undefined;
}

const IMAGES = [
  'img_align_celeba/img_align_celeba',
  'img_align_celeba',
  'Img/img_align_celeba',
  'celeba/img_align_celeba',
  'CelebA-HQ-img',
  'CelebAMask-HQ/CelebA-HQ-img',
  'celeba',
  'images',
];

/** Data sets by the names of their tables. */
const KINDS: [pattern: RegExp, kind: DatasetKind][] = [
  [/^list_attr_celeba/i, 'CelebA'],
  [/^CelebAMask-HQ-attribute/i, 'CelebAMask-HQ'],
  [/^lfw_attributes/i, 'LFW'],
  [/maad/i, 'MAAD-Face'],
  [/fairface/i, 'FairFace'],
  [/ffhq/i, 'FFHQ'],
  [/^metadata\.|\.parquet$/i, 'Hugging Face'],
];

/**
 * @param labels a table of labels that is to be taken, wherever it lies; undefined to look for one.
 * @throws UserError where there is none.
 */
export async function recognizeDataset(
  folder: string,
  labels?: string,
  signal?: AbortSignal,
): Promise<DatasetParts> {
  if (isParquetName(folder) && isFile(folder))
    return { ...parquetParts(folder), labels: labels ?? folder };
  try {
    await readdir(folder);
  } catch (error) {
    throw new UserError(t("cannot read the folder '{0}': {1}", folder, fsReason(error)), {
      cause: error,
    });
  }
  const root = labels !== undefined && isFolder(labels) ? labels : folder;
  const parts = await partsIn(root, labels === root ? undefined : labels, signal);
  const [first] = parts;
  if (first === undefined) return namedDataset(folder, signal);
  const name = basename(first.file);
  const kind = KINDS.find(([pattern]) => pattern.test(name))?.[1];
  const people = existsSync(join(folder, 'lfw')) ? join(folder, 'lfw') : folder;
  const isLfw = kind === 'LFW' || (kind === undefined && (await looksLikeLfw(people)));
  const archives = parts
    .map(({ file }) => file)
    .filter((file) => isParquetName(file) && holdsImageColumn(file));
  const images = isLfw
    ? people
    : (IMAGES.map((each) => join(folder, ...each.split('/'))).find((path) => existsSync(path)) ??
      (await holdsImages(folder, signal)));
  const recognized = {
    kind: isLfw ? ('LFW' as const) : (kind ?? ('labelled folder' as const)),
    labels: parts.length === 1 ? first.file : root,
    ...(parts.length > 1 || first.split !== undefined ? { tables: parts, root } : {}),
    partitions: parts.length === 1 ? await findPartitions(first.file) : undefined,
    images,
  };
  if (images !== undefined || archives.length === 0) return recognized;
  // Names are meant from the files that hold the images, too.
  const tables = parts.map((part) => ({ ...part, prefix: pathBelow(root, part.file) }));
  return { ...recognized, tables, root, images: folder, archives };
}

const isParquetName = (path: string): boolean => extname(path).toLowerCase() === '.parquet';
const pathBelow = (folder: string, path: string): string =>
  relative(folder, path).replaceAll(sep, '/');

function parquetParts(file: string): DatasetParts {
  const holdsImages = holdsImageColumn(file);
  return {
    kind: 'Hugging Face',
    labels: file,
    partitions: undefined,
    images: holdsImages ? file : undefined,
    archives: holdsImages ? [file] : undefined,
  };
}

async function partsIn(
  folder: string,
  labels: string | undefined,
  signal: AbortSignal | undefined,
): Promise<LabelPart[]> {
  const known = labels ?? findKnownTable(folder);
  if (known === undefined) return findTables(folder, signal);
  return [{ file: known, prefix: '', split: splitOf(basename(known)) }];
}

/** A data set whose images are named after their labels, or lie in folders that are. */
async function namedDataset(folder: string, signal?: AbortSignal): Promise<DatasetParts> {
  const images = await holdsImages(folder, signal);
  if (images === undefined) throw noDataset(folder, t('there is none'));
  return { kind: 'class folders', labels: folder, partitions: undefined, images };
}

/**
 * The table of labels that images in a folder most likely have: that of a known data set in the
 * folder or above it, or the only table in the folder.
 * @returns the table, or the folder if it has several; undefined where there is none, or the folder
 * cannot be read.
 * @throws the signal's reason.
 */
export async function findLabels(
  folder: string,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const known = findKnownTable(folder) ?? findKnownTable(dirname(folder));
  if (known !== undefined) return known;
  try {
    const tables = await findTables(folder, signal, 2);
    const [first] = tables;
    if (first === undefined || basename(first.file) === OWN_TABLE) return undefined;
    return tables.length === 1 ? first.file : folder;
  } catch (error) {
    if (error instanceof UserError) return undefined; // several tables
    throw error;
  }
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

function statOf(path: string) {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined; // whoever reads it gets the error
  }
}

const isFile = (path: string): boolean => statOf(path)?.isFile() === true;
export const isFolder = (path: string): boolean => statOf(path)?.isDirectory() === true;
