/** Principal component analysis of few samples with many columns. */
import { centeredGram, weightedSums } from './gram';
import { leadingEigenvectors } from './leading-eigenvectors';

export interface PrincipalComponents {
  components: Float32Array[];
  /** Share of the variance each component explains, in [0, 1]. */
  explained: number[];
  /**
   * Standard deviation of the samples along each component, with their number less one as the
   * divisor: the square root of scikit-learn's `explained_variance_`.
   */
  deviations: number[];
}

const NONE = { components: [], explained: [], deviations: [] };

/** Share of the variance below which a direction is the rounding of the others. */
const LEAST_SHARE = 1e-9;

/**
 * Computes the first principal components from the eigenvectors of the samples' Gram matrix, since
 * there are far fewer samples than columns. As in scikit-learn, the entry of largest magnitude is
 * positive.
 *
 * @param rows `[samples, columns]`.
 * @param count maximum number of components.
 * @param noise variance below which there are no components, as a mean over the columns.
 * @returns unit vectors `[columns]` in descending order of the share of the variance they explain,
 * in [0, 1]; as many as there are directions in which the samples differ.
 */
export function principalComponents(
  rows: Uint8Array,
  columns: number,
  count: number,
  noise = 0,
): PrincipalComponents {
  const samples = rows.length / columns;
  if (samples < 2) return NONE;
  const gram = centeredGram(rows, columns);
  let trace = 0;
  for (let i = 0; i < samples; i++) trace += gram[i * samples + i]!;
  if (trace === 0 || trace / (samples * columns) < noise) return NONE;
  const kept = leadingEigenvectors(gram, samples, Math.min(count, samples - 1)).filter(
    ({ value }) => value > trace * LEAST_SHARE,
  );
  // A centered matrix has eigenvectors whose entries sum to 0.
  const weights = kept.map(({ value, vector }) => vector.map((entry) => entry / Math.sqrt(value)));
  return {
    components: weightedSums(rows, columns, weights).map(withPositivePeak),
    explained: kept.map(({ value }) => value / trace),
    deviations: kept.map(({ value }) => Math.sqrt(value / (samples - 1))),
  };
}

/** The component, or its opposite, whose entry of largest magnitude is positive. */
export function withPositivePeak<Numbers extends Float32Array | Float64Array>(
  component: Numbers,
): Numbers {
  let largest = 0;
  for (const entry of component) if (Math.abs(entry) > Math.abs(largest)) largest = entry;
  return largest < 0 ? (component.map((entry) => -entry) as Numbers) : component;
}
