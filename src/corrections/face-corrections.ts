/** What corrections say of single faces, whatever the clusters. */
import type { LoggedCorrection } from './correction-log';
import type { FaceFinder } from './face-keys';

/** Values of attributes that a person marked, by attribute, then by row. */
type MarkedAttributes = ReadonlyMap<string, ReadonlyMap<number, boolean>>;

export interface FaceCorrections {
  notFaces: ReadonlySet<number>;
  attributes: MarkedAttributes;
}

export function faceCorrections(
  done: readonly LoggedCorrection[],
  finder: FaceFinder,
): FaceCorrections {
  const notFaces = new Set<number>();
  const attributes = new Map<string, Map<number, boolean>>();
  for (const { correction } of done) {
    if (correction.kind === 'notFace') {
      for (const row of finder.rowsOfAll(correction.faces).rows)
        if (correction.value) notFaces.add(row);
        else notFaces.delete(row);
    } else if (correction.kind === 'attribute') {
      const marked = attributes.get(correction.attribute) ?? new Map<number, boolean>();
      attributes.set(correction.attribute, marked);
      for (const row of finder.rowsOfAll(correction.faces).rows)
        if (correction.value === null) marked.delete(row);
        else marked.set(row, correction.value);
    }
  }
  return { notFaces, attributes };
}
