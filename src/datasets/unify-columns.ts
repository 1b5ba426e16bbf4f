/**
 * Columns of the same name in several tables of a data set mean the same in all of them, though one
 * table may have some of the values only: in `test.csv`, all may be of the same gender.
 */
import { yieldToEventLoop } from '../util/yield-to-event-loop';
import { type FilledColumn, isPlain, isTernary as hasTernary } from './column-coding';
import type { HeldColumns } from './column-values';
import { addTo } from './images-by-end';
import type { LabelColumns } from './label-columns';
import { MAX_LISTS, MAX_TEXTS } from './list-texts';
import type { ColumnContent } from './value-rows';

/** Most different texts of a column, times tables: each table is looked at for each of them. */
const MAX_TEXTS_OF_TABLES = 5e6;

/** A column of one of the tables. */
interface Place {
  table: LabelColumns;
  index: number;
  column: FilledColumn;
}

/** What a column holds in all tables. */
interface Shared {
  rows: number;
  isDefined: boolean;
  /** Whether one of the tables has −1 beside 0, or beside fractions. */
  isTernary: boolean;
  isMixed: boolean;
}

/**
 * @returns what the columns of each table hold in all of them, for `LabelColumns.table`.
 * @throws the signal's reason.
 */
export async function unifyColumns(
  tables: readonly LabelColumns[],
  signal?: AbortSignal,
): Promise<HeldColumns[]> {
  const keys = tables.map(({ columns }) => keysOf(columns));
  const places = new Map<string, Place[]>();
  for (const [t, table] of tables.entries())
    for (const [index, column] of table.columns.entries())
      addTo(places, keys[t]![index]!, { table, index, column });
  for (const same of places.values()) {
    await yieldToEventLoop(signal);
    unifyColumn(same);
  }
  const contents = new Map<LabelColumns, ColumnContent[]>();
  for (const table of tables) {
    await yieldToEventLoop(signal);
    table.settle();
    contents.set(table, table.values.contents());
  }
  const contentOf = ({ table, index }: Place) => contents.get(table)![index]!;
  const shared = new Map(
    Array.from(places, ([key, same]) => [key, sharedOf(same, same.map(contentOf))] as const),
  );
  const isAlike = areAlike(places, shared, contentOf);
  return tables.map((table, t) => {
    const ofColumns = keys[t]!.map((key) => shared.get(key)!);
    return {
      isAlike,
      rows: ofColumns.map(({ rows }) => rows),
      contents: contents.get(table)!.map((own, i) => withShared(own, ofColumns[i]!)),
    };
  });
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

/** Has the column the same kind in all tables, and the same numbers for texts. */
function unifyColumn(same: readonly Place[]): void {
  const isAny = (is: (column: FilledColumn) => boolean) => same.some(({ column }) => is(column));
  const isText = isAny((column) => column.texts !== undefined && column.texts.size > 0);
  const isList = isAny((column) => column.isList);
  const isOutside = isAny((column) => column.isOutside);
  let isDropped = isAny((column) => column.isDropped);
  const texts = new Map<string, number>();
  if (isText && !isDropped) {
    for (const { table, index, column } of same)
      if (column.texts === undefined) table.becomeTexts(index);
    for (const { column } of same)
      for (const text of column.texts!.keys()) if (!texts.has(text)) texts.set(text, texts.size);
    const most = isList ? MAX_LISTS : MAX_TEXTS;
    isDropped = texts.size > most || texts.size * same.length > MAX_TEXTS_OF_TABLES;
  }
  for (const { table, index, column } of same) {
    if (!isText) column.texts = undefined;
    else if (!isDropped) {
      const codes = Array.from(column.texts!.keys(), (text) => texts.get(text)!);
      table.values.replace(index, (code) => codes[code] ?? NaN);
      column.texts = texts;
    }
    Object.assign(column, { isDropped, isOutside, isList });
  }
}

function sharedOf(same: readonly Place[], contents: readonly ColumnContent[]): Shared {
  return {
    rows: same.reduce((sum, { table }) => sum + table.values.rows, 0),
    isDefined: contents.some(({ isDefined }) => isDefined),
    isTernary: same.some(({ column }, i) => hasTernary(column, contents[i]!)),
    isMixed: contents.some(({ hasMinusOne, hasFraction }) => hasMinusOne && hasFraction),
  };
}

/** One table with −1 beside 0 tells what 0 means in the others; −1 in another one does not. */
function withShared(own: ColumnContent, shared: Shared): ColumnContent {
  const isTernary = shared.isTernary && !own.hasFraction;
  return {
    isDefined: shared.isDefined,
    hasMinusOne: own.hasMinusOne || isTernary || shared.isMixed,
    hasZero: own.hasZero || isTernary,
    hasFraction: own.hasFraction || shared.isMixed,
  };
}

/** Whether 0 means the same in columns of 0 and 1 as in those that have −1 too: see `codingOf`. */
function areAlike(
  places: ReadonlyMap<string, Place[]>,
  shared: ReadonlyMap<string, Shared>,
  contentOf: (place: Place) => ColumnContent,
): boolean {
  let [ternary, plain] = [0, 0];
  for (const [key, same] of places) {
    if (shared.get(key)!.isTernary) ternary += 1;
    else if (same.every((place) => isPlain(place.column, contentOf(place)))) plain += 1;
  }
  return plain < ternary;
}
