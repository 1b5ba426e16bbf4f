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
 * @yields its bytes in UTF-8, with a byte order mark where it has one in UTF-8; CR becomes LF where
 * the first piece has no LF.
 */
export async function* inUtf8(
  pieces: AsyncIterable<Buffer>,
): AsyncGenerator<Buffer, void, undefined> {
  let decode: ((piece: Buffer) => Buffer) | undefined;
  let endsWithReturn: boolean | undefined;
  for await (const piece of pieces) {
    if (piece.length === 0) continue;
    decode ??= decoderOf(encodingOf(piece));
    const text = decode(piece);
    endsWithReturn ??= text.includes(CARRIAGE_RETURN) && !text.includes(NEWLINE);
    yield endsWithReturn ? withNewlines(text) : text;
  }
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

function decoderOf(encoding: Encoding): (piece: Buffer) => Buffer {
  if (encoding === 'utf8') return (piece) => piece;
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

const WINDOWS = new TextDecoder('windows-1252');

/**
 * The text of some bytes. Bytes that are not UTF-8 are read as Windows-1252, in which all bytes are
 * characters.
 */
export function textOfBytes(bytes: Buffer, start: number, end: number): string {
  const text = bytes.toString('utf8', start, end);
  if (!text.includes('\uFFFD') || isUtf8(bytes.subarray(start, end))) return text;
  return WINDOWS.decode(bytes.subarray(start, end));
}
