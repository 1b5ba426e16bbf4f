/**
 * The gap statistic (Tibshirani, Walther & Hastie 2001): the difference between the logarithms of
 * the inertia of reference sets without cluster structure and that of the data.
 */
import { Random } from 'ml-random';
import { withSortedRows } from './canonical-order';
import { type DistinctVectors, distinctVectors } from './distinct';

const REFERENCE_SETS = 6;
/** Maximum faces of the data's sample and of each reference set, which are equally large. */
const MAX_FACES = 1000;

/**
 * A sample of the data, and reference sets of the same size. The attributes of a reference face are
 * drawn independently of each other from the data, which keeps only their frequencies. (Tibshirani
 * et al. draw from uniform distributions, but 0/1 attributes have no values between the extremes.)
 */
export function gapSets(
  vectors: DistinctVectors,
  seed: number,
): { drawn: DistinctVectors; references: DistinctVectors[] } {
  const { columns, data, inverse } = withSortedRows(vectors);
  const random = new Random(seed);
  const rows = Math.min(inverse.length, MAX_FACES);
  const offsetOfAnyFace = () => inverse[random.randInt(0, inverse.length)]! * columns;
  const makeSet = (independent: boolean) => {
    const set = new Float64Array(rows * columns);
    for (let row = 0; row < rows; row++) {
      let from = offsetOfAnyFace();
      for (let c = 0; c < columns; c++) {
        if (independent) from = offsetOfAnyFace();
        set[row * columns + c] = data[from + c]!;
      }
    }
    return distinctVectors({ rows, columns, data: set });
  };
  return {
    drawn: makeSet(false),
    references: Array.from({ length: REFERENCE_SETS }, () => makeSet(true)),
  };
}

/**
 * The gap and its standard error.
 * @param drawn inertia of the data's sample.
 * @param references inertia of each reference set.
 * @returns null where an inertia is 0.
 */
export function gapOf(
  drawn: number,
  references: readonly number[],
): { gap: number | null; gapError: number | null } {
  if (drawn <= 1e-9 || references.some((inertia) => inertia <= 1e-9))
    return { gap: null, gapError: null };
  const logs = references.map(Math.log);
  const mean = logs.reduce((sum, value) => sum + value, 0) / logs.length;
  const deviation = Math.sqrt(
    logs.reduce((sum, value) => sum + (value - mean) ** 2, 0) / logs.length,
  );
  return { gap: mean - Math.log(drawn), gapError: deviation * Math.sqrt(1 + 1 / logs.length) };
}
