/** Finds the cells of a line of a table, without making texts of them. */
import type { ByteCells } from './cells';

const TAB = 9;
const RETURN = 13;
export const SPACE = 32;
const QUOTE = 34;
const DELETE = 127;

/** Whether a byte is a space, as `trim` and `\s` take it. */
const isSpace = (byte: number): boolean =>
  byte <= SPACE && (byte === SPACE || (byte >= TAB && byte <= RETURN));

/**
 * Where the first cell of a line ends, if it is ASCII without spaces and quotes, and another one
 * follows; −1 otherwise.
 */
export function endOfPlainCell(
  bytes: Buffer,
  start: number,
  end: number,
  separator: number,
): number {
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    if (byte === separator) return at === start ? -1 : at;
    if (byte <= SPACE || byte >= DELETE || byte === QUOTE) return -1;
  }
  return -1;
}

/**
 * Cells between spaces.
 * @returns false if the line has quotes, or other characters than ASCII, which may be spaces too.
 */
export function splitAtSpaces(
  bytes: Buffer,
  start: number,
  end: number,
  cells: ByteCells,
): boolean {
  cells.reset(bytes);
  /** All bits that any byte has. */
  let bits = 0;
  let at = start;
  for (;;) {
    while (at < end && isSpace(bytes[at]!)) at += 1;
    if (at === end) break;
    const from = at;
    for (; at < end; at++) {
      const byte = bytes[at]!;
      if (isSpace(byte)) break;
      if (byte === QUOTE) return false;
      bits |= byte;
    }
    cells.add(from, at, false);
  }
  return bits < 0x80;
}

/**
 * Cells between separators, trimmed; without cells if the line has nothing but spaces. A cell may
 * be in quotes.
 * @param separator an ASCII character.
 * @returns false if the line has something that takes a parser of CSV: a quote inside of a cell or
 * that is not closed, or a carriage return.
 */
export function splitAtSeparators(
  bytes: Buffer,
  start: number,
  end: number,
  separator: number,
  cells: ByteCells,
): boolean {
  cells.reset(bytes);
  let at = start;
  for (;;) {
    for (; at < end; at++) {
      const byte = bytes[at]!;
      if (byte === separator || !isSpace(byte)) break;
      if (byte === RETURN) return false;
    }
    if (at === end && cells.count === 0) return true;
    const isQuoted = at < end && bytes[at] === QUOTE;
    const from = isQuoted ? at + 1 : at;
    let to = from;
    if (isQuoted) {
      to = bytes.indexOf(QUOTE, from);
      if (to < 0 || to >= end || hasReturn(bytes, from, to)) return false;
      at = to + 1;
    }
    for (; at < end; at++) {
      const byte = bytes[at]!;
      if (byte === separator) break;
      if (isSpace(byte) && byte !== RETURN) continue;
      if (isQuoted || byte === QUOTE || byte === RETURN) return false;
      to = at + 1;
    }
    cells.add(from, to, isQuoted);
    if (at === end) return true;
    at += 1;
  }
}

function hasReturn(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (bytes[at] === RETURN) return true;
  return false;
}
