/**
 * Tables as pieces of bytes, as they are read: plain or gzipped. A file named like a table may be
 * anything, and its text a thousand times as large as the gzipped file: reading stops as soon as
 * the text cannot be a table, and no more than a few pieces of it are in memory at a time.
 */
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { count } from '../text/numbers';
import { megabytes } from '../text/sizes';
import { t } from '../text/translate';
import { codeOf, messageOf, UserError } from '../util/errors';
import { regularFilePieces } from '../util/read-regular-file';
import { yieldToEventLoop } from '../util/yield-to-event-loop';
import { inUtf8 } from './text-encoding';

/** Limits of a table. A million images with 40 labels each take 124 MB. */
export const TABLE_LIMITS = {
  /** Bytes, of the file as well as of its text. */
  bytes: 400e6,
  /** Bytes of a line. 500 names of 200 characters take 100 kB. */
  line: 1e6,
  /** Lines. */
  lines: 5e6,
};

/** Bytes of a .parquet file, which may hold images, too. */
const MAX_PARQUET = 1e12;

/** What a table is, with what is said where it cannot be read. */
const UNREADABLE = {
  labels: "cannot read the labels '{0}': {1}",
  partitions: "cannot read the partitions '{0}': {1}",
  names: "cannot read the names '{0}': {1}",
  identities: "cannot read the identities '{0}': {1}",
} as const;
type TableKind = keyof typeof UNREADABLE;

/** Bytes of a piece: processed between two yields to the event loop. */
const PIECE = 1 << 17;

const NEWLINE = 10;

/**
 * @param what the file is, for messages.
 * @param onForeign called with the text of lines that are read as Windows-1252, as they are not
 * UTF-8.
 * @yields the bytes of the text in UTF-8, a byte order mark included.
 * @throws UserError if it cannot be read or exceeds a limit; the signal's reason if it is aborted.
 */
