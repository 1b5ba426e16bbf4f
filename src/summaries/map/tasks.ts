/** Tasks that make a map of faces in worker threads. */
import type { Matrix } from '../../clustering/distinct';
import { distinctVectors } from '../../clustering/distinct';
import { inCanonicalOrder } from '../../clustering/canonical-order';
import type { TaskHandlers } from '../../util/tasks';
import { projectionOf } from '../projection';
import { fitUnitSquare } from './unit-square';

interface AxesResult {
  /** `[faces, 2]`, in [0, 1]. */
  places: Float32Array;
  /** Number of distinct vectors. */
  distinct: number;
  /** Number of them that the axes were computed from. */
  sample: number;
}

export interface MapTasks {
  /** Places by the first two principal components. */
  axes: { params: Matrix; result: AxesResult };
}

export const mapTasks: TaskHandlers<MapTasks> = {
  axes: (matrix) => Promise.resolve(axesOf(matrix)),
};

function axesOf(matrix: Matrix): AxesResult {
  const vectors = inCanonicalOrder(distinctVectors(matrix));
  const { points, vectors: sample } = projectionOf(vectors);
  return {
    places: placesOfFaces(fitUnitSquare(points), vectors.inverse),
    distinct: vectors.rows,
    sample,
  };
}

/** @param places of the distinct vectors. @param inverse distinct vector of each face. */
function placesOfFaces(places: Float64Array, inverse: Int32Array): Float32Array {
  const result = new Float32Array(2 * inverse.length);
  for (let face = 0; face < inverse.length; face++) {
    result[2 * face] = places[2 * inverse[face]!]!;
    result[2 * face + 1] = places[2 * inverse[face]! + 1]!;
  }
  return result;
}
