/** The index of a .parquet file: each row is an image. */
import { extname } from 'node:path';
import { count } from '../text/numbers';
import { t } from '../text/translate';
import { UserError } from '../util/errors';
import { checkSize } from '../util/read-regular-file';
import type { ArchiveFile } from './archive-file';
import type { Indexing } from './archive-index';
import { cleanName } from './entry-name';
import { EntryTableBuilder, MAX_ENTRIES } from './entry-table';
import { type Column, chunkOf, imageColumns, metadataOf } from './parquet-columns';
import { type Page, pagesOf, valuesOf } from './parquet-pages';

type Values = (Buffer | null)[];

export function* indexParquet(file: ArchiveFile): Indexing {
  const metadata = metadataOf(file);
  const columns = imageColumns(metadata);
  const rows = metadata.row_groups.reduce((sum, group) => sum + Number(group.num_rows), 0);
  if (!(rows <= MAX_ENTRIES))
    throw new UserError(
      t('it has {0} rows: expected at most {1}', count(rows), count(MAX_ENTRIES)),
    );
  const pages: Page[] = [];
  const names: (string | undefined)[] = [];
  for (const group of metadata.row_groups) {
    const read = (column: Column) =>
      pagesOf(file, chunkOf(group, column), column, Number(group.num_rows));
    for (const page of read(columns.bytes)) {
      pages.push(page);
      yield;
    }
    if (columns.names === undefined) continue;
    for (const page of read(columns.names)) {
      for (const name of valuesOf(file, page)) names.push(usableName(name));
      yield;
    }
  }
  const builder = new EntryTableBuilder();
  yield* addRows(builder, pages, new RowNames(names, rows, firstExtension(file, pages)));
  const pageOf = (row: number) => pages[entries.at(row).position]!;
  const entries = builder.finish();
  return {
    entries,
    rangeOf: (row) => {
      const page = pageOf(row);
      // Nothing is left to read of the page that is decoded already.
      return { position: page.position, length: last?.page === page ? 0 : page.length };
    },
    read: (opened, row, limit) => {
      const value = cachedValues(opened, pageOf(row))[entries.at(row).stored];
      if (value == null) throw new UserError(t('its row holds no image'));
      checkSize(value.length, limit);
      return Buffer.from(value);
    },
  };
}

/** The page that was decoded last: the images of a page are read one after the other. */
let last: { page: Page; values: Values } | undefined;

function cachedValues(file: ArchiveFile, page: Page): Values {
  if (last?.page !== page) last = { page, values: valuesOf(file, page) };
  return last.values;
}

/**
 * Adds an entry for each row. Entries have no fields for pages: `position` holds the index of the
 * row's page, `stored` the row within it. The size of an image is known only once its page is
 * decoded; until then each has the mean size of its page.
 */
function* addRows(
  builder: EntryTableBuilder,
  pages: readonly Page[],
  names: RowNames,
): Generator<undefined, undefined> {
  let row = 0;
  for (const [position, { rows, size: total }] of pages.entries()) {
    const size = Math.round(total / rows);
    for (let stored = 0; stored < rows; stored++)
      builder.add({ name: names.of(row++), position, stored, size, crc: 0, method: 0 });
    yield;
  }
  return undefined;
}

/** Names of the rows, all different. */
class RowNames {
  private readonly taken = new Set<string>();

  /**
   * @param names in the file; undefined where a row has none.
   * @param rows number of rows.
   * @param extension that is added to names without one.
   */
  constructor(
    private readonly names: readonly (string | undefined)[],
    private readonly rows: number,
    private readonly extension: string,
  ) {}

  /** Its name in the file, else its number; both for all but the first of rows with one name. */
  of(row: number): string {
    const number = String(row).padStart(String(this.rows - 1).length, '0');
    const given = this.names[row] ?? number;
    const extension = extname(given);
    const name = extension === '' ? given + this.extension : given;
    const unique = this.taken.has(name)
      ? `${name.slice(0, -extname(name).length)} (row ${number})${extname(name)}`
      : name;
    this.taken.add(unique);
    return unique;
  }
}

/** The name of a row; undefined where it has none, or one that no path can have. */
function usableName(bytes: Buffer | null): string | undefined {
  const name = cleanName(bytes?.toString('utf8').replaceAll('\\', '/') ?? '');
  return typeof name === 'string' && name !== '' ? name : undefined;
}

/** First bytes of image formats, as Latin-1. */
const SIGNATURES: [pattern: RegExp, extension: string][] = [
  [/^\x89PNG/, '.png'],
  [/^GIF8/, '.gif'],
  [/^RIFF....WEBP/s, '.webp'],
  [/^(?:II\*\0|MM\0\*)/, '.tif'],
  [/^....ftypavi/s, '.avif'],
  [/^....ftyp(?:hei|mif)/s, '.heic'],
];

/** The extension of the first image; images of a data set have the same format, mostly. */
function firstExtension(file: ArchiveFile, [page]: readonly Page[]): string {
  const first = page && cachedValues(file, page).find((value) => value !== null);
  const start = first?.toString('latin1', 0, 16) ?? '';
  return SIGNATURES.find(([pattern]) => pattern.test(start))?.[1] ?? '.jpg';
}
