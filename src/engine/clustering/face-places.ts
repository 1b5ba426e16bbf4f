/** Where the faces lie in their clusters and in a plane. */
import type { DistinctVectors } from '../../clustering/distinct';
import { distancesToCenters } from '../../clustering/scores';
import type { ScoredPartition } from '../../clustering/tasks';
import type { Clustering } from '../../domain/clustering';
import type { StoredClustering } from '../../runs/run-files';
import { projectionOf } from '../../summaries/projection';

export interface FacePlaces extends Required<Pick<StoredClustering, 'distances' | 'projection'>> {
  axes: NonNullable<Clustering['projection']>;
}

export function placesOf({ vectors, labels, clusters }: ScoredPartition): FacePlaces {
  const { points, explained, vectors: used } = projectionOf(vectors);
  return {
    distances: ofFaces(distancesToCenters(vectors, labels, clusters), vectors),
    projection: ofFaces(points, vectors, 2),
    axes: { explained, vectors: used },
  };
}

/** @param values of the distinct vectors, `[vectors, width]`. @returns `[faces, width]`. */
export function ofFaces(
  values: Float64Array,
  { inverse }: DistinctVectors,
  width = 1,
): Float32Array {
  const result = new Float32Array(inverse.length * width);
  for (let row = 0; row < inverse.length; row++)
    for (let i = 0; i < width; i++) result[row * width + i] = values[inverse[row]! * width + i]!;
  return result;
}
