/** Labels in a .parquet file: columns beside images, or a table alone. */
import { ArchiveFile } from '../archives/archive-file';
import { type ParquetValue, parquetTable } from '../archives/parquet-table';
import { attributeKey } from '../domain/attributes';
import { t } from '../text/translate';
import { messageOf, UserError } from '../util/errors';
import type { Cells } from './cells';
import { IMAGE_KEYS } from './dialect';
import { LabelColumns } from './label-columns';
import { LABEL_LIMITS } from './label-table';
import { startOf } from './table-pieces';

const MAGIC = 'PAR1';

/** @throws UserError where the file cannot be read; the signal's reason. */
export async function isParquet(file: string, signal?: AbortSignal): Promise<boolean> {
  const start = await startOf(file, 'labels', signal);
  return start.toString('latin1', 0, MAGIC.length) === MAGIC;
}

/**
 * Rows without the name of an image are named by their number, as the images in the file are.
 * @throws UserError saying why the file cannot be read; the signal's reason.
 */
export async function parquetLabels(file: string, signal?: AbortSignal): Promise<LabelColumns> {
  try {
    using opened = ArchiveFile.open(file);
    const table = parquetTable(opened, LABEL_LIMITS, signal);
    const hasNames = table.names.some((name) => isNameColumn(name));
    const image = table.names.indexOf('image');
    const header = hasNames ? table.names : ['image', ...table.names];
    const digits = String(table.rows - 1).length;
    let columns: LabelColumns | undefined;
    let row = 0;
    for await (const { rows, columns: values } of table.groups()) {
      for (let i = 0; i < rows; i++, row++) {
        const name = String(row).padStart(digits, '0');
        const cells = new ValueCells([
          ...(hasNames ? [] : [name]),
          ...values.map((column, c) => column[i] ?? (c === image ? name : null)),
        ]);
        columns ??= columnsOf(file, header, cells);
        columns.add(cells, row + 1);
      }
    }
    if (columns === undefined) throw new UserError(t('it has no row'));
    return columns;
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof UserError && error.message.startsWith('the labels ')) throw error;
    throw new UserError(t("cannot read the labels '{0}': {1}", file, messageOf(error)), {
      cause: error,
    });
  }
}

const isNameColumn = (name: string): boolean =>
  attributeKey(name) !== '' &&
  IMAGE_KEYS.includes(attributeKey(name)) &&
  attributeKey(name) !== 'id';

const columnsOf = (file: string, header: string[], first: ValueCells) =>
  new LabelColumns(file, {
    separator: ',',
    header,
    first: header.map((_, i) => first.text(i)),
    skipped: 0,
    hasRowNames: false,
  });

class ValueCells implements Cells {
  constructor(private readonly values: readonly ParquetValue[]) {}

  get count(): number {
    return this.values.length;
  }

  text(column: number): string {
    const value = this.values[column] ?? null;
    return value === null ? '' : String(value).trim();
  }

  shortKey(): number {
    return -1;
  }

  isEmpty(column: number): boolean {
    return (this.values[column] ?? null) === null;
  }

  plainNumber(column: number): number {
    const value = this.values[column] ?? null;
    return typeof value === 'number' ? value : NaN;
  }
}
