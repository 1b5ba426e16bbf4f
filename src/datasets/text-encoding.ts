/**
 * Tables in other encodings than UTF-8 with LF: UTF-16, which spreadsheets write as 'Unicode text';
 * lines that end with CR alone; and Windows-1252, which spreadsheets of Western languages write.
 */
import { StringDecoder } from 'node:string_decoder';
import { isUtf8 } from 'node:buffer';

const CARRIAGE_RETURN = 13;
const NEWLINE = 10;

/** Bytes of the beginning that are looked at to guess an encoding without a mark. */
const GUESSED = 1 << 12;

type Encoding = 'utf8' | 'utf16le' | 'utf16be';

/**
 * @param pieces the bytes of a text, divided anywhere.
 * @param onForeign called with the text of lines that are neither UTF-8 nor UTF-16, and are read as
 * Windows-1252.
 * @yields its bytes in UTF-8, with a byte order mark where it has one in UTF-8; CR becomes LF where
 * the first piece has no LF.
 */
export async function* inUtf8(
  pieces: AsyncIterable<Buffer>,
  onForeign?: (text: string) => void,
): AsyncGenerator<Buffer, void, undefined> {
  let decode: Decode | undefined;
  let endsWithReturn: boolean | undefined;
  const linesOf = (text: Buffer) => {
    endsWithReturn ??= text.includes(CARRIAGE_RETURN) && !text.includes(NEWLINE);
    return endsWithReturn ? withNewlines(text) : text;
  };
  for await (const piece of pieces) {
    if (piece.length === 0) continue;
    decode ??= decoderOf(encodingOf(piece), onForeign);
    const text = decode(piece, false);
    if (text.length > 0) yield linesOf(text);
  }
  const text = decode?.(Buffer.alloc(0), true);
  if (text !== undefined && text.length > 0) yield linesOf(text);
}

function encodingOf(start: Buffer): Encoding {
  if (start[0] === 0xff && start[1] === 0xfe) return 'utf16le';
  if (start[0] === 0xfe && start[1] === 0xff) return 'utf16be';
  // Without a mark: in text that is mostly ASCII, every other byte is 0.
  const length = Math.min(GUESSED, start.length) & ~1;
  const zeros = [0, 0];
  for (let at = 0; at < length; at++) if (start[at] === 0) zeros[at & 1]! += 1;
  const most = 0.4 * length;
  if (zeros[1]! > most && zeros[0] === 0) return 'utf16le';
  return zeros[0]! > most && zeros[1] === 0 ? 'utf16be' : 'utf8';
}

/** Makes UTF-8 of the next piece of a text. */
type Decode = (piece: Buffer, isLast: boolean) => Buffer;

function decoderOf(encoding: Encoding, onForeign: ((text: string) => void) | undefined): Decode {
  if (encoding === 'utf8') return new FromWindows(onForeign).add;
  const decoder = new StringDecoder('utf16le');
  let odd = Buffer.alloc(0);
  return (piece) => {
    if (encoding === 'utf16le') return Buffer.from(decoder.write(piece), 'utf8');
    const all = Buffer.concat([odd, piece]);
    const even = all.length & ~1;
    odd = Buffer.from(all.subarray(even));
    return Buffer.from(decoder.write(Buffer.from(all.subarray(0, even)).swap16()), 'utf8');
  };
}

function withNewlines(piece: Buffer): Buffer {
  const copy = Buffer.from(piece);
  for (let at = copy.indexOf(CARRIAGE_RETURN); at >= 0; at = copy.indexOf(CARRIAGE_RETURN, at + 1))
    copy[at] = NEWLINE;
  return copy;
}

/**
 * What the bytes from 0x80 to 0x9F are in Windows-1252; those of all others are Latin-1's. Some
 * versions of Node.js take `TextDecoder('windows-1252')` for Latin-1.
 */
const WINDOWS = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';

const windowsText = (bytes: Buffer): string =>
  bytes
    .toString('latin1')
    .replaceAll(/[\u0080-\u009f]/g, (character) => WINDOWS[character.charCodeAt(0) - 0x80]!);

/**
 * Makes UTF-8 of lines that are not: they are read as Windows-1252, in which all bytes are
 * characters. Lines of ASCII and UTF-8 stay as they are.
 */
class FromWindows {
  /** The beginning of a character that goes on in the next piece. */
  private rest = Buffer.alloc(0);

  /** @param onForeign called with the text of each line, or part of one, that is not UTF-8. */
  constructor(private readonly onForeign: ((text: string) => void) | undefined) {}

  /** @param isLast whether no other piece follows. */
  readonly add = (piece: Buffer, isLast: boolean): Buffer => {
    const all = this.rest.length === 0 ? piece : Buffer.concat([this.rest, piece]);
    const end = isLast ? all.length : all.length - cutCharacter(all);
    this.rest = Buffer.from(all.subarray(end));
    const whole = all.subarray(0, end);
    return isUtf8(whole) ? whole : this.byLine(whole);
  };

  private byLine(bytes: Buffer): Buffer {
    const lines: Buffer[] = [];
    let start = 0;
    while (start < bytes.length) {
      const newline = bytes.indexOf(NEWLINE, start);
      const end = newline < 0 ? bytes.length : newline + 1;
      const line = bytes.subarray(start, end);
      lines.push(isUtf8(line) ? line : Buffer.from(this.decoded(line)));
      start = end;
    }
    return Buffer.concat(lines);
  }

  private decoded(line: Buffer): string {
    const text = windowsText(line);
    this.onForeign?.(text);
    return text;
  }
}

/** Number of bytes at the end that begin a character of UTF-8 and do not finish it. */
function cutCharacter(bytes: Buffer): number {
  for (let length = 1; length <= Math.min(3, bytes.length); length++) {
    const byte = bytes[bytes.length - length]!;
    if (byte < 0x80) return 0;
    if (byte < 0xc0) continue; // goes on
    const needed = byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
    return needed > length ? length : 0;
  }
  return 0;
}
