/**
 * Parses CSV record by record, yielding to the event loop in between: a million records take many
 * seconds.
 */
import { StringDecoder } from 'node:string_decoder';
import { pipeline } from 'node:stream/promises';
import { type Options, parse } from 'csv-parse';
import { excerpt } from '../text/excerpt';
import { t } from '../text/translate';
import { messageOf, UserError } from '../util/errors';
import { TABLE_LIMITS } from './table-pieces';

const NO_CSV = {
  labels: "the labels '{0}' are not a CSV table: {1}",
  partitions: "the partitions '{0}' are not a CSV table: {1}",
} as const;

export interface RecordOptions extends Pick<Options, 'relax_column_count' | 'delimiter'> {
  file: string;
  /** What the file is. */
  what: keyof typeof NO_CSV;
  /** Lines that are left out at the beginning. */
  skipped?: number;
}

/**
 * @param pieces the UTF-8 bytes of the text, divided anywhere.
 * @param onRecord takes the trimmed cells of a record and its index, starting at 0; empty lines do
 * not count.
 * @throws UserError if it is not CSV, or what `pieces` or `onRecord` throw; the signal's reason if
 * it is aborted.
 */
export async function eachRecord(
  pieces: AsyncIterable<Buffer>,
  { file, what, skipped = 0, ...options }: RecordOptions,
  onRecord: (cells: string[], index: number) => void,
  signal?: AbortSignal,
): Promise<void> {
  let index = 0;
  const parser = parse({
    ...options,
    trim: true,
    skip_empty_lines: true,
    max_record_size: TABLE_LIMITS.line,
    on_record: (cells: string[]) => {
      onRecord(cells, index++);
      return null; // do not collect the records
    },
  });
  try {
    await pipeline(decoded(pieces, skipped), parser, async (records) => {
      for await (const _ of records);
    });
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof UserError) throw error;
    throw new UserError(t(NO_CSV[what], file, excerpt(messageOf(error), 300)), { cause: error });
  }
}

/** The text of the pieces, with LF as its only line break, without a byte order mark. */
async function* decoded(
  pieces: AsyncIterable<Buffer>,
  skipped: number,
): AsyncGenerator<string, void, undefined> {
  const decoder = new StringDecoder('utf8');
  /** Text that is not given out yet: a CR after which LF may follow. */
  let rest = '';
  let isFirst = true;
  let left = skipped;
  const next = (more: string): string => {
    let text = rest + more;
    if (isFirst && text !== '') {
      text = text.replace(/^\uFEFF/, '');
      isFirst = false;
    }
    rest = text.endsWith('\r') ? '\r' : '';
    text = text.slice(0, text.length - rest.length).replaceAll('\r\n', '\n');
    while (left > 0) {
      const end = text.indexOf('\n');
      if (end < 0) return '';
      text = text.slice(end + 1);
      left -= 1;
    }
    return text;
  };
  for await (const piece of pieces) {
    const text = next(decoder.write(piece));
    if (text !== '') yield text;
  }
  const text = next(decoder.end()) + rest;
  if (text !== '') yield text;
}
