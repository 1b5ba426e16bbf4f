/**
 * Reads tables of attribute labels, plain or gzipped: CelebA's `list_attr_celeba.txt` (with or
 * without its count line), Kaggle's `list_attr_celeba.csv`, or any CSV file with a header and a
 * column for each attribute. Values are 0 or 1, ±1, or probabilities.
 *
 * The bytes are read line by line; only names become texts, since a text for each of millions of
 * cells takes most of the time and memory.
 */
import { UserError } from '../util/errors';
import { CsvLabels, parsedCsvLabels } from './csv-labels';
import type { LabelTable } from './label-table';
import { eachLine } from './lines';
import { SpacedLabels } from './spaced-labels';
import { checkTable, tablePieces } from './table-pieces';

/**
 * @throws UserError naming the file, the line, and the expected and received value; the signal's
 * reason if it is aborted.
 */
export async function readLabels(file: string, signal?: AbortSignal): Promise<LabelTable> {
  const pieces = () => tablePieces(file, 'labels', signal);
  let layout: SpacedLabels | CsvLabels | undefined;
  /** Lines before the header. */
  let skipped = 0;
  const isRead = await eachLine(pieces(), (bytes, start, end) => {
    if (layout !== undefined) return layout.take(bytes, start, end);
    const line = bytes.toString('utf8', start, end);
    if (line.trim() === '' || isCount(line)) {
      skipped += 1;
      return true;
    }
    if (!line.includes(',')) {
      layout = new SpacedLabels(file, line, skipped + 1);
      return true;
    }
    layout = new CsvLabels(file, skipped);
    return layout.take(bytes, start, end);
  });
  if (!isRead) {
    await checkTable(file, 'labels', signal);
    return parsedCsvLabels(file, pieces(), skipped, signal);
  }
  if (layout === undefined)
    throw new UserError(
      `the labels '${file}' are empty: expected a line of attribute names and one line for each image`,
    );
  return layout.table();
}

/** Whether a line has only a number: CelebA's count of the images. */
const isCount = (line: string) => /^\s*\d+\s*$/.test(line);
