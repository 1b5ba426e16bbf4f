/** The attributes that can be judged: those of which some face has a label. */
import { excerptOfList } from '../../text/excerpt';
import { plural } from '../../text/numbers';
import { UserError } from '../../util/errors';
import type { LabeledFace } from './labeled-face';

/**
 * @param columns the attributes of the faces, in their order.
 * @returns the columns and the faces without attributes of which no face has a label, and a notice
 * that names these.
 * @throws UserError where none is left.
 */
export function onlyLabeled<Column extends { name: string }>(
  columns: readonly Column[],
  faces: readonly LabeledFace[],
): { columns: Column[]; faces: LabeledFace[]; notices: string[] } {
  const isLabeled = columns.map((_, at) => faces.some(({ labels }) => !Number.isNaN(labels[at]!)));
  const missing = columns.filter((_, at) => !isLabeled[at]).map(({ name }) => name);
  const list = excerptOfList(missing, 10);
  const notice = `there is no label of ${list} among ${plural(faces.length, 'face')}`;
  if (missing.length === columns.length) throw new UserError(notice);
  const some = (values: Float32Array) => values.filter((_, at) => isLabeled[at]!);
  return {
    columns: columns.filter((_, at) => isLabeled[at]),
    faces: faces.map((face) => ({
      ...face,
      labels: some(face.labels),
      inferred: some(face.inferred),
      predicted: some(face.predicted),
    })),
    notices: missing.length === 0 ? [] : [notice],
  };
}
