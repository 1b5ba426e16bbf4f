/** Principal component analysis of few samples with many columns. */
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';

export interface PrincipalComponents {
  components: Float64Array[];
  /** Share of the variance each component explains, in [0, 1]. */
  explained: number[];
}

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
  rows: ArrayLike<number>,
  columns: number,
  count: number,
  noise = 0,
): PrincipalComponents {
  const samples = rows.length / columns;
  if (samples < 2) return { components: [], explained: [] };
  const centered = new Float32Array(rows.length);
  for (let c = 0; c < columns; c++) {
    let mean = 0;
    for (let s = 0; s < samples; s++) mean += rows[s * columns + c]!;
    mean /= samples;
    for (let s = 0; s < samples; s++) centered[s * columns + c] = rows[s * columns + c]! - mean;
  }
  const gram = Matrix.zeros(samples, samples);
  let trace = 0;
  for (let i = 0; i < samples; i++) {
    for (let j = 0; j <= i; j++) {
      let dot = 0;
      for (let p = i * columns, q = j * columns, end = p + columns; p < end; p++, q++)
        dot += centered[p]! * centered[q]!;
      gram.set(i, j, dot);
      gram.set(j, i, dot);
      if (i === j) trace += dot;
    }
  }
  if (trace === 0 || trace / (samples * columns) < noise) return { components: [], explained: [] };
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(gram, {
    assumeSymmetric: true,
  });
  const order = realEigenvalues
    .map((value, index) => ({ value, index }))
    .sort((a, b) => b.value - a.value);
  const kept = order
    .slice(0, Math.min(count, samples - 1))
    .filter(({ value }) => value > trace * 1e-9);
  const components = kept.map(({ value, index }) => {
    const component = new Float64Array(columns);
    for (let s = 0; s < samples; s++) {
      const factor = eigenvectorMatrix.get(s, index) / Math.sqrt(value);
      for (let c = 0; c < columns; c++)
        component[c] = component[c]! + factor * centered[s * columns + c]!;
    }
    let largest = 0;
    for (const entry of component) if (Math.abs(entry) > Math.abs(largest)) largest = entry;
    return largest < 0 ? component.map((entry) => -entry) : component;
  });
  return { components, explained: kept.map(({ value }) => value / trace) };
}
