/** A data set that is open: its labels, its partitions and where its images lie. */
import { scanImages } from '../images/scan-folders';
import { fromCsvCell } from '../text/neutralize';
import { type LabelTable, readLabels } from './labels';
import { type DatasetParts, readPartitions, recogniseDataset } from './recognise';

export interface Dataset {
  parts: DatasetParts;
  table: LabelTable;
  /** Partition of a row of the table; undefined where nothing says. */
  partitionOf: (row: number) => string | undefined;
  /** Image of a row of the table; undefined where there is none. */
  pathOf: (row: number) => string | Buffer | undefined;
}

/** @throws UserError where no data set is recognised, or its tables cannot be read. */
export async function openDataset(
  folder: string,
  labels: string | undefined,
  { signal, onFound }: { signal: AbortSignal; onFound: (images: number) => void },
): Promise<Dataset> {
  const parts = await recogniseDataset(folder, labels, signal);
  const table = await readLabels(parts.labels, signal);
  const partitionOf = await partitionsOf(table, parts.partitions, signal);
  const images = new Map<string, string | Buffer>();
  if (parts.images !== undefined) {
    const scan = await scanImages([parts.images], { signal, onFound });
    for (const { name, path } of scan.images) images.set(name, path);
  }
  const pathOf = (row: number) => {
    const name = table.images[row]!;
    // A table of our own may hold an apostrophe before a name, but a name may begin with one as
    // well.
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

/** Attributes a row has, in the order of `names`. */
export function presentIn(
  { attributes, values }: LabelTable,
  row: number,
  names: readonly string[],
): string[] {
  return names.filter((name) => values[row * attributes.length + attributes.indexOf(name)]! >= 0.5);
}