export async function* tablePieces(
  file: string,
  what: TableKind,
  signal?: AbortSignal,
  onForeign?: (text: string) => void,
): AsyncGenerator<Buffer, void, undefined> {
  try {
    const read = regularFilePieces(file, { limit: TABLE_LIMITS.bytes, size: PIECE }, signal);
    const limits = new TextLimits();
    for await (const piece of inUtf8(ofKnownKind(unpacked(read)), onForeign)) {
      await yieldToEventLoop(signal);
      limits.add(piece);
      yield piece;
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw new UserError(t(UNREADABLE[what], file, reasonOf(error)), { cause: error });
  }
}

/**
 * The first bytes of a file, as they are.
 * @throws like `tablePieces`.
 */
export async function startOf(
  file: string,
  what: TableKind,
  signal?: AbortSignal,
): Promise<Buffer> {
  try {
    const limits = { limit: MAX_PARQUET, size: PIECE };
    for await (const piece of regularFilePieces(file, limits, signal)) return piece;
    return Buffer.alloc(0);
  } catch (error) {
    signal?.throwIfAborted();
    throw new UserError(t(UNREADABLE[what], file, reasonOf(error)), { cause: error });
  }
}

/**
 * Reads a table to its end, so that one which exceeds a limit is refused before it is parsed: the
 * parser of CSV takes half a minute for millions of lines.
 * @throws like `tablePieces`.
 */
export async function checkTable(
  file: string,
  what: TableKind,
  signal?: AbortSignal,
): Promise<void> {
  for await (const _ of tablePieces(file, what, signal));
}

function reasonOf(error: unknown): string {
  switch (codeOf(error)) {
    case 'ENOENT':
      return t('it does not exist');
    case 'EACCES':
    case 'EPERM':
      return t('no permission to read it');
    case 'Z_DATA_ERROR':
    case 'Z_BUF_ERROR':
      return t('it starts like a gzipped file but is damaged or truncated ({0})', messageOf(error));
    default:
      return messageOf(error);
  }
}

/** The pieces of a file, unpacked if it is gzipped. */
async function* unpacked(
  pieces: AsyncGenerator<Buffer, void, undefined>,
): AsyncGenerator<Buffer, void, undefined> {
  try {
    const { value: first } = await pieces.next();
    if (first === undefined) return;
    const all = startingWith(first, pieces);
    yield* first[0] === 0x1f && first[1] === 0x8b ? gunzipped(all) : all;
  } finally {
    await pieces.return(); // closes the file where not all of it is read
  }
}

async function* startingWith(
  first: Buffer,
  others: AsyncGenerator<Buffer, void, undefined>,
): AsyncGenerator<Buffer, void, undefined> {
  yield first;
  yield* others;
}

async function* gunzipped(
  pieces: AsyncGenerator<Buffer, void, undefined>,
): AsyncGenerator<Buffer, void, undefined> {
  const gunzip = createGunzip({ chunkSize: PIECE });
  const feeding = pipeline(pieces, gunzip);
  feeding.catch(() => undefined); // `gunzip` fails with the same error
  yield* gunzip as AsyncIterable<Buffer>; // yields buffers, as no encoding is set
}

/** @throws UserError for files that are no text. */
async function* ofKnownKind(
  pieces: AsyncGenerator<Buffer, void, undefined>,
): AsyncGenerator<Buffer, void, undefined> {
  let isFirst = true;
  for await (const piece of pieces) {
    if (isFirst) checkKind(piece);
    isFirst = false;
    yield piece;
  }
}

/** Checks a text, as it is read, against `TABLE_LIMITS`. */
class TextLimits {
  private bytes = 0;
  private lines = 1;
  /** Bytes since the last newline. */
  private line = 0;

  /** @throws UserError as soon as the text cannot be a table. */
  add(piece: Buffer): void {
    if (piece.includes(0)) throw new UserError(t('it is not UTF-8 text: it contains NUL bytes'));
    this.bytes += piece.length;
    if (this.bytes > TABLE_LIMITS.bytes) {
      throw new UserError(
        t(
          'it contains more than {0} of text: split it into several tables',
          megabytes(TABLE_LIMITS.bytes),
        ),
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
        t('it has more than {0} lines: split it into several tables', count(TABLE_LIMITS.lines)),
      );
    }
  }

  private checkLine(): void {
    if (this.line <= TABLE_LIMITS.line) return;
    throw new UserError(
      t(
        'line {0} is longer than {1}: expected a table with one line per image',
        count(this.lines),
        megabytes(TABLE_LIMITS.line),
      ),
    );
  }
}

/** Files that people take for tables, by their first bytes. */
const OTHER_KINDS = [
  ['PK\x03\x04', 'a workbook (.xlsx, .ods) or another .zip file: save its sheet as CSV'],
  ['\xd0\xcf\x11\xe0', 'an Excel workbook (.xls): save its sheet as CSV'],
  [
    '\x93NUMPY',
    'an array of NumPy: write it with pandas as CSV, with names of images and attributes',
  ],
  ['\x80\x04', 'a pickle of Python: write the table with pandas as CSV'],
  ['\x80\x05', 'a pickle of Python: write the table with pandas as CSV'],
  ['MATLAB', 'a file of MATLAB: write the table as CSV'],
  ['\x89HDF', 'an HDF5 file: write the table as CSV'],
  ['%PDF', 'a PDF'],
  ['\xff\xd8\xff', 'a JPEG'],
  ['\x89PNG', 'a PNG'],
] as const satisfies readonly (readonly [start: string, kind: string])[];

/** @throws UserError for the beginning of a file that is no text. */
function checkKind(piece: Buffer): void {
  const start = piece.toString('latin1', 0, 8);
  const kind = OTHER_KINDS.find(([each]) => start.startsWith(each))?.[1];
  if (kind !== undefined) throw new UserError(t('it is no table, but {0}', t(kind)));
}
