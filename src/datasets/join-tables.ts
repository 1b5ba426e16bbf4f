/** Joins tables of labels: their rows one after the other, with the attributes of all. */
import type { AttributeGroup, LabelTable } from './label-table';

/** @param tables at least one. */
export function joinTables(tables: readonly LabelTable[]): LabelTable {
  const [first] = tables as [LabelTable];
  if (tables.length === 1) return first;
  const attributes = [...new Set(tables.flatMap((table) => table.attributes))];
  const groups = joinGroups(tables);
  const rows = tables.reduce((sum, { images }) => sum + images.length, 0);
  const values = new Float32Array(rows * attributes.length).fill(NaN);
  const position = new Map(attributes.map((name, i) => [name, i] as const));
  let row = 0;
  for (const table of tables) {
    const width = table.attributes.length;
    const columns = table.attributes.map((name) => position.get(name)!);
    for (let i = 0; i < table.images.length; i++, row++)
      for (let c = 0; c < width; c++)
        values[row * attributes.length + columns[c]!] = table.values[i * width + c]!;
  }
  const joined: LabelTable = {
    attributes,
    groups,
    images: tables.flatMap(({ images }) => images),
    faces: tables.some(({ faces }) => faces !== undefined)
      ? tables.flatMap(({ faces, images }) => faces ?? images.map(() => 0))
      : undefined,
    splits: tables.some(({ splits }) => splits !== undefined)
      ? tables.flatMap(({ splits, images }) => splits ?? images.map(() => ''))
      : undefined,
    people: tables.some(({ people }) => people !== undefined)
      ? tables.flatMap(({ people, images }) => people ?? images.map(() => ''))
      : undefined,
    values,
    remarks: [...new Set(tables.flatMap(({ remarks }) => remarks))],
  };
  for (const group of groups) completeGroup(joined, group);
  return joined;
}

function joinGroups(tables: readonly LabelTable[]): AttributeGroup[] {
  const groups = new Map<string, Set<string>>();
  for (const { name, attributes } of tables.flatMap((table) => table.groups)) {
    const known = groups.get(name) ?? new Set<string>();
    groups.set(name, known);
    for (const attribute of attributes) known.add(attribute);
  }
  return Array.from(groups, ([name, attributes]) => ({ name, attributes: [...attributes] }));
}

/** An image of one value of a category is of none of its other ones. */
function completeGroup({ attributes, images, values }: LabelTable, group: AttributeGroup): void {
  const columns = group.attributes.map((name) => attributes.indexOf(name));
  for (let row = 0; row < images.length; row++) {
    const start = row * attributes.length;
    if (columns.every((column) => Number.isNaN(values[start + column]))) continue;
    for (const column of columns)
      if (Number.isNaN(values[start + column])) values[start + column] = 0;
  }
}
