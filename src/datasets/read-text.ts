/**
 * Tables as text: plain or gzipped, with or without a byte order mark. A file named like a table
 * may be anything, and its text a thousand times as large as the gzipped file: reading stops as
 * soon as the text cannot be a table.
 */
import { StringDecoder } from 'node:string_decoder';
import { createGunzip } from 'node:zlib';
import { megabytes } from '../text/sizes';
import { codeOf, messageOf, UserError } from '../util/errors';
import { readRegularFile } from '../util/read-regular-file';
import { yieldToEventLoop } from '../util/yield-to-event-loop';

/** Limits of a table. A million images with 40 labels each take 124 MB. */
export const TABLE_LIMITS = {
  /** Bytes, of the file as well as of its text. V8's longest string has 536 MB. */
  bytes: 400e6,
  /** Bytes of a line. 500 names of 200 characters take 100 kB. */
  line: 1e6,
  /** Lines. */
  lines: 5e6,
};

/** Bytes processed between two yields to the event loop. */
const PIECE = 1 << 18;

const NEWLINE = 10;

/**
 * @param what the file is, for messages: 'labels'.
 * @throws UserError if it cannot be read or exceeds a limit; the signal's reason if it is aborted.
 */
export async function readText(file: string, what: string, signal?: AbortSignal): Promise<string> {
  try {
    const bytes = await readRegularFile(file, TABLE_LIMITS.bytes, signal);
    const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
    const pieces = isGzip ? gunzipped(bytes) : slices(bytes);
    const limits = new TextLimits();
    const decoder = new StringDecoder('utf8');
    const texts: string[] = [];
    for await (const piece of pieces) {
      await yieldToEventLoop(signal);
      limits.add(piece);
      texts.push(decoder.write(piece));
    }
    texts.push(decoder.end());
    return texts.join('').replace(/^\uFEFF/, '');
  } catch (error) {
    signal?.throwIfAborted();
    throw new UserError(`cannot read the ${what} '${file}': ${reasonOf(error)}`, { cause: error });
  }
}

function reasonOf(error: unknown): string {
  switch (codeOf(error)) {
    case 'ENOENT':
      return 'it does not exist';
    case 'EACCES':
    case 'EPERM':
      return 'no permission to read it';
    case 'Z_DATA_ERROR':
    case 'Z_BUF_ERROR':
      return `it starts like a gzipped file but is damaged or truncated (${messageOf(error)})`;
    default:
      return messageOf(error);
  }
}

function* slices(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += PIECE) yield bytes.subarray(at, at + PIECE);
}

function gunzipped(bytes: Buffer): AsyncIterable<Buffer> {
  const gunzip = createGunzip({ chunkSize: PIECE });
  gunzip.end(bytes);
  return gunzip as AsyncIterable<Buffer>; // yields buffers, as no encoding is set
}

/** Checks a text, as it is read, against `TABLE_LIMITS`. */
class TextLimits {
  private bytes = 0;
  private lines = 1;
  /** Bytes since the last newline. */
  private line = 0;

  /** @throws UserError as soon as the text cannot be a table. */
  add(piece: Buffer): void {
    if (piece.includes(0)) throw new UserError('it is not UTF-8 text: it contains NUL bytes');
    this.bytes += piece.length;
    if (this.bytes > TABLE_LIMITS.bytes) {
      throw new UserError(
        `it contains more than ${megabytes(TABLE_LIMITS.bytes)} of text: split it into several tables`,
      );
    }
    let from = 0;
    for (let end = piece.indexOf(NEWLINE); end >= 0; end = piece.indexOf(NEWLINE, from)) {
      this.line += end - from;
      this.checkLine();
      this.line = 0;
      this.lines += 1;
      from = end + 1;
    }
    this.line += piece.length - from;
    this.checkLine();
    if (this.lines > TABLE_LIMITS.lines) {
      throw new UserError(
        `it has more than ${TABLE_LIMITS.lines.toLocaleString('en')} lines: split it into several tables`,
      );
    }
  }

  private checkLine(): void {
    if (this.line <= TABLE_LIMITS.line) return;
    throw new UserError(
      `line ${this.lines.toLocaleString('en')} is longer than ${megabytes(TABLE_LIMITS.line)}: ` +
        'expected a table with one line per image',
    );
  }
}
