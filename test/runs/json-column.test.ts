import { describe, expect, it } from 'vitest';
import { jsonArray, JsonColumn, jsonObject } from '../../src/runs/json-column';

const text = (parts: Iterable<string | Buffer>) =>
  Buffer.concat(Array.from(parts, (part) => Buffer.from(part))).toString();

/** Around multiples of the number of values in a part. */
const COUNTS = [0, 1, 1999, 2000, 2001, 4000, 5000];

describe('JSON in parts', () => {
  it.each(COUNTS)('equals the result of JSON.stringify for %i values', (count) => {
    const values = Array.from({ length: count }, (_, i) =>
      i % 3 === 0 ? null : i % 3 === 1 ? `"${i}"` : { x: i / 7, y: [i] },
    );
    expect(text(jsonArray(values))).toBe(JSON.stringify(values));
    const column = new JsonColumn();
    for (const value of values) column.push(value);
    expect(column.length).toBe(count);
    expect(text(column.text())).toBe(JSON.stringify(values));
    expect(text(jsonObject({ width: 160, column, paths: { 3: 'a' } }))).toBe(
      JSON.stringify({ width: 160, column: values, paths: { 3: 'a' } }),
    );
  });
});
