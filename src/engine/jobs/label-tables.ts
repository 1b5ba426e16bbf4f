/**
 * Tables of labels made of what a person marked, which `evaluate`, `dataset` and training/ take:
 * one row for each image, one column for each attribute. Labels of an image are those of its most
 * prominent face.
 */
import { imageNames } from '../../images/folder-labels';
import { BYTE_ORDER_MARK, csvCell, isAscii } from '../../text/csv-text';
import { forCsvCell } from '../../text/neutralize';
import { plural } from '../../text/numbers';
import { t } from '../../text/translate';
import type { WriteFile } from '../../util/output-folder';
import type { OpenRun } from '../open-runs';
import { type FaceRows, isPresent } from './face-rows';
import { COMPLETE_LABELS_FILE, LABELS_FILE } from './outputs';

/** Rows that are written at a time. */
const CHUNK = 2000;

/** Label of an attribute of a face, by its column; undefined where there is none. */
type LabelOf = (row: number, column: number) => boolean | undefined;

/** The names of the label tables of a run; none where nothing was marked. */
export const labelFiles = (run: OpenRun): string[] =>
  marksOf(run).some((rows) => rows.size > 0) ? [LABELS_FILE, COMPLETE_LABELS_FILE] : [];

/**
 * Writes `labels.csv`, whose labels are those that a person marked, and `labels-complete.csv`, in
 * which all others are as inferred. Neither is written where nothing was marked.
 * @returns what they leave out, for people.
 */
export async function writeLabels(write: WriteFile, run: OpenRun, rows: FaceRows) {
  if (labelFiles(run).length === 0) return [];
  const { attributes, present } = rows;
  const marks = marksOf(run);
  const { labeled, notFaces, others } = labeledRows(run, marks);
  const said: LabelOf = (row, column) => marks[column]!.get(row);
  const table = { run, attributes };
  const isMarked = (row: number) => marks.some((each) => each.has(row));
  const used = [...attributes.keys()].filter((column) =>
    labeled.some((row) => marks[column]!.has(row)),
  );
  await write(LABELS_FILE, labelCsv(table, labeled.filter(isMarked), used, said));
  const all = [...attributes.keys()];
  const inferred: LabelOf = (row, column) => isPresent(present[row * attributes.length + column]!);
  const both: LabelOf = (row, column) => said(row, column) ?? inferred(row, column);
  await write(COMPLETE_LABELS_FILE, labelCsv(table, labeled, all, both));
  return leftOutText(notFaces, others);
}

/** Labels by row, for each attribute of the model. */
const marksOf = ({ manifest, corrections }: OpenRun): ReadonlyMap<number, boolean>[] =>
  manifest.modelAttributes.map((name) => corrections.attributes.get(name) ?? new Map());

/** The rows that labels can be of, and how many faces are left out. */
function labeledRows({ faces, corrections }: OpenRun, marks: ReadonlyMap<number, boolean>[]) {
  const labeled: number[] = [];
  let notFaces = 0;
  for (const [row, face] of faces.face.entries()) {
    if (face !== 0) continue;
    if (corrections.notFaces.has(row)) notFaces += 1;
    else labeled.push(row);
  }
  const marked = new Set(marks.flatMap((each) => [...each.keys()]));
  const others = [...marked].filter((row) => faces.face[row] !== 0).length;
  return { labeled, notFaces, others };
}

function leftOutText(notFaces: number, others: number): string[] {
  const left = [
    ...(notFaces === 0
      ? []
      : [t('{0} whose most prominent face was marked as none', plural(notFaces, 'image'))]),
    ...(others === 0
      ? []
      : [
          t(
            'what was marked of {0} in images with a more prominent one, as labels are of images',
            plural(others, 'face'),
          ),
        ]),
  ];
  return left.length === 0
    ? []
    : [t('{0} and {1} leave out {2}', LABELS_FILE, COMPLETE_LABELS_FILE, left.join(t(', and ')))];
}

function* labelCsv(
  { run, attributes }: { run: OpenRun; attributes: readonly string[] },
  rows: readonly number[],
  columns: readonly number[],
  labelOf: LabelOf,
): Generator<Buffer> {
  const nameOf = imageNames(run.manifest.folders);
  const { faces } = run;
  const names = rows.map((row) =>
    nameCell(nameOf({ folder: faces.folder[row]!, name: faces.image[row]! })),
  );
  const header = ['image', ...columns.map((column) => nameCell(attributes[column]!))].join(',');
  let text = `${isAscii(header) && names.every(isAscii) ? '' : BYTE_ORDER_MARK}${header}\n`;
  for (const [i, row] of rows.entries()) {
    const labels = columns.map((column) => cellOf(labelOf(row, column)));
    text += `${names[i]!},${labels.join(',')}\n`;
    if (i % CHUNK !== CHUNK - 1) continue;
    yield Buffer.from(text);
    text = '';
  }
  yield Buffer.from(text);
}

const cellOf = (label: boolean | undefined): string =>
  label === undefined ? '' : label ? '1' : '0';

/** A name in quotes where readers would take spaces off its ends. */
function nameCell(name: string): string {
  const cell = forCsvCell(name);
  return cell.trim() === cell ? csvCell(cell) : `"${cell.replaceAll('"', '""')}"`;
}
