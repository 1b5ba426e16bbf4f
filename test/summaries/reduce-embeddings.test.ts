/** Embeddings keep their distances and angles when they are stored and reduced. */
import { describe, expect, it } from 'vitest';
import { EmbeddingTable } from '../../src/summaries/embedding-table';
import { reduceEmbeddings } from '../../src/summaries/reduce-embeddings';
import { random } from '../support/vectors';

const [ROWS, COLUMNS, RANK] = [300, 90, 6];

/** Numbers in a space of few dimensions, away from the origin, as behind a ReLU. */
function drawnRows(rows = ROWS): Float32Array[] {
  const draw = random(11);
  const number = () => draw() + draw() + draw() - 1.5;
  const axes = Array.from({ length: RANK }, () => Array.from({ length: COLUMNS }, number));
  return Array.from({ length: rows }, () => {
    const weights = Array.from({ length: RANK }, (_, i) => number() + (i === 0 ? 3 : 0));
    return Float32Array.from({ length: COLUMNS }, (_, c) =>
      weights.reduce((sum, weight, i) => sum + weight * axes[i]![c]!, 0),
    );
  });
}

function tableOf(rows: readonly Float32Array[]): EmbeddingTable {
  const table = new EmbeddingTable(rows.length, rows[0]!.length);
  rows.forEach((row, i) => {
    table.set(i, row);
  });
  return table;
}

const distance = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Math.hypot(...Array.from(a, (value, i) => value - b[i]!));

describe('a table of embeddings', () => {
  it('holds each number to half a step', () => {
    const rows = drawnRows(20);
    const table = tableOf(rows);
    const read = new Float64Array(COLUMNS);
    rows.forEach((row, i) => {
      table.read(i, read);
      const step = (Math.max(...row) - Math.min(...row)) / 255;
      row.forEach((value, c) => {
        expect(Math.abs(value - read[c]!)).toBeLessThan(0.51 * step);
      });
    });
  });

  it('keeps zeros, and embeddings of one value', () => {
    const table = tableOf([Float32Array.of(0, 3, 0, 1), Float32Array.of(2, 2, 2, 2)]);
    const read = new Float64Array(4);
    table.read(0, read);
    expect([read[0], read[2]]).toEqual([0, 0]);
    table.read(1, read);
    expect([...read]).toEqual([2, 2, 2, 2]);
  });

  it('takes bytes of another table, unless they cannot be of a face', () => {
    const table = tableOf(drawnRows(2));
    const other = new EmbeddingTable(1, COLUMNS);
    expect(other.setBytes(0, table.bytesOf(1))).toBe(true);
    const [a, b] = [new Float64Array(COLUMNS), new Float64Array(COLUMNS)];
    table.read(1, a);
    other.read(0, b);
    expect(b).toEqual(a);
    expect(other.setBytes(0, table.bytesOf(1).subarray(1))).toBe(false);
    for (const header of [NaN, Infinity, 1e30]) {
      const bytes = Buffer.from(table.bytesOf(1));
      bytes.writeFloatLE(header);
      expect(other.setBytes(0, bytes)).toBe(false);
    }
  });
});

describe('reduced embeddings', () => {
  const rows = drawnRows();
  const reduced = reduceEmbeddings(tableOf(rows), RANK);
  const rowOf = ({ values, columns }: typeof reduced, i: number) =>
    values.subarray(i * columns, (i + 1) * columns);

  it('have the distances, lengths and angles of the whole ones', () => {
    expect(reduced.columns).toBe(RANK);
    expect(reduced.kept).toBeGreaterThan(0.999);
    const zero = new Float32Array(COLUMNS);
    for (let i = 1; i < ROWS; i++) {
      const [a, b] = [rowOf(reduced, i - 1), rowOf(reduced, i)];
      expect(distance(a, b) / distance(rows[i - 1]!, rows[i]!)).toBeCloseTo(1, 1);
      expect(distance(a, zero.subarray(0, RANK)) / distance(rows[i - 1]!, zero)).toBeCloseTo(1, 1);
    }
  });

  it('say how much of the variance is left', () => {
    const two = reduceEmbeddings(tableOf(rows), 2);
    expect(two.columns).toBe(2);
    const mean = Float32Array.from({ length: COLUMNS }, (_, c) =>
      rows.reduce((sum, row) => sum + row[c]! / ROWS, 0),
    );
    const whole = rows.reduce((sum, row) => sum + distance(row, mean) ** 2, 0);
    const squares = (values: ArrayLike<number>) =>
      Array.from(values).reduce((sum, value) => sum + value ** 2, 0);
    const left = rows.reduce((sum, row, i) => sum + squares(row) - squares(rowOf(two, i)), 0);
    expect(two.kept).toBeCloseTo(1 - left / whole, 2);
  });

  it('do not depend on the order of the faces', () => {
    const order = rows.map((_, i) => (i * 7) % ROWS);
    const other = reduceEmbeddings(tableOf(order.map((i) => rows[i]!)), RANK);
    order.forEach((from, i) => {
      expect(rowOf(other, i)).toEqual(rowOf(reduced, from));
    });
  });

  it('are defined for a single face, equal faces and zeros', () => {
    const [row] = rows as [Float32Array];
    const zeros = new Float32Array(COLUMNS);
    for (const each of [[row], [row, row, row], [zeros, zeros], [zeros]]) {
      const { values, columns, kept } = reduceEmbeddings(tableOf(each));
      expect(values).toHaveLength(each.length * columns);
      expect(values.every(Number.isFinite)).toBe(true);
      expect(columns).toBeGreaterThan(0);
      expect(kept).toBe(1);
    }
  });
});
