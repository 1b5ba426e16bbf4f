/** Labels of the faces of a run, or of the vectors of a table. */
import { join } from 'node:path';
import { inferredRemarks } from '../../datasets/label-table';
import type { NamedImages } from '../../datasets/images-by-end';
import { matchNames } from '../../datasets/match-names';
import { openLabels } from '../../datasets/open-labels';
import type { StoredRun } from '../../runs/run-store';
import type { OpenRun } from '../open-runs';
import { fromCsvCell } from '../../text/neutralize';
import type { Truth } from '../clustering/truth';
import type { Vectors } from './read-vectors';

/**
 * The faces of a run, named by their images. Labels of an image are of its most prominent face,
 * the first.
 */
const namedFaces = ({ faces, manifest }: StoredRun): NamedImages => ({
  length: manifest.faces,
  at: (index) => {
    const name = faces.image[index];
    if (name === undefined) return undefined;
    const folder = manifest.folders[faces.folder[index]!]!;
    return { name, path: join(folder, name), face: faces.face[index]! };
  },
});

export const namedVectors = ({ table, rows }: Vectors): NamedImages => ({
  length: rows.length,
  at: (index) => {
    const row = rows[index];
    if (row === undefined) return undefined;
    return { name: fromCsvCell(table.images[row]!), face: table.faces?.[row] ?? 0 };
  },
});

/**
 * @param labels path of a table, or of a folder that holds tables; undefined for none.
 * @throws UserError where they cannot be read; the signal's reason.
 */
export async function truthOf<Labels extends string | undefined>(
  labels: Labels,
  faces: NamedImages,
  signal: AbortSignal,
): Promise<Labels extends string ? Truth : Truth | undefined>;
export async function truthOf(
  labels: string | undefined,
  faces: NamedImages,
  signal: AbortSignal,
): Promise<Truth | undefined> {
  if (labels === undefined) return undefined;
  const table = await openLabels(labels, signal);
  const { rowOf, remarks } = matchNames(table, faces);
  return {
    labels,
    attributes: table.attributes,
    values: table.values,
    rows: rowOf,
    remarks: [...table.remarks, ...inferredRemarks(table), ...remarks],
  };
}

/** Like `truthOf` for the faces of a run; what a person marked as no face has no label. */
export async function truthOfRun<Labels extends string | undefined>(
  run: OpenRun,
  labels: Labels,
  signal: AbortSignal,
): Promise<Labels extends string ? Truth : Truth | undefined>;
export async function truthOfRun(
  run: OpenRun,
  labels: string | undefined,
  signal: AbortSignal,
): Promise<Truth | undefined> {
  const truth = await truthOf(labels, namedFaces(run), signal);
  if (truth !== undefined) for (const row of run.corrections.notFaces) truth.rows[row] = -1;
  return truth;
}
