/** Faces by their images, which keep their meaning when the images are analyzed again. */
import type { FaceKey } from '../domain/corrections';
import type { Box } from '../domain/faces';
import type { FaceTable } from '../runs/run-columns';

/** Least overlap (intersection over union) of two boxes of the same face. */
const SAME_FACE = 0.5;

export function faceKey(faces: FaceTable, row: number): FaceKey {
  const image = imageId(faces, row);
  const box = faces.box[row] ?? null;
  if (box === null) return [image];
  return [image, ...([box.x, box.y, box.width, box.height].map(Math.round) as Four)];
}

type Four = [number, number, number, number];

const imageId = (faces: FaceTable, row: number): string =>
  `${faces.folder[row]!}/${faces.image[row]!}`;

/** Name of a face's image, for people. */
export const imageOfKey = ([image]: FaceKey): string => image.slice(image.indexOf('/') + 1);

/** Finds the rows of faces in a run. Building it takes time O(faces). */
export class FaceFinder {
  private readonly rowsOf = new Map<string, number[]>();

  constructor(private readonly faces: FaceTable) {
    for (let row = 0; row < faces.image.length; row++) {
      const id = imageId(faces, row);
      const rows = this.rowsOf.get(id);
      if (rows === undefined) this.rowsOf.set(id, [row]);
      else rows.push(row);
    }
  }

  /** The row of a face: where its image has several, the one whose box overlaps most. */
  rowOf([image, ...box]: FaceKey): number | undefined {
    const rows = this.rowsOf.get(image) ?? [];
    const boxOf = (row: number) => this.faces.box[row] ?? null;
    if (box.length === 0) return rows.find((row) => boxOf(row) === null);
    const [x, y, width, height] = box;
    const wanted = { x, y, width, height };
    let best: number | undefined;
    let most = SAME_FACE;
    for (const row of rows) {
      const found = boxOf(row);
      const overlap = found === null ? 0 : overlapOf(wanted, found);
      if (overlap < most) continue;
      most = overlap;
      best = row;
    }
    return best;
  }

  /** @returns rows of the faces that the run has, without repetitions, and how many it lacks. */
  rowsOfAll(keys: readonly FaceKey[]): { rows: number[]; missing: number } {
    const rows = new Set<number>();
    let missing = 0;
    for (const key of keys) {
      const row = this.rowOf(key);
      if (row === undefined) missing += 1;
      else rows.add(row);
    }
    return { rows: [...rows], missing };
  }
}

/** Intersection over union of two boxes, in [0, 1]. */
function overlapOf(a: Box, b: Box): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  if (width <= 0 || height <= 0) return 0;
  const both = width * height;
  return both / (a.width * a.height + b.width * b.height - both);
}
