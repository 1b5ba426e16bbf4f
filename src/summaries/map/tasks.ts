/** Tasks that make a map of faces, in this thread or others. */
import { inCanonicalOrder } from '../../clustering/canonical-order';
import { type DistinctVectors, distinctVectors, type Matrix } from '../../clustering/distinct';
import type { RunTask, TaskHandlers } from '../../util/tasks';
import { projectionOf } from '../projection';
import { type Cells, cellsOf, sharedFloats } from './cells';
import { graphOf, membershipsOf } from './graph';
import { arranged, placeAmong } from './layout';
import { nearestOf, type Neighbors } from './neighbors';
import { fitUnitSquare } from './unit-square';

export interface Axes {
  /** Places of the distinct vectors by their first two principal components, `[distinct, 2]`. */
  places: Float64Array;
  /** Distinct vector of each face. */
  inverse: Int32Array;
  distinct: number;
  /** Number of distinct vectors that the axes were computed from. */
  sample: number;
}

export interface Prepared extends Axes {
  /** The distinct vectors, `[distinct, columns]`, in shared memory. */
  data: Float32Array;
  /** Those that are arranged; the others are placed among them. */
  index: Cells;
}

export interface MapTasks {
  axes: { params: Matrix; result: Axes };
  /** @param most vectors that are arranged. */
  prepare: { params: { matrix: Matrix; most: number }; result: Prepared };
  /** Neighbors of the vectors of an index from `start` to before `end`. */
  neighbors: {
    params: { index: Cells; start: number; end: number; each: number; cells: number };
    result: Neighbors;
  };
  /** Places of the vectors of an index. @param first places to start from. */
  arrange: {
    params: { neighbors: Neighbors; first: Float64Array; seed: number };
    result: Float64Array;
  };
  /**
   * Places vectors among those of an index.
   * @param places of the latter. @param rows numbers of the vectors in `data`.
   */
  placeOthers: {
    params: {
      data: Float32Array;
      rows: Int32Array;
      index: Cells;
      places: Float64Array;
      each: number;
      cells: number;
      seed: number;
    };
    result: Float64Array;
  };
}

export type RunMapTask = RunTask<MapTasks>;

export const mapTasks: TaskHandlers<MapTasks> = {
  axes: (matrix) => Promise.resolve(axesOf(inCanonicalOrder(distinctVectors(matrix)))),
  prepare: ({ matrix, most }) => Promise.resolve(prepare(matrix, most)),
  neighbors: ({ index, start, end, each, cells }) => {
    const { data, columns } = index;
    const queries = data.subarray(start * columns, end * columns);
    return Promise.resolve(nearestOf(index, queries, { each, cells, first: start }));
  },
  arrange: ({ neighbors, first, seed }) =>
    Promise.resolve(arranged(graphOf(neighbors), first, seed)),
  placeOthers: (params) => Promise.resolve(placeOthers(params)),
};

/** Runs a task in this thread. */
export const runHere: RunMapTask = (name, params, options) => mapTasks[name](params, options);

function axesOf(vectors: DistinctVectors): Axes {
  const { points, vectors: sample } = projectionOf(vectors);
  return {
    places: fitUnitSquare(points),
    inverse: vectors.inverse,
    distinct: vectors.rows,
    sample,
  };
}

function prepare(matrix: Matrix, most: number): Prepared {
  const vectors = inCanonicalOrder(distinctVectors(matrix));
  const data = sharedFloats(vectors.data.length);
  data.set(vectors.data);
  const length = Math.min(most, vectors.rows);
  const rows = Int32Array.from({ length }, (_, i) => Math.floor((i * vectors.rows) / length));
  return { ...axesOf(vectors), data, index: cellsOf(vectors, rows) };
}

function placeOthers({
  data,
  rows,
  index,
  places,
  each,
  cells,
  seed,
}: MapTasks['placeOthers']['params']): Float64Array {
  const { columns } = index;
  const queries = new Float32Array(rows.length * columns);
  rows.forEach((row, i) => {
    queries.set(data.subarray(row * columns, (row + 1) * columns), i * columns);
  });
  const neighbors = nearestOf(index, queries, { each, cells });
  const memberships = membershipsOf(neighbors);
  const target = new Float64Array(2 * rows.length);
  for (let i = 0; i < rows.length; i++) {
    const [start, end] = [i * each, (i + 1) * each];
    placeAmong(places, neighbors.places.subarray(start, end), memberships.subarray(start, end), {
      target,
      index: i,
      seed: seed + rows[i]!,
    });
  }
  return target;
}
