import { Matrix, SingularValueDecomposition } from 'ml-matrix';
import { describe, expect, it } from 'vitest';
import { MAX_COMPONENTS } from '../../src/domain/faces';
import { faceComponents } from '../../src/summaries/face-components';
import { leadingEigenvectors } from '../../src/summaries/leading-eigenvectors';
import { principalComponents } from '../../src/summaries/principal-components';
import { random } from '../support/vectors';

/** Bytes that mix some random patterns, the first the strongest, with noise. */
function mixedRows(samples: number, columns: number, patterns: number, seed: number): Uint8Array {
  const next = random(seed);
  const of = Array.from({ length: patterns }, () =>
    Array.from({ length: columns }, () => next() - 0.5),
  );
  return Uint8Array.from(
    Array.from({ length: samples }, () => {
      const weights = of.map((_, k) => (300 * (next() - 0.5)) / (k + 1));
      return Array.from({ length: columns }, (_, c) => {
        const mixed = weights.reduce((sum, weight, k) => sum + weight * of[k]![c]!, 128);
        return Math.max(0, Math.min(255, Math.round(mixed + 6 * next())));
      });
    }).flat(),
  );
}

describe('principalComponents', () => {
  it.each([
    [160, 301, 5],
    [40, 64, 2],
    [5, 1000, 4],
  ])(
    'of %i samples of %i columns are those of a singular value decomposition',
    (samples, columns, patterns) => {
      const rows = mixedRows(samples, columns, patterns, samples);
      const { components, explained } = principalComponents(rows, columns, 3);
      const whole = Matrix.from1DArray(samples, columns, Array.from(rows));
      const centered = whole.subRowVector(whole.mean('column'));
      const svd = new SingularValueDecomposition(centered, { autoTranspose: true });
      const variance = svd.diagonal.map((value) => value * value);
      const total = variance.reduce((sum, value) => sum + value, 0);
      expect(components).toHaveLength(3);
      for (const [k, component] of components.entries()) {
        expect(explained[k]).toBeCloseTo(variance[k]! / total, 6);
        const expected = svd.rightSingularVectors.getColumn(k);
        const cosine = expected.reduce((sum, value, c) => sum + value * component[c]!, 0);
        expect(Math.abs(cosine)).toBeCloseTo(1, 4);
        expect(Math.max(...component)).toBe(Math.max(...component.map(Math.abs)));
      }
    },
  );

  it('do not depend on the level of the samples', () => {
    const dark = mixedRows(30, 50, 3, 4).map((value) => value >> 1);
    const bright = dark.map((value) => value + 127);
    const [a, b] = [dark, bright].map((rows) => principalComponents(rows, 50, 2));
    expect(b!.explained[1]).toBeCloseTo(a!.explained[1]!, 9);
    b!.components[1]!.forEach((value, c) => {
      expect(value).toBeCloseTo(a!.components[1]![c]!, 5);
    });
  });

  it('are as many as there are directions in which the samples differ', () => {
    const rows = Uint8Array.from(
      { length: 60 * 40 },
      (_, i) => 100 + (Math.floor(i / 40) % 3) * (i % 2),
    );
    expect(principalComponents(rows, 40, 3).components).toHaveLength(1);
  });

  it('are none where all samples are alike, or there is one', () => {
    expect(principalComponents(new Uint8Array(90).fill(7), 30, 3).components).toEqual([]);
    expect(principalComponents(new Uint8Array(30).fill(7), 30, 3).components).toEqual([]);
  });
});

describe('the deviations of components', () => {
  it('are those of scikit-learn', () => {
    // PCA(svd_solver='full') of scikit-learn 1.2.1: the root of explained_variance_, and
    // explained_variance_ratio_.
    const rows = Uint8Array.from({ length: 12 * 6 }, (_, i) => (i * i * 7 + (i % 6) * 31) % 251);
    const { deviations, explained } = principalComponents(rows, 6, 3);
    [104.755365, 78.255254, 75.493554].forEach((value, k) => {
      expect(deviations[k]).toBeCloseTo(value, 5);
    });
    [0.375699, 0.20966, 0.195123].forEach((value, k) => {
      expect(explained[k]).toBeCloseTo(value, 5);
    });
  });

  it('are those of the samples along each component, by brute force', () => {
    const rows = mixedRows(50, 80, 4, 9);
    const { components, deviations } = principalComponents(rows, 80, 4);
    for (const [k, component] of components.entries()) {
      const along = Array.from({ length: 50 }, (_, i) =>
        component.reduce((sum, value, c) => sum + value * rows[i * 80 + c]!, 0),
      );
      const mean = along.reduce((sum, value) => sum + value, 0) / 50;
      const variance = along.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 49;
      expect(deviations[k]! / Math.sqrt(variance)).toBeCloseTo(1, 4);
    }
  });
});

describe('faceComponents', () => {
  it('give what a standard deviation changes, as bytes, exact to a gray level at three', () => {
    const samples = mixedRows(60, 96, 3, 5);
    const made = faceComponents({ samples, size: { width: 8, height: 12 } });
    const { components, deviations, explained } = principalComponents(samples, 96, MAX_COMPONENTS);
    expect(made).toMatchObject({ explained, deviations, faces: 60 });
    expect(made.values).toHaveLength(components.length * 96);
    for (const [k, component] of components.entries())
      component.forEach((value, p) => {
        const drawn = made.values[k * 96 + p]! * made.steps[k]!;
        expect(Math.abs(3 * (drawn - value * deviations[k]!))).toBeLessThan(1);
      });
  });

  it('are none of one face, or of copies', () => {
    const size = { width: 5, height: 6 };
    for (const samples of [new Uint8Array(30).fill(7), new Uint8Array(90).fill(7)])
      expect(faceComponents({ samples, size })).toMatchObject({ steps: [], explained: [] });
  });
});

describe('leadingEigenvectors', () => {
  it('finds equal eigenvalues', () => {
    const matrix = new Float64Array(36);
    [5, 5, 5, 2, 1, 0].forEach((value, i) => (matrix[i * 7] = value));
    const pairs = leadingEigenvectors(matrix, 6, 4);
    expect(pairs.map(({ value }) => Number(value.toFixed(9)))).toEqual([5, 5, 5, 2]);
  });
});
