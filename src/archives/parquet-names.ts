/**
 * Names the images in a .parquet file: for its index, and for labels that stand beside the images
 * and have to name the same ones.
 */
import type { FileMetaData } from 'hyparquet';
import { extname } from 'node:path';
import { IMAGE_EXTENSIONS } from '../images/image-extensions';
import { count } from '../text/numbers';
import { t } from '../text/translate';
import { UserError } from '../util/errors';
import { yieldToEventLoop } from '../util/yield-to-event-loop';
import { ArchiveFile } from './archive-file';
import { cleanName } from './entry-name';
import { MAX_ENTRIES } from './entry-table';
import { type Column, findImageColumns, type ImageColumns, metadataOf } from './parquet-columns';
import { pagesIn, valuesOf } from './parquet-pages';

/** Names of the rows, all different, however their letters with accents are composed. */
export class RowNames {
  private readonly taken = new Set<string>();

  /**
   * @param names in the file; undefined where a row has none.
   * @param rows number of rows.
   * @param extension that is added to names without that of an image.
   */
  constructor(
    private readonly names: readonly (string | undefined)[],
    private readonly rows: number,
    private readonly extension: string,
  ) {}

  /**
   * Its name in the file, else its number; both for all but the first of rows with one name. Rows
   * have to be named in their order.
   */
  of(row: number): string {
    const number = String(row).padStart(String(this.rows - 1).length, '0');
    const given = this.names[row] ?? number;
    const hasExtension = IMAGE_EXTENSIONS.has(extname(given).toLowerCase());
    let name = hasExtension ? given : given + this.extension;
    while (this.taken.has(name.normalize('NFC'))) {
      const extension = extname(name);
      name = `${name.slice(0, -extension.length)} (row ${number})${extension}`;
    }
    this.taken.add(name.normalize('NFC'));
    return name;
  }
}

/** @throws UserError where they are more than an archive may have. */
function rowsIn(metadata: FileMetaData): number {
  const rows = metadata.row_groups.reduce((sum, group) => sum + Number(group.num_rows), 0);
  if (rows <= MAX_ENTRIES) return rows;
  throw new UserError(t('it has {0} rows: expected at most {1}', count(rows), count(MAX_ENTRIES)));
}

/** Names the rows of images, step by step. */
export function* rowNames(
  file: ArchiveFile,
  metadata: FileMetaData,
  { bytes, names, fileNames }: ImageColumns,
): Generator<undefined, RowNames> {
  const rows = rowsIn(metadata);
  const given: (string | undefined)[] = [];
  if (names !== undefined) yield* addNames(given, file, metadata, names);
  for (const column of fileNames) {
    try {
      yield* addNames(given, file, metadata, column);
    } catch (error) {
      if (!(error instanceof UserError)) throw error; // numbers serve as well
    }
  }
  const [first] = pagesIn(file, metadata, bytes);
  return new RowNames(given, rows, extensionOf(first && valuesOf(file, first)));
}

/** Adds the names in a column, for rows without one. */
function* addNames(
  given: (string | undefined)[],
  file: ArchiveFile,
  metadata: FileMetaData,
  column: Column,
): Generator<undefined, undefined> {
  let row = 0;
  for (const page of pagesIn(file, metadata, column)) {
    for (const name of valuesOf(file, page)) given[row++] ??= usableName(name);
    yield;
  }
  return undefined;
}

/** Whether a .parquet file has a column of images; a damaged one may. */
export function holdsImageColumn(path: string): boolean {
  try {
    using file = ArchiveFile.open(path);
    return imagesIn(file) !== undefined;
  } catch {
    return true; // whoever reads it gets the error
  }
}

/** The column of images; undefined where bytes are something else, such as embeddings. */
function imagesIn(
  file: ArchiveFile,
): { metadata: FileMetaData; columns: ImageColumns } | undefined {
  const metadata = metadataOf(file);
  const columns = findImageColumns(metadata);
  if (columns === undefined) return undefined;
  if (columns.isCertain) return { metadata, columns };
  const [first] = pagesIn(file, metadata, columns.bytes);
  const start = startOf(first && valuesOf(file, first));
  const isImage = start.startsWith(JPEG) || SIGNATURES.some(([pattern]) => pattern.test(start));
  return isImage ? { metadata, columns } : undefined;
}

/**
 * The names that the index of a .parquet file gives its images.
 * @returns undefined where it holds no images, or none that can be read.
 * @throws the signal's reason.
 */
export async function imageNames(
  file: ArchiveFile,
  signal?: AbortSignal,
): Promise<RowNames | undefined> {
  try {
    const found = imagesIn(file);
    if (found === undefined) return undefined;
    const naming = rowNames(file, found.metadata, found.columns);
    let step = naming.next();
    while (step.done !== true) {
      await yieldToEventLoop(signal);
      step = naming.next();
    }
    return step.value;
  } catch (error) {
    if (error instanceof UserError) return undefined; // whoever reads the images gets the error
    throw error;
  }
}

/** The name of a row; undefined where it has none, or one that no path can have. */
function usableName(bytes: Buffer | null): string | undefined {
  const name = cleanName(bytes?.toString('utf8').replaceAll('\\', '/').trim() ?? '');
  return typeof name === 'string' && name !== '' ? name : undefined;
}

/** First bytes of image formats, as Latin-1. */
const JPEG = '\xff\xd8\xff';
const SIGNATURES: [pattern: RegExp, extension: string][] = [
  [/^\x89PNG/, '.png'],
  [/^GIF8/, '.gif'],
  [/^RIFF....WEBP/s, '.webp'],
  [/^(?:II\*\0|MM\0\*)/, '.tif'],
  [/^....ftypavi/s, '.avif'],
  [/^....ftyp(?:hei|mif)/s, '.heic'],
];

/** The extension of the first image; images of a data set have the same format, mostly. */
function extensionOf(images: readonly (Buffer | null)[] | undefined): string {
  const start = startOf(images);
  return SIGNATURES.find(([pattern]) => pattern.test(start))?.[1] ?? '.jpg';
}

/** The first bytes of the first image, as Latin-1. */
const startOf = (images: readonly (Buffer | null)[] = []): string =>
  images.find((image) => image !== null)?.toString('latin1', 0, 16) ?? '';
