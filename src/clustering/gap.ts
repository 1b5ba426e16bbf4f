/**
 * The gap statistic (Tibshirani, Walther & Hastie 2001): how much lower the inertia is than that of
 * faces without structure.
 */
import { Random } from 'ml-random';
import { type DistinctVectors, distinctVectors } from './distinct';

/** Reference sets of the gap statistic. */
const REFERENCES = 6;
/** Faces of a set, at most: gaps are compared among sets of as many. */
const FACES = 1000;

/**
 * Sets for the gap statistic: faces drawn from the data, and as many whose every attribute is drawn
 * by itself from the data's values, so that nothing but their frequencies is left. (Tibshirani et
 * al. draw uniformly between the extremes, which 0/1 attributes have nothing between.)
 */
export function gapSets(
  { columns, data, inverse: of }: DistinctVectors,
  seed: number,
): { drawn: DistinctVectors; references: DistinctVectors[] } {
  const random = new Random(seed);
  const rows = Math.min(of.length, FACES);
  const any = () => of[random.randInt(0, of.length)]! * columns;
  const make = (independent: boolean) => {
    const set = new Float64Array(rows * columns);
    for (let row = 0; row < rows; row++) {
      let from = any();
      for (let c = 0; c < columns; c++) {
        if (independent) from = any();
        set[row * columns + c] = data[from + c]!;
      }
    }
    return distinctVectors({ rows, columns, data: set });
  };
  return { drawn: make(false), references: Array.from({ length: REFERENCES }, () => make(true)) };
}

/**
 * Gap and standard error from the inertia of the data's set and those of the reference sets; null
 * where one of them is 0.
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
