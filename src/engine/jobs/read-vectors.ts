/** Reads attribute vectors that the user brings. */
import { openLabels } from '../../datasets/open-labels';
import { selectRows, undefinedCounts } from '../../datasets/table-result';
import { chosenAttributes } from '../../domain/find-attribute';
import { chooseImages, type ImageChoice } from '../../images/choose-images';
import { excerptOfList } from '../../text/excerpt';
import { plural } from '../../text/numbers';
import { UserError } from '../../util/errors';

/** The table, the rows that were chosen, and their probabilities, `[rows, attributes]`. */
export type Vectors = Awaited<ReturnType<typeof readVectors>>;

type Table = Awaited<ReturnType<typeof openLabels>>;

/** Which rows are taken, and the attributes by which they are compared. */
interface VectorChoice extends ImageChoice {
  attributes: readonly string[];
}

/**
 * Reads a table of attribute vectors. Rows in which an attribute that they are compared by is not
 * defined are left out, and so are all other attributes that are not defined everywhere.
 * @returns the table, the chosen rows, their probabilities, `[rows, attributes]`, and what was left
 * out, for people.
 * @throws UserError where the table cannot be read or has no such row; CancelledError.
 */
export async function readVectors(file: string, choice: VectorChoice, signal: AbortSignal) {
  const read = await openLabels(file, signal);
  const { table, notices } = completeVectors(read, file, choice.attributes);
  const width = table.attributes.length;
  const rows = chooseImages(Array.from(table.images.keys()), choice);
  if (rows.length === table.images.length)
    return { table, rows, probabilities: table.values, notices };
  return { table, rows, probabilities: rowsOf(table.values, width, rows), notices };
}

/** The rows and attributes without undefined values. */
function completeVectors(
  read: Table,
  file: string,
  wanted: readonly string[],
): { table: Table; notices: string[] } {
  const missing = undefinedCounts(read);
  if (missing.every((count) => count === 0)) return { table: read, notices: read.remarks };
  const { columns, attributes } = chosenAttributes(wanted, read.attributes);
  const width = read.attributes.length;
  const rows = [...read.images.keys()].filter((row) =>
    columns.every((column) => !Number.isNaN(read.values[row * width + column])),
  );
  if (rows.length === 0)
    throw new UserError(
      `no row of the vectors '${file}' has a value of every attribute that they are compared by: ` +
        `${excerptOfList(missingTexts(read, columns, missing), 10)}; compare by others with --attributes`,
    );
  const notices = [...read.remarks];
  const without = read.images.length - rows.length;
  if (without > 0) {
    const kept = new Set(rows);
    const names = read.images.filter((name, row) => !kept.has(row) && name !== '');
    notices.push(
      `${plural(without, 'row')} left out, in which an attribute that they are compared by is not defined` +
        (names.length > 0 ? `: ${excerptOfList(names, 3)}` : ''),
    );
  }
  const chosen = selectRows(read, rows);
  const left = undefinedCounts({ ...read, ...chosen });
  const dropped = read.attributes.filter((_, i) => left[i]! > 0);
  if (dropped.length > 0)
    notices.push(
      `${plural(dropped.length, 'attribute')} not shown, as ${dropped.length === 1 ? 'it is' : 'they are'} not defined in every row: ${excerptOfList(dropped, 5)} (compared by: ${excerptOfList(attributes, 5)})`,
    );
  const keptColumns = [...read.attributes.keys()].filter((i) => left[i] === 0);
  return {
    table: {
      ...read,
      ...chosen,
      attributes: keptColumns.map((i) => read.attributes[i]!),
      values: columnsOf(chosen.values, width, keptColumns),
    },
    notices,
  };
}

const missingTexts = ({ attributes, images }: Table, columns: number[], missing: Uint32Array) =>
  columns.map(
    (column) => `${attributes[column]!} is missing in ${missing[column]!} of ${images.length}`,
  );

function rowsOf(values: Float32Array, width: number, rows: readonly number[]): Float32Array {
  const chosen = new Float32Array(rows.length * width);
  rows.forEach((row, i) => {
    chosen.set(values.subarray(row * width, (row + 1) * width), i * width);
  });
  return chosen;
}

function columnsOf(values: Float32Array, width: number, columns: readonly number[]): Float32Array {
  const rows = values.length / width;
  const chosen = new Float32Array(rows * columns.length);
  for (let row = 0; row < rows; row++)
    for (const [i, column] of columns.entries())
      chosen[row * columns.length + i] = values[row * width + column]!;
  return chosen;
}
