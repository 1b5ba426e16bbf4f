/**
 * Parses CSV record by record, yielding to the event loop in between: a million records take many
 * seconds.
 */
import { pipeline } from 'node:stream/promises';
import { type Options, parse } from 'csv-parse';
import { excerpt } from '../text/excerpt';
import { messageOf, UserError } from '../util/errors';
import { yieldToEventLoop } from '../util/yield-to-event-loop';
import { TABLE_LIMITS } from './read-text';

/** Characters parsed at a time. */
const PIECE = 1 << 16;

/**
 * @param what what the text is, for messages: "the labels 'a.csv'".
 * @param onRecord takes the trimmed cells of a record and its index, starting at 0; empty lines do
 * not count.
 * @throws UserError if it is not CSV, or what `onRecord` throws; the signal's reason if it is
 * aborted.
 */
export async function eachRecord(
  text: string,
  what: string,
  options: Pick<Options, 'relax_column_count'>,
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
    await pipeline(pieces(text, signal), parser, async (records) => {
      for await (const _ of records);
    });
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof UserError) throw error;
    throw new UserError(`${what} are not a CSV table: ${excerpt(messageOf(error), 300)}`, {
      cause: error,
    });
  }
}

async function* pieces(text: string, signal: AbortSignal | undefined): AsyncGenerator<string> {
  for (let at = 0; at < text.length;) {
    await yieldToEventLoop(signal);
    let end = at + PIECE;
    if (isHighSurrogate(text.charCodeAt(end - 1))) end += 1; // keep surrogate pairs together
    yield text.slice(at, end);
    at = end;
  }
}

const isHighSurrogate = (code: number) => code >= 0xd800 && code < 0xdc00;
