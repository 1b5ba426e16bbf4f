/** An open data set: its labels, partitions and images. */
import { scanImages } from '../images/scan-folders';
import { excerptOfList } from '../text/excerpt';
import { plural } from '../text/numbers';
import { t } from '../text/translate';
import { inferredRemarks, type LabelTable } from './label-table';
import { matchNames } from './match-names';
import { type Labels, labelsOf } from './open-labels';
import { type DatasetParts, recognizeDataset } from './recognize';

export interface Dataset {
  parts: DatasetParts;
  table: Labels;
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
  const recognized = await recognizeDataset(folder, labels, signal);
  const labeled = await labelsOf(recognized, { signal, onFound });
  const read = { ...labeled, remarks: [...labeled.remarks, ...inferredRemarks(labeled)] };
  const parts = { ...recognized, kind: read.kind ?? recognized.kind };
  const partitionOf = (row: number) => {
    const split = read.splits?.[row];
    return split === '' ? undefined : split;
  };
  if (parts.images === undefined)
    return { parts, table: read, partitionOf, pathOf: () => undefined };
  const { images } = await scanImages(parts.archives ?? [parts.images], { signal, onFound });
  const { imageOf, remarks } = matchNames(read, images);
  const isFurther = (row: number) => (read.faces?.[row] ?? 0) > 0;
  const further = [...read.images.keys()].filter(isFurther).length;
  const missing = read.images.filter(
    (name, row) => name !== '' && imageOf[row]! < 0 && !isFurther(row),
  );
  const missed =
    missing.length === 0 || missing.length === read.images.length
      ? []
      : [t('{0} without an image: {1}', plural(missing.length, 'row'), excerptOfList(missing, 3))];
  if (further > 0)
    missed.push(t('{0} of further faces of an image, which are not shown', plural(further, 'row')));
  const table = { ...read, remarks: [...read.remarks, ...remarks, ...missed] };
  return { parts, table, partitionOf, pathOf: (row) => images.at(imageOf[row]!)?.path };
}

/** The attributes among `names` that a row has. */
export function presentIn(
  { attributes, values }: LabelTable,
  row: number,
  names: readonly string[],
): string[] {
  return names.filter((name) => values[row * attributes.length + attributes.indexOf(name)]! >= 0.5);
}
