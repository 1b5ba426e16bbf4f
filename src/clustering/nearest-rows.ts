/** The rows of a matrix that are nearest to one of them, exactly. */

export interface NearRow {
  row: number;
  /** Euclidean. */
  distance: number;
}

/**
 * @param values finite, `[rows, columns]`.
 * @param count rows that are wanted; there may be fewer.
 * @returns the nearest other rows in ascending order of their distance, equal ones by their index.
 */
export function nearestRows(
  values: Float32Array,
  columns: number,
  row: number,
  count: number,
): NearRow[] {
  const rows = values.length / columns;
  const squares = new Float64Array(rows);
  for (let other = 0, at = 0; other < rows; other++) {
    let sum = 0;
    for (let c = 0; c < columns; c++, at++) {
      const difference = values[at]! - values[row * columns + c]!;
      sum += difference * difference;
    }
    squares[other] = sum;
  }
  squares[row] = Infinity; // sorts last
  const limit = squares.slice().sort()[Math.min(count, rows) - 1]!;
  const near: number[] = [];
  for (let other = 0; other < rows; other++)
    if (other !== row && squares[other]! <= limit) near.push(other);
  near.sort((a, b) => squares[a]! - squares[b]! || a - b);
  return near
    .slice(0, count)
    .map((other) => ({ row: other, distance: Math.sqrt(squares[other]!) }));
}
