/** What the columns of a table are made of while it is read, and what their −1 and 0 mean. */
import { excerptOfList } from '../text/excerpt';
import { t } from '../text/translate';
import type { ColumnContent } from './value-rows';

/** A column that may be an attribute or a category. */
export interface FilledColumn {
  /** CelebA's spelling, if it is one of its attributes. */
  name: string;
  /** Its position in the table. */
  column: number;
  /** Whether it can only be an attribute. */
  isKnown: boolean;
  /** Texts of a category, each with the number that stands for it; undefined for numbers. */
  texts: Map<string, number> | undefined;
  /** Texts that stood for 0 and for 1. */
  words: [string, string];
  /** Whether it has had a number or a word for one. */
  hasNumbers: boolean;
  /** Whether it has numbers that are no labels. */
  isOutside: boolean;
  /** Whether it has too many texts, or one that is too long. */
  isDropped: boolean;
  /** Whether any of its texts may be a list of labels. */
  isList: boolean;
}

/** How −1 and 0 are read. */
export interface Coding {
  /** Whether the sign of a value is the label. */
  isSigned: boolean;
  /** Whether 0 stands for 'not defined', by column. */
  isZeroUndefined: boolean[];
  remarks: string[];
}

/** Whether a column has numbers, −1 and 0 among them. */
export const isTernary = (
  { texts }: FilledColumn,
  { hasMinusOne, hasZero, hasFraction }: ColumnContent,
): boolean => texts === undefined && hasMinusOne && hasZero && !hasFraction;

/** Whether a column has numbers, 0 among them, but neither −1 nor fractions. */
export const isPlain = (
  { texts }: FilledColumn,
  { hasMinusOne, hasZero, hasFraction }: ColumnContent,
): boolean => texts === undefined && !hasMinusOne && hasZero && !hasFraction;

/**
 * −1, 0 and 1 in one column mean: absent, not defined, present, as in MAAD-Face (Terhörst et al.,
 * 2020). In LFW's attributes the sign is the label.
 */
export function codingOf(
  columns: readonly FilledColumn[],
  contents: readonly ColumnContent[],
  { isLfw, isAlike: decided }: { isLfw: boolean; isAlike: boolean | undefined },
): Coding {
  if (isLfw && columns.some(({ isOutside }) => isOutside)) {
    return {
      isSigned: true,
      isZeroUndefined: columns.map(() => false),
      remarks: [
        t('the values are real numbers: those above 0 count as present, those below as absent'),
      ],
    };
  }
  const ternary = contents.map((content, i) => isTernary(columns[i]!, content));
  const isAnyTernary = ternary.some((is) => is);
  const plain = contents.map((content, i) => isPlain(columns[i]!, content));
  const count = (list: readonly boolean[]) => list.filter((is) => is).length;
  // Columns of 0 and 1 in such a table are of the same kind, unless most are like that.
  const isAlike = decided ?? (isAnyTernary && count(plain) < count(ternary));
  const named = (list: readonly boolean[]) =>
    excerptOfList(
      columns.filter((_, i) => list[i]).map(({ name }) => name),
      5,
    );
  const remarks: string[] = [];
  if (isAnyTernary)
    remarks.push(t("0 means 'not defined' in columns that have -1, 0 and 1: {0}", named(ternary)));
  if (isAnyTernary && count(plain) > 0)
    remarks.push(
      isAlike
        ? t(
            "0 means 'not defined', too, in columns that have 0 and 1 only, as -1 means 'absent' in the others: {0}",
            named(plain),
          )
        : t(
            "0 means 'absent' in columns that have 0 and 1 only, unlike in those with -1: {0}",
            named(plain),
          ),
    );
  return {
    isSigned: false,
    isZeroUndefined: ternary.map((is, i) => is || (isAlike && plain[i]!)),
    remarks,
  };
}
