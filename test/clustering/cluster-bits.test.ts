import { describe, expect, it } from 'vitest';
import { distinctVectors } from '../../src/clustering/distinct';
import { packBits } from '../../src/clustering/packed';
import { RunningMeans } from '../../src/clustering/running-means';
import { binaryRows, matrix, random } from '../support/vectors';

const CHUNK_BITS = 4;

describe('means of packed vectors', () => {
  it.each([1, 4, 7, 8, 9])('are those of the numbers, for %i weighted columns', (columns) => {
    const weights = Array.from({ length: columns }, (_, i) => 0.3 + i / 7);
    const rows = binaryRows(3000, columns, 5).map((row) => row.map((bit, i) => bit * weights[i]!));
    const vectors = distinctVectors(matrix(rows));
    const repeated = {
      ...vectors,
      rows: vectors.rows * 60,
      data: new Float64Array(vectors.data.length * 60).map(
        (_, i) => vectors.data[i % vectors.data.length]!,
      ),
      counts: new Float64Array(vectors.rows * 60).map((_, i) => 1 + (i % 5)),
    };
    const next = random(columns);
    const clusters = 3;
    const labels = Int32Array.from({ length: repeated.rows }, () => Math.floor(next() * clusters));
    const results = [undefined, packBits(repeated, CHUNK_BITS)!].map((packed) => {
      const means = new RunningMeans(repeated, clusters, packed);
      const centers = new Float64Array(clusters * columns);
      means.recompute(labels);
      means.moveTo(centers, new Float64Array(clusters));
      const inertia = means.inertia(labels, centers);
      means.add(7, labels[7]!, -1);
      means.moveTo(centers, new Float64Array(clusters));
      return { inertia, centers };
    });
    const [dense, packed] = results as [(typeof results)[0], (typeof results)[0]];
    expect(packed.inertia / dense.inertia).toBeCloseTo(1, 10);
    packed.centers.forEach((value, i) => {
      expect(value).toBeCloseTo(dense.centers[i]!, 10);
    });
  });
});
