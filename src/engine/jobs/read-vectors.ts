/** Reads attribute vectors that the user brings. */
import { readLabels } from '../../datasets/labels';
import { chooseImages, type ImageChoice } from '../../images/choose-images';
import { UserError } from '../../util/errors';

/** The table, the rows that were chosen, and their probabilities, `[rows, attributes]`. */
export type Vectors = Awaited<ReturnType<typeof readVectors>>;

/**
 * Reads a table of attribute vectors.
 * @param choice which of its rows.
 * @returns the table, the chosen rows, and their probabilities, `[rows, attributes]`.
 * @throws UserError where the table cannot be read or has no row; CancelledError.
 */
export async function readVectors(file: string, choice: ImageChoice, signal: AbortSignal) {
  const table = await readLabels(file, signal);
  const width = table.attributes.length;
  const rows = chooseImages(Array.from(table.images.keys()), choice);
  if (rows.length === 0)
    throw new UserError(`the vectors '${file}' have no row below their header`);
  if (rows.length === table.images.length) return { table, rows, probabilities: table.values };
  const probabilities = new Float32Array(rows.length * width);
  rows.forEach((row, i) => {
    probabilities.set(table.values.subarray(row * width, (row + 1) * width), i * width);
  });
  return { table, rows, probabilities };
}
