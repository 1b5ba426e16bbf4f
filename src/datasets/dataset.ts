/** An open data set: its labels, partitions and images. */
import { scanImages } from '../images/scan-folders';
import { fromCsvCell } from '../text/neutralize';
import type { LabelTable } from './label-table';
import { readLabels } from './labels';
import { type DatasetParts, readPartitions, recognizeDataset } from './recognize';

export interface Dataset {
  parts: DatasetParts;
  table: LabelTable;
  /** Partition of a row of the table; undefined where unknown. */
  partitionOf: (row: number) => string | undefined;
  /** Path of the image of a row; undefined where it is missing. */
  pathOf: (row: number) => string | Buffer | undefined;
}

/** @throws UserError where no data set is recognized, or its tables cannot be read. */
export async function openDataset(
  folder: string,
  labels: string | undefined,
  { signal, onFound }: { signal: AbortSignal; onFound: (images: number) => void },
): Promise<Dataset> {
  const parts = await recognizeDataset(folder, labels, signal);
  const table = await readLabels(parts.labels, signal);
  const partitionOf = await partitionsOf(table, parts.partitions, signal);
  const images = new Map<string, string | Buffer>();
  if (parts.images !== undefined) {
    const scan = await scanImages([parts.images], { signal, onFound });
    for (const { name, path } of scan.images) images.set(name, path);
  }
  const pathOf = (row: number) => {
    const name = table.images[row]!;
    // A table that this program wrote may have an apostrophe before a name (`forCsvCell`), but a
    // name may also begin with one.
    const spellings = [
      name,
      name.split('/').pop()!,
      fromCsvCell(name),
      fromCsvCell(name).split('/').pop()!,
    ];
    for (const spelling of spellings) {
      const path = images.get(spelling);
      if (path !== undefined) return path;
    }
    return undefined;
  };
  return { parts, table, partitionOf, pathOf };
}

async function partitionsOf(
  table: LabelTable,
  file: string | undefined,
  signal: AbortSignal,
): Promise<Dataset['partitionOf']> {
  if (file === undefined) return (row) => table.splits?.[row];
  const partitions = await readPartitions(file, signal);
  return (row) => partitions.get(table.images[row]!);
}

/** The attributes among `names` that a row has. */
export function presentIn(
  { attributes, values }: LabelTable,
  row: number,
  names: readonly string[],
): string[] {
  return names.filter((name) => values[row * attributes.length + attributes.indexOf(name)]! >= 0.5);
}
