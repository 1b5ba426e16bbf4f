/**
 * Columns of the same name in several tables of a data set mean the same in all of them, though one
 * table may have some of the values only: in `test.csv`, all may be of the same gender.
 */
import type { FilledColumn } from './column-coding';
import type { HeldColumns } from './column-values';
import type { LabelColumns } from './label-columns';
import type { ColumnContent } from './value-rows';

/** A column of one of the tables. */
interface Place {
  table: LabelColumns;
  index: number;
  column: FilledColumn;
}

/** @returns what the columns of each table hold in all of them, for `LabelColumns.table`. */
export function unifyColumns(tables: readonly LabelColumns[]): HeldColumns[] {
  const keys = new Map(tables.map((table) => [table, keysOf(table.columns)] as const));
  const places = new Map<string, Place[]>();
  for (const table of tables) {
    for (const [index, column] of table.columns.entries()) {
      const key = keys.get(table)![index]!;
      places.set(key, [...(places.get(key) ?? []), { table, index, column }]);
    }
  }
  for (const same of places.values()) unifyColumn(same);
  for (const table of tables) table.settle();
  const rows = tables.reduce((sum, { values }) => sum + values.rows, 0);
  const contents = new Map(tables.map((table) => [table, table.values.contents()] as const));
  return tables.map((table) => ({
    rows,
    contents: keys
      .get(table)!
      .map((key) =>
        joined(places.get(key)!.map((place) => contents.get(place.table)![place.index]!)),
      ),
  }));
}

/** Names of columns; a name's second column in a table is that of the other tables. */
function keysOf(columns: readonly FilledColumn[]): string[] {
  const counts = new Map<string, number>();
  return columns.map(({ name }) => {
    const nth = counts.get(name) ?? 0;
    counts.set(name, nth + 1);
    return `${name}\0${nth}`;
  });
}

function unifyColumn(same: readonly Place[]): void {
  const isAny = (is: (column: FilledColumn) => boolean) => same.some(({ column }) => is(column));
  const [isDropped, isOutside, isList, isText] = [
    isAny((column) => column.isDropped),
    isAny((column) => column.isOutside),
    isAny((column) => column.isList),
    isAny((column) => column.texts !== undefined && column.texts.size > 0),
  ];
  for (const { table, index, column } of same) {
    Object.assign(column, { isDropped, isOutside, isList });
    if (!isText) column.texts = undefined;
    else if (column.texts === undefined && !isDropped) table.becomeTexts(index);
  }
  if (!isText || isDropped) return;
  const texts = new Set(same.flatMap(({ column }) => [...(column.texts?.keys() ?? [])]));
  for (const { table, column } of same) for (const text of texts) table.codeOf(column, text);
}

function joined(contents: readonly ColumnContent[]): ColumnContent {
  const isAny = (key: keyof ColumnContent) => contents.some((content) => content[key]);
  return {
    isDefined: isAny('isDefined'),
    hasMinusOne: isAny('hasMinusOne'),
    hasZero: isAny('hasZero'),
    hasFraction: isAny('hasFraction'),
  };
}
