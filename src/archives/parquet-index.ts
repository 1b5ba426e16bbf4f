/** The index of a .parquet file: each row is an image. */
import { t } from '../text/translate';
import { UserError } from '../util/errors';
import { checkSize } from '../util/read-regular-file';
import type { ArchiveFile } from './archive-file';
import type { Indexing } from './archive-index';
import { EntryTableBuilder } from './entry-table';
import { imageColumns, metadataOf } from './parquet-columns';
import { type RowNames, rowNames } from './parquet-names';
import { type Page, pagesIn, valuesOf } from './parquet-pages';

type Values = (Buffer | null)[];

export function* indexParquet(file: ArchiveFile): Indexing {
  const metadata = metadataOf(file);
  const columns = imageColumns(metadata);
  const names = yield* rowNames(file, metadata, columns);
  const pages: Page[] = [];
  for (const page of pagesIn(file, metadata, columns.bytes)) {
    pages.push(page);
    yield;
  }
  const builder = new EntryTableBuilder();
  yield* addRows(builder, pages, names);
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
