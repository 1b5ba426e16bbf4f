/** The lines of a text that is read in pieces, as ranges of bytes. */

/**
 * Takes a line: the bytes from `start` to before `end`, without its line break. They are only valid
 * until it returns.
 * @returns whether to go on with the next line.
 */
export type TakeLine = (bytes: Buffer, start: number, end: number) => boolean;

const NEWLINE = 10;
const RETURN = 13;
const BYTE_ORDER_MARK = Buffer.from('\uFEFF');

/**
 * Lines end with LF or CR LF, the last one where the text ends; a text that ends with a line break
 * has an empty last line. A byte order mark before the first line is left out.
 * @param pieces the UTF-8 bytes of the text, divided anywhere.
 * @returns whether `take` went on to the end.
 */
export async function eachLine(pieces: AsyncIterable<Buffer>, take: TakeLine): Promise<boolean> {
  /** The beginning of a line that goes on in the next piece. */
  let rest = Buffer.alloc(0);
  let isFirst = true;
  const takeLine = (bytes: Buffer, start: number, end: number) => {
    const from = isFirst && startsWithMark(bytes, start, end) ? start + 3 : start;
    isFirst = false;
    return take(bytes, from, end);
  };
  for await (const piece of pieces) {
    const bytes = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
    let start = 0;
    let at = bytes.indexOf(NEWLINE, rest.length);
    for (; at >= 0; at = bytes.indexOf(NEWLINE, start)) {
      const end = at > start && bytes[at - 1] === RETURN ? at - 1 : at;
      if (!takeLine(bytes, start, end)) return false;
      start = at + 1;
    }
    rest = Buffer.from(bytes.subarray(start)); // a copy, so that the piece is freed
  }
  return takeLine(rest, 0, rest.length);
}

const startsWithMark = (bytes: Buffer, start: number, end: number) =>
  end - start >= BYTE_ORDER_MARK.length &&
  BYTE_ORDER_MARK.equals(bytes.subarray(start, start + BYTE_ORDER_MARK.length));
