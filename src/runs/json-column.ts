/** Writing large JSON arrays with little memory. */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { collectGarbage, GC_THRESHOLD_BYTES } from '../util/collect-garbage';

/** Values that are converted to text at once. */
const PART_LENGTH = 2000;
/** The fastest compression of zlib. */
const FAST = 1;

/**
 * A JSON array that is built value by value and held as compressed text. A hundred thousand values
 * take a fraction of the memory of an array.
 */
export class JsonColumn {
  private pending: unknown[] = [];
  /** Compressed texts of `PART_LENGTH` values each, without brackets. */
  private readonly parts: Buffer[] = [];
  private count = 0;

  get length(): number {
    return this.count;
  }

  push(value: unknown): void {
    this.pending.push(value);
    this.count += 1;
    if (this.pending.length === PART_LENGTH) this.pack();
  }

  /** The array's text, in parts. */
  text(): Generator<string | Buffer> {
    if (this.pending.length > 0) this.pack();
    return bracketed(this.unpacked());
  }

  private pack(): void {
    // A copy: the result of zlib is a part of a larger buffer.
    this.parts.push(Buffer.from(deflateRawSync(inner(this.pending), { level: FAST })));
    this.pending = [];
  }

  private *unpacked(): Generator<Buffer> {
    for (const part of this.parts) yield inflateRawSync(part);
  }
}

/**
 * The text of a JSON array, in parts: as a whole it would take as much memory as the values.
 */
export const jsonArray = (values: Iterable<unknown>): Generator<string | Buffer> =>
  bracketed(inParts(values));

/** Texts of `PART_LENGTH` values each, without brackets. */
function* inParts(values: Iterable<unknown>): Generator<string> {
  let part: unknown[] = [];
  for (const value of values) {
    part.push(value);
    if (part.length < PART_LENGTH) continue;
    yield inner(part);
    part = [];
    collectGarbage(GC_THRESHOLD_BYTES / 2);
  }
  if (part.length > 0) yield inner(part);
}

const inner = (values: readonly unknown[]) => JSON.stringify(values).slice(1, -1);

function* bracketed(parts: Iterable<string | Buffer>): Generator<string | Buffer> {
  let separator = '[';
  for (const part of parts) {
    yield separator;
    yield part;
    separator = ',';
  }
  yield separator === '[' ? '[]' : ']';
}

/** The text of a JSON object whose entries are columns or other values, in parts. */
export function* jsonObject(entries: Record<string, unknown>): Generator<string | Buffer> {
  let separator = '{';
  for (const [name, value] of Object.entries(entries)) {
    yield `${separator}${JSON.stringify(name)}:`;
    if (value instanceof JsonColumn) yield* value.text();
    else yield JSON.stringify(value);
    separator = ',';
  }
  yield '}';
}
