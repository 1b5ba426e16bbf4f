/** HDBSCAN against its definition, over all rows and without a spanning tree. */
import { describe, expect, it } from 'vitest';
import { distinctVectors } from '../../src/clustering/distinct';
import { hdbscan } from '../../src/clustering/hdbscan';
import { binaryRows, blobs, matrix, random } from '../support/vectors';

type Rows = readonly (readonly number[])[];

interface Cluster {
  birth: number;
  stability: number;
  children: Cluster[];
  /** Rows that are in it when it appears. */
  rows: number[];
}

const squared = (a: readonly number[], b: readonly number[]) =>
  a.reduce((sum, value, i) => sum + (value - b[i]!) ** 2, 0);

/** Parts of `rows` that are connected by reachabilities below `limit`. */
function components(rows: number[], reach: number[][], limit: number): number[][] {
  const rest = new Set(rows);
  const parts: number[][] = [];
  for (const start of rows) {
    if (!rest.delete(start)) continue;
    const part = [start];
    for (const row of part) {
      for (const other of rest) {
        if (reach[row]![other]! < limit && rest.delete(other)) part.push(other);
      }
    }
    parts.push(part);
  }
  return parts;
}

/**
 * The definition of Campello et al. (2013, 2015): a cluster falls apart at the least distance at
 * which it is still connected; all edges of this length are removed at once.
 * @returns cluster of each row, −1 for noise.
 */
function byDefinition(rows: Rows, minClusterSize: number, minSamples: number): number[] {
  const distances = rows.map((a) => rows.map((b) => Math.sqrt(squared(a, b))));
  const core = distances.map((row) => [...row].sort((a, b) => a - b)[minSamples - 1] ?? Infinity);
  const reach = distances.map((row, i) =>
    row.map((distance, j) => Math.max(distance, core[i]!, core[j]!)),
  );
  const levels = [...new Set(reach.flat())].sort((a, b) => a - b);
  const follow = (cluster: Cluster, rest: number[]) => {
    const connected = levels.findIndex((_, i) => {
      const next = levels[i + 1] ?? Infinity;
      return i === levels.length - 1 || components(rest, reach, next).length === 1;
    });
    const density = 1 / levels[connected]!;
    const parts = components(rest, reach, levels[connected]!);
    const large = parts.filter((part) => part.length >= minClusterSize);
    for (const part of parts)
      if (large.length !== 1 || part !== large[0])
        cluster.stability += part.length * (density - cluster.birth);
    if (large.length === 1) follow(cluster, large[0]!);
    else {
      for (const part of large) {
        const child: Cluster = { birth: density, stability: 0, children: [], rows: part };
        cluster.children.push(child);
        follow(child, part);
      }
    }
  };
  const all = rows.map((_, row) => row);
  const root: Cluster = { birth: 0, stability: 0, children: [], rows: all };
  const labels = rows.map(() => -1);
  if (rows.length < minClusterSize) return labels;
  follow(root, all);
  /** @returns the selection of the greatest total stability, and this. */
  const select = (cluster: Cluster): { chosen: Cluster[]; total: number } => {
    const below = cluster.children.map(select);
    const total = below.reduce((sum, each) => sum + each.total, 0);
    if (cluster !== root && (below.length === 0 || cluster.stability >= total))
      return { chosen: [cluster], total: cluster.stability };
    return { chosen: below.flatMap(({ chosen }) => chosen), total };
  };
  for (const [label, cluster] of select(root).chosen.entries())
    for (const row of cluster.rows) labels[row] = label;
  return labels;
}

/** The rows of each cluster as one text, sorted; the noise last. */
const partitionOf = (labels: readonly number[]) => {
  const rowsOf = (label: number) =>
    labels.flatMap((each, row) => (each === label ? [row] : [])).join(' ');
  const clusters = [...new Set(labels)].filter((label) => label >= 0);
  return [...clusters.map(rowsOf).sort(), rowsOf(-1)];
};

async function check(rows: Rows, minClusterSize: number, minSamples: number) {
  const vectors = distinctVectors(matrix(rows));
  const options = { minClusterSize, minSamples, metric: 'euclidean' } as const;
  const { labels } = await hdbscan(vectors, options);
  const own = Array.from(vectors.inverse, (index) => labels[index]!);
  const expected = byDefinition(rows, minClusterSize, minSamples);
  expect(partitionOf(own), JSON.stringify({ rows, options })).toEqual(partitionOf(expected));
  return new Set(expected).size;
}

describe('HDBSCAN finds the clusters of the definition', () => {
  it('in 0/1 rows, which repeat and are often equally far apart', async () => {
    let found = 0;
    for (let seed = 0; seed < 60; seed++) {
      const next = random(seed);
      const rows = binaryRows(5 + Math.floor(60 * next()), 2 + (seed % 6), seed);
      found += await check(rows, 2 + Math.floor(5 * next()), 1 + Math.floor(6 * next()));
    }
    expect(found).toBeGreaterThan(150);
  });

  it('in points of a grid', async () => {
    for (let seed = 0; seed < 20; seed++) {
      const next = random(seed);
      const rows = Array.from({ length: 50 }, () => [
        Math.floor(9 * next()),
        Math.floor(9 * next()),
      ]);
      await check(rows, 2 + (seed % 4), 1 + (seed % 5));
    }
  });

  it('in rows around centres', async () => {
    for (let seed = 0; seed < 10; seed++)
      await check(blobs(60, 4, 3, seed).data, 2 + (seed % 7), 1 + (seed % 5));
  });
});
