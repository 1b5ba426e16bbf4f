/** Tables of faces without images. */
import type { FacePlace, FaceRows } from '../../src/engine/jobs/face-rows';
import type { StoredClustering } from '../../src/runs/run-files';

export const NO_PLACE: FacePlace = { face: 0, box: null, score: null, size: null, landmarks: null };

/** A face of a photo. */
export const PLACE: FacePlace = {
  face: 1,
  box: { x: -3, y: 12, width: 100, height: 120 },
  score: 0.98764,
  size: { width: 1024, height: 768 },
  landmarks: [20.25, 40, 60.5, 41, 40, 90.01],
};

/** @param images names; each has as many attributes. */
export function faceRows(images: readonly string[], changes: Partial<FaceRows> = {}): FaceRows {
  const attributes = changes.attributes ?? ['Male', 'Young'];
  const probabilities =
    changes.probabilities ??
    Float32Array.from({ length: images.length * attributes.length }, (_, i) => (i % 11) / 10);
  return {
    attributes,
    probabilities,
    present: probabilities,
    clustering: oneCluster(images.length),
    imageOf: (row) => images[row]!,
    pathOf: (row) => ['/photos/', images[row]!],
    placeOf: () => NO_PLACE,
    markedOf: () => [],
    ...changes,
  };
}

const oneCluster = (faces: number) =>
  ({
    clustering: { clusters: [{ id: 0, size: faces }] },
    members: Int32Array.from({ length: faces }, (_, row) => row),
  }) as StoredClustering;
