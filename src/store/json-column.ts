/** A JSON array that is written value by value, kept as text: for a hundred thousand values a fraction of what they take as an array. */

/** Values turned to text at a time. */
const PART = 2000;

export class JsonColumn {
  private pending: unknown[] = [];
  /** Texts of `PART` values each, without brackets. */
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
  *text(): Generator<string | Buffer> {
    if (this.pending.length > 0) this.pack();
    let separator = '[';
    for (const part of this.parts) {
      yield separator;
      yield part;
      separator = ',';
    }
    yield this.parts.length === 0 ? '[]' : ']';
  }

  private pack(): void {
    this.parts.push(Buffer.from(JSON.stringify(this.pending).slice(1, -1)));
    this.pending = [];
  }
}

/** A JSON array of many values, in parts: the text of all would take as much memory again as they do. */
export function* jsonArray(values: Iterable<unknown>): Generator<string> {
  let separator = '[';
  let part: unknown[] = [];
  for (const value of values) {
    part.push(value);
    if (part.length < PART) continue;
    yield separator + JSON.stringify(part).slice(1, -1);
    separator = ',';
    part = [];
  }
  if (part.length > 0) yield separator + JSON.stringify(part).slice(1, -1);
  yield separator === '[' && part.length === 0 ? '[]' : ']';
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
