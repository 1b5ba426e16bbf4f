/** Finds the labels of images. */
import { fromCsvCell } from '../text/neutralize';
import type { LabelTable } from './label-table';

/**
 * @returns what finds the row of an image by its path below its folder, or by its file name where
 * the labels have no path; undefined where it has no label.
 */
export function labelRows(table: LabelTable): (name: string) => number | undefined {
  const rowOf = new Map(table.images.map((name, row) => [name, row] as const));
  // Tables that this program writes may have an apostrophe before a name, which is no part of it.
  for (const [row, name] of table.images.entries())
    if (!rowOf.has(fromCsvCell(name))) rowOf.set(fromCsvCell(name), row);
  return (name) => rowOf.get(name) ?? rowOf.get(name.split('/').pop()!);
}
