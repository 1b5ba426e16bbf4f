/** Cells that list the labels an image has: 'Smiling, Male', `["Smiling", "Male"]`. */

/** Different labels in the lists of a column, at most; others are captions. */
const MAX_LISTED = 100;
/** Different texts of a category that are kept while a table is read. */
export const MAX_TEXTS = 200;
/** Different lists of a column that are kept, and characters of one. */
export const MAX_LISTS = 50_000;
export const MAX_LIST_LENGTH = 2000;

const SEPARATED = /[,;|]/;
/** A list as JSON or Python write it. */
const BRACKETS = /^\[(.*)\]$/s;
const QUOTED = /"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'/g;

/** Whether a text may be a list. */
export const looksLikeList = (text: string): boolean => SEPARATED.test(text) || BRACKETS.test(text);

/** Whether a text is a list for sure: in brackets, perhaps of nothing. */
export const isBracketed = (text: string): boolean => BRACKETS.test(text);

/** What a list holds; a text without separators holds itself. */
export function listedIn(text: string): string[] {
  const inner = BRACKETS.exec(text)?.[1];
  const quoted = inner === undefined ? [] : [...inner.matchAll(QUOTED)];
  const parts =
    quoted.length > 0
      ? quoted.map(([, double, single]) => (double ?? single ?? '').replaceAll(/\\(.)/g, '$1'))
      : (inner ?? text).split(SEPARATED);
  return parts.map((part) => part.trim()).filter((part) => part !== '');
}

/** A text that may be meant as a list, as a part of it is a whole text, too. */
export function possibleList(texts: readonly string[]): string | undefined {
  const all = new Set(texts);
  return texts.find((text) => {
    const parts = listedIn(text);
    return parts.length > 1 && parts.some((part) => all.has(part));
  });
}

/**
 * What the texts of a column list, in order. Texts are lists where each of them is in brackets, or
 * where all are made of no more labels than there are texts, and several labels are in several
 * texts.
 * @returns undefined where they are none, or of numbers, or of too many different labels.
 */
export function listsIn(texts: readonly string[]): string[] | undefined {
  if (!texts.some(looksLikeList)) return undefined;
  const counts = new Map<string, number>();
  for (const text of texts)
    for (const part of new Set(listedIn(text))) counts.set(part, (counts.get(part) ?? 0) + 1);
  const labels = [...counts.keys()];
  const areNumbers = labels.some((label) => Number.isFinite(Number(label))); // such as boxes
  if (labels.length > MAX_LISTED || labels.length === 0 || areNumbers) return undefined;
  const repeated = [...counts.values()].filter((count) => count > 1).length;
  const isMixed = counts.size <= texts.length && repeated > 1;
  return texts.every(isBracketed) || isMixed ? labels.sort() : undefined;
}
