import { describe, expect, it } from 'vitest';
import { DenseDistances } from '../../src/clustering/dense-distances';
import { rowDistances } from '../../src/clustering/row-distances';
import { distanceOf, squaredDistance } from '../../src/clustering/metric';
import { METRICS } from '../../src/domain/method-options';
import { random } from '../support/vectors';

/** Some numbers occur often, so that columns are equal, and rows of zeros. */
function matrixOf(rows: number, columns: number) {
  const next = random(100 * rows + columns);
  const data = Float64Array.from({ length: rows * columns }, () =>
    next() < 0.4 ? Math.floor(next() * 3) - 1 : next(),
  );
  data.fill(0, 0, columns);
  return { rows, columns, data };
}

const SHAPES = [1, 7, 8, 9, 40].flatMap((rows) =>
  [1, 2, 3, 40].map((columns) => ({ rows, columns })),
);

describe.each([...METRICS, 'squared'] as const)('distances, %s', (metric) => {
  it.each(SHAPES)('are those of metric.ts to the last bit ($rows × $columns)', (shape) => {
    const matrix = matrixOf(shape.rows, shape.columns);
    const others = matrixOf(3, shape.columns);
    const distance = metric === 'squared' ? squaredDistance : distanceOf(metric);
    const expected = (values: Float64Array, row: number) =>
      Array.from({ length: matrix.rows }, (_, i) =>
        distance(values, row, matrix.data, i, matrix.columns),
      );
    using all = new DenseDistances(matrix, metric);
    using meanwhile = new DenseDistances(others, metric);
    for (let row = 0; row < matrix.rows; row++) {
      meanwhile.from(row % 3);
      const own = expected(matrix.data, row);
      own[row] = 0;
      expect(Array.from(all.from(row))).toEqual(own);
    }
    if (metric !== 'squared') {
      using inPlace = rowDistances(matrix, metric, 0);
      for (let row = 0; row < matrix.rows; row++)
        expect(Array.from(inPlace.from(row))).toEqual(Array.from(all.from(row)));
    }
    for (let row = 0; row < 3; row++)
      expect(Array.from(all.fromVector(others.data, row * others.columns))).toEqual(
        expected(others.data, row),
      );
  });

  it('are 0 without columns', () => {
    using all = new DenseDistances({ rows: 2, columns: 0, data: new Float64Array(0) }, metric);
    expect(Array.from(all.from(1))).toEqual([0, 0]);
  });
});
