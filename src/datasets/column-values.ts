/** What the filled columns of a table are: attributes, categories, or something else. */
import {
  attributeKey,
  canonicalAttribute,
  CELEBA_ATTRIBUTES,
  isKnownAttribute,
} from '../domain/attributes';
import { excerpt, excerptOfList } from '../text/excerpt';
import { plural } from '../text/numbers';
import { t } from '../text/translate';
import { UserError } from '../util/errors';
import { cellValue, type CellValue, isLabel } from './cell-values';
import { type Coding, codingOf, type FilledColumn } from './column-coding';
import { isCategoryName } from './column-roles';
import { type AttributeGroup, checkNames } from './label-table';
import { isBracketed, listedIn, listsIn, possibleList } from './list-texts';
import type { ColumnContent, TakenColumn, ValueRows } from './value-rows';

type Attribute = TakenColumn & { name: string };

/** What columns hold: in a table, or in all tables of a data set. */
export interface HeldColumns {
  contents: readonly ColumnContent[];
  /** Rows of the tables that have each column. */
  rows: readonly number[];
  /** How `codingOf` decided for all tables; undefined to decide by the columns. */
  isAlike?: boolean;
}

interface Attributes {
  taken: Attribute[];
  groups: AttributeGroup[];
  remarks: string[];
}

/** Names of columns that are attributes, as examples. */
const LIKE = CELEBA_ATTRIBUTES.slice(0, 3).join(', ');

/** Most values of a category. */
const MAX_CATEGORIES = 50;
/** Categories with more values than this have each at least twice, as a mean: others are names. */
const FEW_CATEGORIES = 10;

/**
 * @param others names of columns that are no attributes.
 * @throws UserError where no column is an attribute, though there are rows.
 */
export function attributesOf(
  file: string,
  columns: readonly FilledColumn[],
  values: ValueRows,
  {
    contents,
    rows,
    isAlike,
    header,
    others,
    isLfw,
  }: HeldColumns & { header: readonly string[]; others: string[]; isLfw: boolean },
): Attributes {
  const coding = codingOf(columns, contents, { isLfw, isAlike });
  const leftOut: string[] = [];
  const result: Attributes = { taken: [], groups: [], remarks: [...coding.remarks] };
  for (const [i, column] of columns.entries()) {
    const found =
      column.texts === undefined || column.isDropped
        ? numberColumn(column, i, contents[i]!, rows[i]!, coding)
        : categoryColumn(column, i, column.texts, rows[i]!);
    if (typeof found === 'string') {
      leftOut.push(`${excerpt(column.name)} (${found})`);
      continue;
    }
    result.taken.push(...found.taken);
    if (found.group !== undefined) result.groups.push(found.group);
    if (found.remark !== undefined) result.remarks.push(found.remark);
  }
  leftOut.push(...others.map((name) => excerpt(name)));
  dropRepeated(result, leftOut);
  const names = result.taken.map(({ name }) => name);
  if (names.length === 0 && values.rows > 0) {
    throw new UserError(
      leftOut.length > 0
        ? t(
            "the labels '{0}' have no attribute: expected columns like {1}, got {2}; left out: {3}",
            file,
            LIKE,
            excerptOfList(header.filter((name) => name !== '')),
            excerptOfList(leftOut, 10),
          )
        : t(
            "the labels '{0}' have no attribute: expected columns like {1}, got {2}",
            file,
            LIKE,
            excerptOfList(header.filter((name) => name !== '')),
          ),
    );
  }
  checkNames(file, names);
  if (leftOut.length > 0) result.remarks.unshift(leftOutRemark(leftOut));
  return result;
}

function leftOutRemark(names: readonly string[]): string {
  const [columns, list] = [plural(names.length, 'column'), excerptOfList(names, 10)];
  return names.length === 1
    ? t('{0} left out, which is no attribute: {1}', columns, list)
    : t('{0} left out, which are no attributes: {1}', columns, list);
}

type Found = { taken: Attribute[]; group?: AttributeGroup; remark?: string } | string;

/** @returns why it is no attribute, if it is none. */
function numberColumn(
  { name, isOutside, isDropped }: FilledColumn,
  index: number,
  { isDefined, hasMinusOne, hasFraction }: ColumnContent,
  rows: number,
  coding: Coding,
): Found {
  if (isDropped) return t('long texts, or many different ones');
  if (name === '') return t('without a name');
  const attribute = (valueOf: Attribute['valueOf']) => ({
    taken: [{ name, column: index, valueOf }],
  });
  if (coding.isSigned) return attribute((value) => (value > 0 ? 1 : value < 0 ? 0 : NaN));
  if (isOutside) return t('numbers outside 0 to 1');
  if (!isDefined && rows > 0) return t('no value in any row');
  if (coding.isZeroUndefined[index]!)
    return attribute((value) => (value === 1 ? 1 : value === -1 ? 0 : NaN));
  if (hasMinusOne && hasFraction) return t('both -1 and fractions: is -1 absent, or not defined?');
  return attribute(undefined);
}

