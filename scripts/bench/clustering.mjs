import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from '../process.mjs';
import { median, print } from './figures.mjs';
import { stage } from './stage.mjs';

const exec = promisify(execFile);

/** Compares the clustering of CelebA's labels with scikit-learn. */
export async function clusteringBench(rounds) {
  const labels = join(root, '..', 'shared', 'data', 'list_attr_celeba.txt.gz');
  if (!existsSync(labels)) {
    console.log(`clustering is not measured: CelebA's labels are not at ${labels}`);
    return undefined;
  }
  const seen = { own: [], sklearn: [], memory: [] };
  for (let round = 0; round < rounds; round++) {
    const { results, peakMemory } = await stage(
      'clustering',
      labels,
      join(root, 'dist', 'clustering-worker.js'),
    );
    seen.own.push(results);
    seen.memory.push(peakMemory);
    const python = await exec('/usr/bin/python3', [
      join(root, 'test', 'bench', 'clustering_sklearn.py'),
      labels,
    ]).catch(() => undefined);
    if (python !== undefined) seen.sklearn.push(JSON.parse(python.stdout));
  }
  if (seen.sklearn.length === 0)
    console.log(
      "scikit-learn is not installed: install Debian's python3-sklearn to compare with it",
    );
  const own = (name) => median(seen.own.map((each) => each[name]));
  const other = (name) =>
    seen.sklearn.length === 0 ? NaN : median(seen.sklearn.map((each) => each[name]));
  print([
    ...[10, 37].flatMap((columns) => [
      [`K-Means, k = 16, n_init 10, 202,599 × ${columns}, s`, own(`kmeans ${columns}`).toFixed(3)],
      ['the first time, before the code is compiled, s', own(`first kmeans ${columns}`).toFixed(3)],
      ['scikit-learn, s', other(`kmeans ${columns}`).toFixed(3)],
      ['times as fast', (other(`kmeans ${columns}`) / own(`kmeans ${columns}`)).toFixed(1)],
      [
        "inertia ÷ scikit-learn's",
        (own(`inertia ${columns}`) / other(`inertia ${columns}`)).toFixed(4),
      ],
      ['exact silhouette of it over all 202,599 faces, s', own(`silhouette ${columns}`).toFixed(3)],
      [
        "scikit-learn's of 20,000 of them, s",
        other(`silhouette ${columns}, 20,000 rows`).toFixed(3),
      ],
    ]),
    ['six methods, k = 2 … 50, 202,599 × 10, s', own('compare 202599').toFixed(2)],
    ['the same of 500 faces, s', own('compare 500').toFixed(2)],
    [
      "scikit-learn's K-Means, Agglomerative and Birch of 500 faces, s",
      other('compare 500, three methods').toFixed(2),
    ],
    ['peak memory of all of it, MB', (median(seen.memory) / 1e6).toFixed(0)],
  ]);
  return seen;
}
