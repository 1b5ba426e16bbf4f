/** Finishes a table whose rows were read: those that stand in it twice count once. */
import { excerpt, excerptOfList } from '../text/excerpt';
import { count, plural } from '../text/numbers';
import { t } from '../text/translate';
import { UserError } from '../util/errors';
import { nameKey } from './image-names';
import type { LabelTable } from './label-table';
import { isSamePartition } from './partitions';

/** Most names of images in a remark. */
const MAX_NAMED = 3;

/**
 * Leaves out rows that repeat or contradict others, and says what labels are undefined.
 * @throws UserError where all rows contradict each other.
 */
export function finishTable(file: string, read: LabelTable): LabelTable {
  const table = withoutRepetitions(file, read);
  const remark = undefinedRemark(table);
  return remark === undefined ? table : { ...table, remarks: [...table.remarks, remark] };
}

function withoutRepetitions(file: string, table: LabelTable): LabelTable {
  if (isAscending(table.images)) return table;
  const first = new Map<string, number>();
  const repeated = new Set<number>();
  const contradicted = new Map<number, string>();
  let without = 0;
  for (const [row, name] of table.images.entries()) {
    if (name === '') {
      without += 1;
      continue;
    }
    const face = table.faces?.[row] ?? 0;
    const key = face === 0 ? nameKey(name) : `${nameKey(name)}\0${face}`;
    const known = first.get(key);
    if (known === undefined) first.set(key, row);
    else {
      repeated.add(row);
      if (!contradicted.has(known) && !agreesWith(table, known, row)) contradicted.set(known, name);
    }
  }
  const remarks = [...table.remarks];
  if (without > 0 && without < table.images.length)
    remarks.push(t('{0} without the name of an image', plural(without, 'row')));
  if (repeated.size === 0) return { ...table, remarks };
  const again = [...repeated].map((row) => table.images[row]!);
  remarks.push(
    t(
      contradicted.size === 0
        ? '{0} with the name of an earlier one: {1}; they agree, and each image counts once'
        : '{0} with the name of an earlier one: {1}',
      plural(repeated.size, 'row'),
      excerptOfList([...new Set(again)], MAX_NAMED),
    ),
  );
  if (contradicted.size > 0) remarks.push(contradictionRemark([...contradicted.values()]));
  const rows = [...table.images.keys()].filter(
    (row) => !repeated.has(row) && !contradicted.has(row),
  );
  if (rows.length === 0)
    throw new UserError(
      t(
        "the labels '{0}' contradict themselves: every image has several rows with different labels, like '{1}'; a table with a row for each label of an image needs a column for each attribute instead (pandas: df.pivot)",
        file,
        excerpt(again[0]!),
      ),
    );
  return { ...selectRows(table, rows), remarks };
}

const contradictionRemark = (names: readonly string[]): string =>
  t(
    names.length === 1
      ? '{0} left out, as its rows contradict each other: {1}'
      : '{0} left out, as their rows contradict each other: {1}',
    plural(names.length, 'image'),
    excerptOfList(names, MAX_NAMED),
  );

/** Whether no name repeats because each is above the one before. */
function isAscending(names: readonly string[]): boolean {
  for (let i = 1; i < names.length; i++) if (!(names[i - 1]! < names[i]!)) return false;
  return !names.some((name) => name.includes('/') || name.includes('\\'));
}

/**
 * Whether no label of two rows differs. What the first one leaves undefined is taken from the
 * other.
 */
function agreesWith({ attributes, values, splits }: LabelTable, a: number, b: number): boolean {
  const width = attributes.length;
  for (let i = 0; i < width; i++) {
    const [one, other] = [values[a * width + i]!, values[b * width + i]!];
    if (!Number.isNaN(one) && !Number.isNaN(other) && one !== other) return false;
  }
  const [split, other] = [splits?.[a] ?? '', splits?.[b] ?? ''];
  if (split !== '' && other !== '' && !isSamePartition(split, other)) return false;
  if (splits !== undefined && split === '') splits[a] = other;
  for (let i = 0; i < width; i++)
    if (Number.isNaN(values[a * width + i])) values[a * width + i] = values[b * width + i]!;
  return true;
}

/** Some rows of a table, in the order given. */
export function selectRows(table: LabelTable, rows: readonly number[]): LabelTable {
  const width = table.attributes.length;
  const values = new Float32Array(rows.length * width);
  rows.forEach((row, i) => {
    values.set(table.values.subarray(row * width, (row + 1) * width), i * width);
  });
  return {
    ...table,
    images: rows.map((row) => table.images[row]!),
    faces: table.faces && rows.map((row) => table.faces![row]!),
    splits: table.splits && rows.map((row) => table.splits![row]!),
    people: table.people && rows.map((row) => table.people![row]!),
    values,
  };
}

/** The number of undefined labels of each attribute. */
export function undefinedCounts({
  attributes,
  values,
}: Pick<LabelTable, 'attributes' | 'values'>): Uint32Array {
  const width = attributes.length;
  const counts = new Uint32Array(width);
  for (let at = 0; at < values.length; at++) if (Number.isNaN(values[at])) counts[at % width]! += 1;
  return counts;
}

/** How many labels are undefined, of which attributes, and an example; undefined where none is. */
function undefinedRemark({ attributes, images, values }: LabelTable): string | undefined {
  const counts = undefinedCounts({ attributes, values });
  const total = counts.reduce((sum, each) => sum + each, 0);
  if (total === 0) return undefined;
  const width = attributes.length;
  const first = values.findIndex(Number.isNaN);
  const those = [...counts.keys()].filter((i) => counts[i]! > 0);
  those.sort((a, b) => counts[b]! - counts[a]! || a - b);
  const list = those.map((i) => `${attributes[i]!} ${count(counts[i]!)}`);
  const name = images[Math.floor(first / width)]!;
  return t(
    name === ''
      ? '{0} of {1} not defined, which count nowhere ({2})'
      : "{0} of {1} not defined, which count nowhere ({2}); for example {3} of '{4}'",
    plural(total, 'label'),
    count(values.length),
    excerptOfList(list, 5),
    excerpt(attributes[first % width]!),
    excerpt(name),
  );
}
