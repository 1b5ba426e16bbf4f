/** Quotes text of untrusted files, such as a cell or a name, in messages. */
import { count } from './numbers';
import { t } from './translate';

/** Control characters, lone surrogates, line separators, and controls of the writing direction. */
const HIDDEN = /[\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu;

/**
 * At most `length` code units of a text, with hidden characters escaped (a newline becomes
 * `\u000a`). Only the beginning of a longer text is read.
 */
export function excerpt(text: string, length = 80): string {
  const visible = text
    .slice(0, length + 1)
    .replace(HIDDEN, (hidden) => `\\u${hidden.codePointAt(0)!.toString(16).padStart(4, '0')}`);
  return text.length > length || visible.length > length ? `${visible.slice(0, length)}…` : visible;
}

/** Whether a text contains a character that `excerpt` escapes. */
export const hasHidden = (text: string): boolean => text.search(HIDDEN) >= 0;

/** The first names of a list, each shortened, and the number of the others. */
export function excerptOfList(names: readonly string[], most = 50): string {
  const shown = names.slice(0, most).map((name) => excerpt(name, 60));
  const left = names.length - shown.length;
  return shown.join(', ') + (left > 0 ? t(' and {0} more', count(left)) : '');
}
