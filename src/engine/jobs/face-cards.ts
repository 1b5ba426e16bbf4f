/** Faces as the panel shows them. */
import type { FaceCard } from '../../domain/faces';
import type { StoredRun } from '../../runs/run-store';

/** Faces with their crops and probabilities, in the order of `rows`. */
export async function faceCards(run: StoredRun, rows: readonly number[]): Promise<FaceCard[]> {
  const jpegs = await run.crops.jpegs(rows);
  return rows.map((row, i) => faceCard(run, row, jpegs[i]!));
}

/** @param jpeg of the face's crop. */
export function faceCard(
  { faces, probabilities, manifest }: StoredRun,
  row: number,
  jpeg: Uint8Array,
): FaceCard {
  const width = manifest.modelAttributes.length;
  return {
    row,
    image: faces.image[row]!,
    face: faces.face[row]!,
    jpeg,
    probabilities: Array.from(probabilities.subarray(row * width, (row + 1) * width)),
  };
}
