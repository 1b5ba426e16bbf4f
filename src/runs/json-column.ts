/**
 * A JSON array that is written value by value, kept as packed text: for a hundred thousand values a
 * fraction of what they take as an array.
 */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { collectGarbage, GC_THRESHOLD_BYTES } from '../util/collect-garbage';

/** Values turned to text at a time. */
const PART = 2000;
const FAST = 1;

export class JsonColumn {
  private pending: unknown[] = [];
  /** Texts of `PART` values each, without brackets, deflated. */
  private readonly parts: Buffer[] = [];
  private count = 0;

  get length(): number {
    return this.count;
  }

  push(value: unknown): void {
    this.pending.push(value);
    this.count += 1;
    if (this.pending.length === PART) this.pack();
  }

  /** The array's text, in parts. */
  text(): Generator<string | Buffer> {
    if (this.pending.length > 0) this.pack();
    return bracketed(this.unpacked());
  }

  private pack(): void {
    // Of its own: zlib's answer is a part of a larger buffer.
    this.parts.push(Buffer.from(deflateRawSync(inner(this.pending), { level: FAST })));
    this.pending = [];
  }

  private *unpacked(): Generator<Buffer> {
    for (const part of this.parts) yield inflateRawSync(part);
  }
}

/**
 * A JSON array of many values, in parts: the text of all would take as much memory again as they
 * do.
 */
export const jsonArray = (values: Iterable<unknown>): Generator<string | Buffer> =>
  bracketed(inParts(values));

/** Texts of `PART` values each, without brackets. */
function* inParts(values: Iterable<unknown>): Generator<string> {
  let part: unknown[] = [];
  for (const value of values) {
    part.push(value);
    if (part.length < PART) continue;
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

/** A JSON object of columns and of values, in parts. */
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
