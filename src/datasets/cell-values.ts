/** What the text of a cell stands for. */

/** Texts that stand for no value, in lower case: those of pandas, and those that people write. */
const UNDEFINED = new Set([
  '', '#n/a', '#na', 'na', 'n/a', 'n.a.', '<na>', 'nan', '-nan', 'null', 'nil', 'none', 'undefined', 'unknown', 'missing',
  'not defined', 'not available', 'nat', '?', '-', '–', '—',
]); // prettier-ignore

const TRUE = new Set(['true', 't', 'yes', 'y', 'present', 'on', 'wahr', 'ja', 'vrai', 'oui']);
const FALSE = new Set(['false', 'f', 'no', 'n', 'absent', 'off', 'falsch', 'nein', 'faux', 'non']);

/** Numbers with a comma, as spreadsheets of many languages write them. */
const WITH_COMMA = /^[+-]?\d*,\d+(?: ?%)?$/;

const PERCENT = /^[+-]?\d+(?:\.\d+)? ?%$/;

/** A cell: a number, no value (NaN), a word that stands for 1 or 0, or another text (null). */
export type CellValue = { value: number; isWord: boolean } | null;

/** @param text trimmed. */
export function cellValue(text: string): CellValue {
  const plain = WITH_COMMA.test(text) ? text.replace(',', '.') : text;
  const number = PERCENT.test(plain)
    ? Number(plain.slice(0, -1)) / 100
    : plain === ''
      ? NaN
      : Number(plain);
  if (Number.isFinite(number)) return { value: number === 0 ? 0 : number, isWord: false }; // no −0
  const word = text.toLowerCase();
  if (UNDEFINED.has(word)) return { value: NaN, isWord: false };
  if (TRUE.has(word)) return { value: 1, isWord: true };
  if (FALSE.has(word)) return { value: 0, isWord: true };
  return null;
}

/** Whether a number is a label: −1 (absent, or not), or one in [0, 1]. */
export const isLabel = (value: number): boolean => (value >= 0 && value <= 1) || value === -1;

/** Whether the text of a category may be a label that is written as a number, or none. */
export function isNumberOrNone(text: string): boolean {
  const cell = cellValue(text);
  return cell?.isWord === false && (Number.isNaN(cell.value) || isLabel(cell.value));
}

/** The shortest text of a number that was kept in 32 bits: 0.3, not 0.30000001192092896. */
export function textOfFloat(value: number): string {
  for (let digits = 6; digits < 9; digits++) {
    const shorter = Number(value.toPrecision(digits));
    if (Math.fround(shorter) === value) return String(shorter);
  }
  return String(value);
}
