/** Labels of the faces of a run, or of the vectors of a table. */
import { readLabels } from '../../datasets/labels';
import { labelRows } from '../../datasets/match-labels';
import type { StoredRun } from '../../runs/run-store';
import { fromCsvCell } from '../../text/neutralize';
import type { Truth } from '../clustering/truth';
import type { Vectors } from './read-vectors';

/** Name of the image whose labels describe a face; undefined where none does. */
type NameOf = (face: number) => string | undefined;

/** Labels are of the most prominent face of an image. */
export const nameOfFace =
  ({ faces }: StoredRun): NameOf =>
  (face) =>
    faces.face[face] === 0 ? faces.image[face] : undefined;

export const nameOfVector =
  ({ table, rows }: Vectors): NameOf =>
  (face) =>
    fromCsvCell(table.images[rows[face]!]!);

/**
 * @param labels path of a table; undefined for none.
 * @param count number of faces.
 * @throws UserError where the table cannot be read; the signal's reason.
 */
export async function truthOf<Labels extends string | undefined>(
  labels: Labels,
  nameOf: NameOf,
  count: number,
  signal: AbortSignal,
): Promise<Labels extends string ? Truth : Truth | undefined>;
export async function truthOf(
  labels: string | undefined,
  nameOf: NameOf,
  count: number,
  signal: AbortSignal,
): Promise<Truth | undefined> {
  if (labels === undefined) return undefined;
  const table = await readLabels(labels, signal);
  const rowOf = labelRows(table);
  const rows = Int32Array.from({ length: count }, (_, face) => {
    const name = nameOf(face);
    return name === undefined ? -1 : (rowOf(name) ?? -1);
  });
  return { labels, attributes: table.attributes, values: table.values, rows };
}
