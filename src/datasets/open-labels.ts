/** Labels with all that belongs to them: those of several tables, and the official partitions. */
import { basename, dirname } from 'node:path';
import type { ImageFile } from '../images/image-list';
import { scanImages } from '../images/scan-folders';
import { plural } from '../text/numbers';
import { t } from '../text/translate';
import { UserError } from '../util/errors';
import { findPartitions, isKnownPartitions, type LabelPart, splitOf } from './find-tables';
import { joinTables } from './join-tables';
import { finderByName, pathParts } from './image-names';
import type { LabelTable } from './label-table';
import { readColumns, type ReadRows, tableOf } from './labels';
import { classFolderLabels, utkFaceLabels } from './named-labels';
import { lfwPartitions } from './lfw-partitions';
import { originalNames } from './original-names';
import { namedPartitions, partitionWord, readPartitions } from './partitions';
import { type DatasetParts, isFolder, recognizeDataset } from './recognize';
import { finishTable } from './table-result';
import { unifyColumns } from './unify-columns';

/** A table of labels, and where it comes from. */
export interface Labels extends LabelTable {
  /** Path, for people. */
  path: string;
  /** Folder that relative names are meant from. */
  folder: string;
  /** What the names of the images say that the data set is; undefined for tables. */
  kind?: 'UTKFace' | 'class folders';
}

/**
 * @param path of a table, or of a folder that holds tables or images named after their labels.
 * @param needsPartitions whether a table of partitions beside the labels is read.
 * @throws UserError saying what was expected and what came; the signal's reason.
 */
export async function openLabels(
  path: string,
  signal?: AbortSignal,
  { needsPartitions = false } = {},
): Promise<Labels> {
  if (isFolder(path)) return labelsOf(await recognizeDataset(path, undefined, signal), { signal });
  const part = { file: path, prefix: '', split: splitOf(basename(path)) };
  const partitions = needsPartitions ? await findPartitions(path) : undefined;
  return partsLabels([part], { path, folder: dirname(path), partitions }, signal);
}

/**
 * The labels of a recognized data set.
 * @param onFound called with the number of images found so far, where they are labels themselves.
 */
export async function labelsOf(
  parts: DatasetParts,
  {
    signal,
    onFound,
  }: { signal?: AbortSignal | undefined; onFound?: (images: number) => void } = {},
): Promise<Labels> {
  const { labels: path, partitions, images } = parts;
  if (parts.kind === 'class folders') return namedLabels(images ?? path, { signal, onFound });
  const tables = parts.tables ?? [{ file: path, prefix: '', split: undefined }];
  const folder = parts.tables === undefined ? dirname(path) : (parts.root ?? path);
  return partsLabels(tables, { path, folder, partitions }, signal);
}

async function namedLabels(
  folder: string,
  options: { signal?: AbortSignal | undefined; onFound?: ((images: number) => void) | undefined },
): Promise<Labels> {
  const { images } = await scanImages([folder], options);
  const list: ImageFile[] = [...images];
  const utkFace = utkFaceLabels(list);
  const table = utkFace ?? classFolderLabels(list);
  const kind = utkFace === undefined ? 'class folders' : 'UTKFace';
  if (table === undefined)
    throw new UserError(
      t(
        "no labels in '{0}': expected CelebA's list_attr_celeba.txt, a table of labels (.csv, .tsv, .jsonl, .parquet), names like UTKFace has them (age_gender_race_date.jpg), or a folder for each of 2 to 50 classes; there is none",
        folder,
      ),
    );
  return { ...finishTable(folder, table), path: folder, folder, kind };
}

async function partsLabels(
  parts: readonly LabelPart[],
  { path, folder, partitions }: { path: string; folder: string; partitions: string | undefined },
  signal: AbortSignal | undefined,
): Promise<Labels> {
  const read: { rows: ReadRows; part: LabelPart }[] = [];
  const empty: string[] = [];
  for (const part of parts) {
    const rows = await readColumns(part.file, signal);
    if (rows.columns.values.rows === 0) empty.push(basename(part.file));
    else read.push({ rows, part });
  }
  const held =
    read.length > 1
      ? await unifyColumns(
          read.map(({ rows }) => rows.columns),
          signal,
        )
      : [];
  const tables = read.map(({ rows, part }, i) =>
    withPart(tableOf(rows, held[i]), part, parts.length > 1),
  );
  if (tables.length === 0)
    throw new UserError(t("the labels in '{0}' have no row below their header", path));
  const joined = joinTables(tables);
  const remarks = empty.length === 0 ? [] : [t('no row in {0}', empty.join(', '))];
  const table = finishTable(path, { ...joined, remarks: [...joined.remarks, ...remarks] });
  const split = await withPartitions(table, { partitions, folder }, signal);
  return { ...split, path, folder };
}

/** Names of a table with their folder, and its partition. */
function withPart(
  table: LabelTable,
  { file, prefix, split }: LabelPart,
  isOneOfSeveral: boolean,
): LabelTable {
  const below = (name: string) =>
    prefix === '' || name === '' || /^(?:[\\/]|[a-z]:|[a-z]+:\/\/)/i.test(name)
      ? name
      : `${prefix}/${name}`;
  return {
    ...table,
    images: prefix === '' ? table.images : table.images.map(below),
    splits: table.splits ?? (split === undefined ? undefined : table.images.map(() => split)),
    remarks: isOneOfSeveral
      ? table.remarks.map((remark) => `${basename(file)}: ${remark}`)
      : table.remarks,
  };
}

async function withPartitions(
  table: LabelTable,
  { partitions: file, folder }: { partitions: string | undefined; folder: string },
  signal: AbortSignal | undefined,
): Promise<LabelTable> {
  if (table.splits !== undefined) return { ...table, splits: namedPartitions(table.splits) };
  if (file === undefined) return withNamedPartitions(table, folder, signal);
  let partitions: Map<string, string>;
  try {
    partitions = await readPartitions(file, signal);
  } catch (error) {
    if (isKnownPartitions(file) || !(error instanceof UserError)) throw error;
    const remark = t('{0} is taken for no table of partitions: {1}', basename(file), error.message);
    return { ...table, remarks: [...table.remarks, remark] };
  }
  const originalOf = await originalNames(folder, signal);
  const partitionOf = finderByName(partitions, table.images.map(originalOf));
  return withSplits(table, (name) => partitionOf(originalOf(name)), basename(file));
}

/** Partitions by the first folder in the names of the images, or by LFW's divisions of people. */
async function withNamedPartitions(
  table: LabelTable,
  folder: string,
  signal: AbortSignal | undefined,
): Promise<LabelTable> {
  const { images } = table;
  const wordOf = (name: string) => partitionWord(pathParts(name)[0] ?? '') ?? '';
  if (images.length > 0 && images.every((name) => wordOf(name) !== ''))
    return { ...table, splits: images.map(wordOf) };
  const lfw = await lfwPartitions(folder, signal);
  const isLfw = lfw !== undefined && table.images.some((name) => lfw.partitionOf(name));
  return isLfw ? withSplits(table, lfw.partitionOf, lfw.files) : table;
}

/** @param source of the partitions, for people. */
function withSplits(
  table: LabelTable,
  partitionOf: (name: string) => string | undefined,
  source: string,
): LabelTable {
  const splits = table.images.map((name) => partitionOf(name) ?? '');
  const without = splits.filter((split) => split === '').length;
  const remark = t('{0} without a partition in {1}', plural(without, 'image'), source);
  return { ...table, splits, remarks: without === 0 ? table.remarks : [...table.remarks, remark] };
}