/** @param texts each with the number that stands for it. */
function categoryColumn(
  column: FilledColumn,
  index: number,
  texts: ReadonlyMap<string, number>,
  rows: number,
): Found {
  const { name } = column;
  const found = [...texts.keys()];
  if (found.length === 0) return rows === 0 ? { taken: [] } : t('no value in any row');
  if (SEX_NAMES.has(attributeKey(name)) && found.every((text) => sexOf(text) !== undefined))
    return sexColumn(column, index, found);
  const numbers = found.map((text) => cellValue(text));
  const isNone = (cell: CellValue) => cell !== null && Number.isNaN(cell.value);
  if (numbers.every((cell) => cell !== null && (isNone(cell) || isLabel(cell.value)))) {
    if (numbers.every(isNone)) return t('no value in any row');
    const labels = numbers.map((cell) => Math.max(0, cell!.value));
    return { taken: [{ name, column: index, valueOf: (value) => labels[value] ?? NaN }] };
  }
  if (found.every((text) => sexOf(text) !== undefined)) return sexColumn(column, index, found);
  const lists = column.isList ? listsIn(found) : undefined;
  if (lists !== undefined) return listColumn(name, index, texts, lists);
  if (found.every(isBracketed)) return t('lists of numbers, of nothing or of many different texts');
  if (found.length === 1 && MARK.test(found[0]!))
    return t("'{0}' and nothing else: write 0 where it is absent", found[0]!);
  const isNumeric = numbers.every((cell) => cell?.isWord === false);
  if (isNumeric && !(isCategoryName(name) && attributeKey(name) !== 'age'))
    return t('numbers outside 0 to 1');
  if (found.length > MAX_CATEGORIES || (found.length > FEW_CATEGORIES && 2 * found.length > rows))
    return t('{0} different texts', found.length);
  const list = column.isList ? possibleList(found) : undefined;
  if (list === undefined) return category(name, index, texts);
  const remark = t(
    "texts of {0} are values of a category as they are, such as '{1}': lists of labels are written like {2}",
    excerpt(name),
    excerpt(list),
    '["Smiling", "Male"]',
  );
  return { ...category(name, index, texts), remark };
}

/** @param found texts, the first of which stands for 0. */
function sexColumn({ name }: FilledColumn, index: number, found: readonly string[]): Found {
  const labels = found.map((text) => sexOf(text)!);
  const taken = [{ name: 'Male', column: index, valueOf: (value: number) => labels[value] ?? NaN }];
  const remark = t(
    '{0} is read as the attribute Male: {1}',
    excerpt(name),
    excerptOfList(found, 4),
  );
  return { taken, remark };
}

/** A label for each of what the cells list: present where it is listed, absent in other lists. */
function listColumn(
  name: string,
  index: number,
  texts: ReadonlyMap<string, number>,
  lists: readonly string[],
): Found {
  /** Codes of the texts that list each label. */
  const codes = new Map(lists.map((listed) => [listed, new Set<number>()] as const));
  for (const [text, code] of texts) for (const part of listedIn(text)) codes.get(part)!.add(code);
  const taken = lists.map((listed) => ({
    name: isKnownAttribute(listed) ? canonicalAttribute(listed) : categoryAttribute(name, listed),
    column: index,
    valueOf: (value: number) => (Number.isNaN(value) ? NaN : codes.get(listed)!.has(value) ? 1 : 0),
  }));
  const remark = t(
    '{0} lists what is present, {1}: {2}; what a list does not name is absent',
    excerpt(name),
    plural(lists.length, 'attribute'),
    excerptOfList(lists, 5),
  );
  return { taken, remark };
}

function category(name: string, index: number, texts: ReadonlyMap<string, number>) {
  /** Numbers of the texts that differ in the case of letters and in spaces only. */
  const codes = new Map<string, { text: string; codes: Set<number> }>();
  for (const [text, code] of texts) {
    const key = text.toLowerCase().replaceAll(/[\s_]+/g, ' ');
    const known = codes.get(key);
    if (known === undefined) codes.set(key, { text, codes: new Set([code]) });
    else known.codes.add(code);
  }
  const taken = [...codes.values()]
    .sort((a, b) => a.text.localeCompare(b.text, 'en', { numeric: true }))
    .map(({ text, codes: own }) => ({
      name: categoryAttribute(name, text),
      column: index,
      valueOf: (value: number) => (Number.isNaN(value) ? NaN : own.has(value) ? 1 : 0),
    }));
  return { taken, group: { name, attributes: taken.map((each) => each.name) } };
}

/**
 * Texts that mark what is present, where other cells are empty: x, ✓, ✔, ✗, ×, *, +, •, ● or [x].
 */
const MARK = /^(?:[xX\u2713\u2714\u2717\u00d7*+\u2022\u25cf]|\[x\])$/u;

/** Name of the attribute of a value of a category. */
export const categoryAttribute = (category: string, value: string): string =>
  `${category}: ${value}`;

/** Names of columns in which 'f' is no 'false'. */
const SEX_NAMES: ReadonlySet<string> = new Set(['gender', 'sex']);
const SEXES = new Map([
  ['male', 1], ['m', 1], ['man', 1], ['men', 1], ['boy', 1], ['female', 0], ['f', 0], ['w', 0], ['woman', 0], ['women', 0], ['girl', 0],
]); // prettier-ignore

/** 1 for male, 0 for female; undefined for other texts. */
export const sexOf = (text: string): number | undefined => SEXES.get(text.toLowerCase());

/** Leaves out attributes whose names repeat earlier ones. */
function dropRepeated(result: Attributes, leftOut: string[]): void {
  const seen = new Set<string>();
  result.taken = result.taken.filter(({ name }) => {
    if (!seen.has(name)) {
      seen.add(name);
      return true;
    }
    leftOut.push(`${excerpt(name)} (${t('a second one of this name')})`);
    return false;
  });
}
