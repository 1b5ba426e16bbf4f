/** Writes the labels of a data set, whatever its layout, as one plain table. */
import { extname, relative, sep } from 'node:path';
import { type EntryPlace, entryPlace } from '../../archives/archive-path';
import { readEntry } from '../../archives/read-entry';
import type { Dataset } from '../../datasets/dataset';
import { partitionName } from '../../datasets/partitions';
import { peopleOf, personByFolder } from '../../datasets/people';
import type { WrittenLabels } from '../../domain/dataset';
import { analysisSettingsSchema } from '../../domain/settings';
import { imageLimits } from '../../images/image-limits';
import type { DatasetCalls } from '../../protocol/dataset-calls';
import { csvCell } from '../../text/csv-text';
import { forCsvCell } from '../../text/neutralize';
import { plural } from '../../text/numbers';
import { UserError } from '../../util/errors';
import { type WriteFile, writeNeeded } from '../../util/output-folder';
import { opened } from './dataset';
import type { JobContext } from './job-context';
import { LABELS_FILE, LABELS_OUTPUT } from './outputs';

/** Columns before the attributes. */
const FIRST_COLUMNS = ['image', 'split', 'person'];

/** Rows that are written at a time. */
const CHUNK_ROWS = 1000;

/** A row of the table that is written. */
interface Row {
  /** In the data set's table. */
  row: number;
  /** Path of the image below the folder, or below the output; its name in the table without one. */
  image: string;
  /** Where the image lies, if that is an archive. */
  entry: EntryPlace | undefined;
}

/**
 * Names of images are paths below `folder`. Rows of further faces of an image are left out, as a
 * row stands for an image.
 * @throws UserError where no data set is recognized, its tables cannot be read, or the results
 * cannot be written; CancelledError.
 */
export async function writeLabels(
  params: DatasetCalls['labels']['params'],
  context: JobContext,
): Promise<WrittenLabels> {
  const { folder, labels, images: writesImages, outDir, overwrite = false } = params;
  const { signal } = context;
  const dataset = await opened(folder, labels, context);
  const { parts, table } = dataset;
  const people = await peopleOf(table, signal);
  const rows = rowsOf(dataset, folder, writesImages);
  if (rows.length === 0)
    throw new UserError(`the labels '${table.path}' name no image: there is nothing to write`);
  const archived = rows.filter(({ entry }) => entry !== undefined);
  await writeNeeded(outDir, { kind: LABELS_OUTPUT, overwrite, signal }, async (write) => {
    await write(LABELS_FILE, tableChunks(dataset, people, rows));
    if (writesImages) await writeImages(archived, write, context);
  });
  const notices =
    archived.length === 0 || writesImages
      ? table.remarks
      : [
          ...table.remarks,
          `${plural(archived.length, 'image')} in .parquet files, which other programs do not read: --images writes them, too`,
        ];
  return {
    kind: parts.kind,
    rows: rows.length,
    attributes: table.attributes,
    images:
      parts.images === undefined
        ? null
        : rows.filter(({ row }) => dataset.pathOf(row) !== undefined).length,
    notices,
  };
}

function rowsOf({ table, pathOf }: Dataset, folder: string, writesImages: boolean): Row[] {
  const rows: Row[] = [];
  for (const [row, name] of table.images.entries()) {
    const path = pathOf(row);
    if ((name === '' && path === undefined) || (table.faces?.[row] ?? 0) > 0) continue;
    const entry = path === undefined ? undefined : entryPlace(path);
    const isWritten = entry !== undefined && writesImages;
    const below = path === undefined ? name : relative(folder, path.toString());
    const image = isWritten ? writtenName(rows.length, entry.name) : below.replaceAll(sep, '/');
    rows.push({ row, image, entry });
  }
  return rows;
}

/** Numbered, as entries of several archives may have the same names. */
const writtenName = (index: number, entry: string): string =>
  `images/${String(index).padStart(7, '0')}${/\.\w+$/.exec(extname(entry).toLowerCase())?.[0] ?? '.jpg'}`;

function* tableChunks(
  { table, partitionOf }: Dataset,
  people: readonly string[],
  rows: readonly Row[],
): Generator<Uint8Array> {
  const { attributes, values } = table;
  const width = attributes.length;
  const text = (cell: string) => csvCell(forCsvCell(cell));
  yield Buffer.from(`${[...FIRST_COLUMNS, ...attributes].map(text).join(',')}\n`);
  for (let start = 0; start < rows.length; start += CHUNK_ROWS) {
    let chunk = '';
    for (const { row, image } of rows.slice(start, start + CHUNK_ROWS)) {
      const person = people[row] === '' ? personByFolder(image) : people[row]!;
      chunk += `${text(image)},${text(partitionName(partitionOf(row) ?? ''))},${text(person)}`;
      for (let i = row * width; i < (row + 1) * width; i++) chunk += `,${valueText(values[i]!)}`;
      chunk += '\n';
    }
    yield Buffer.from(chunk);
  }
}

/** Nothing where a label is not defined. Seven digits are all that 32-bit floats hold. */
function valueText(value: number): string {
  if (Number.isNaN(value)) return '';
  return value === 0 ? '0' : value === 1 ? '1' : String(Number(value.toPrecision(7)));
}

async function writeImages(
  rows: readonly Row[],
  write: WriteFile,
  { signal, onProgress }: JobContext,
): Promise<void> {
  const { fileBytes } = imageLimits(analysisSettingsSchema.parse({}));
  for (const [done, { image, entry }] of rows.entries()) {
    signal.throwIfAborted();
    onProgress({ stage: 'copy', done, total: rows.length, failed: 0 });
    await write(image, await readEntry(entry!, fileBytes, { ahead: false }));
  }
}
