/** Labels in a .parquet file: columns beside images, or a table alone. */
import { ArchiveFile } from '../archives/archive-file';
import { imageNames } from '../archives/parquet-names';
import { type ParquetValue, parquetTable } from '../archives/parquet-table';
import { attributeKey } from '../domain/attributes';
import { t } from '../text/translate';
import { messageOf, UserError } from '../util/errors';
import type { Cells } from './cells';
import { rolesOf } from './column-roles';
import { type Dialect, IMAGE_KEYS } from './dialect';
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
 * Rows of images in the file are named as those are; other rows without a name by their number.
 * @throws UserError saying why the file cannot be read; the signal's reason.
 */
export async function parquetLabels(file: string, signal?: AbortSignal): Promise<LabelColumns> {
  try {
    using opened = ArchiveFile.open(file);
    const table = parquetTable(opened, LABEL_LIMITS, signal);
    const inside = await imageNames(opened, signal);
    const digits = String(table.rows - 1).length;
    let naming: Naming | undefined;
    let columns: LabelColumns | undefined;
    let row = 0;
    for await (const { rows, columns: values } of table.groups()) {
      for (let i = 0; i < rows; i++, row++) {
        const given = values.map((column) => column[i] ?? null);
        naming ??= namingOf(table.names, new ValueCells(given), inside !== undefined);
        const name = inside?.of(row) ?? String(row).padStart(digits, '0');
        const cells = new ValueCells(naming.named(given, name));
        columns ??= columnsOf(file, naming.header, cells);
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

/** How rows get the names of their images. */
interface Naming {
  header: string[];
  /** The cells of a row with the name of its image. */
  named: (values: ParquetValue[], name: string) => ParquetValue[];
}

/**
 * @param first cells of the first row.
 * @param isInside whether the images lie in the file: then no other name counts.
 */
function namingOf(names: string[], first: ValueCells, isInside: boolean): Naming {
  const image = names.indexOf('image');
  const column = isInside ? rolesOf(dialectOf(names, first)).image : image;
  const isNamed = isInside ? column >= 0 : names.some((name) => isNameColumn(name));
  if (!isNamed) return { header: ['image', ...names], named: (values, name) => [name, ...values] };
  // A second column of names would be a category.
  const isKept = (_: unknown, i: number) => !isInside || i !== image || i === column;
  return {
    header: names.filter(isKept),
    named: (values, name) =>
      values
        .map((value, i) => (i === column && (isInside || value === null) ? name : value))
        .filter(isKept),
  };
}

const isNameColumn = (name: string): boolean =>
  attributeKey(name) !== '' &&
  IMAGE_KEYS.includes(attributeKey(name)) &&
  attributeKey(name) !== 'id';

const columnsOf = (file: string, header: string[], first: ValueCells) =>
  new LabelColumns(file, dialectOf(header, first));

const dialectOf = (header: string[], first: ValueCells): Dialect => ({
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
