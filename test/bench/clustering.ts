/**
 * Clustering of CelebA's label rows, all 202,599: `node clustering.js LABELS WORKER`. Prints
 * seconds by what was done, as JSON. The same is done with scikit-learn by clustering_sklearn.py.
 */
import { distinctVectors, type Matrix } from '../../src/clustering/distinct';
import { isLarge, kMeans } from '../../src/clustering/kmeans';
import { inertiaOf } from '../../src/clustering/scores';
import { type ClusteringTasks, kMeansParts } from '../../src/clustering/tasks';
import { readLabels } from '../../src/datasets/labels';
import { DEFAULT_ATTRIBUTES } from '../../src/domain/attributes';
import { parseSettings } from '../../src/domain/settings';
import { inSharedMemory, silhouetteOf } from '../../src/engine/clustering/group-vectors';
import { compare } from '../../src/engine/jobs/compare';
import { TaskPool } from '../../src/engine/threads/task-pool';
import { jobContext } from '../support/context';

const DROPPED = ['Attractive', 'Pale_Skin', 'Blurry'];
const ORIGINAL_METHODS = [
  'kmeans',
  'agglomerative',
  'birch',
  'spectral',
  'dbscan',
  'optics',
] as const;

async function main(labels: string, script: string) {
  const workers = new TaskPool<ClusteringTasks>(script);
  const table = await readLabels(labels);
  const width = table.attributes.length;
  const context = {
    signal: undefined,
    run: workers.run,
    threads: workers.size,
    onProgress: () => undefined,
  };
  const results: Record<string, number> = {};
  const timed = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    const start = performance.now();
    const result = await work();
    results[name] = (performance.now() - start) / 1000;
    return result;
  };

  for (const names of [
    [...DEFAULT_ATTRIBUTES],
    table.attributes.filter((name) => !DROPPED.includes(name)),
  ]) {
    const columns = names.map((name) => table.attributes.indexOf(name));
    const rows = table.values.length / width;
    const matrix: Matrix = {
      rows,
      columns: columns.length,
      data: new Float64Array(rows * columns.length),
    };
    for (let row = 0; row < rows; row++) {
      for (const [i, column] of columns.entries())
        matrix.data[row * columns.length + i] = table.values[row * width + column]!;
    }
    const name = String(columns.length);
    // From the matrix of all rows, as scikit-learn is given it. The first time V8 has yet to
    // compile the code.
    const work = async () => {
      const distinct = distinctVectors(matrix);
      const parts = isLarge(distinct)
        ? kMeansParts(inSharedMemory(distinct), workers.run, undefined)
        : undefined;
      return {
        vectors: distinct,
        found: await kMeans(distinct, { clusters: 16, restarts: 10, seed: 51, parts }),
      };
    };
    const { vectors, found } = await timed(`first kmeans ${name}`, work);
    const warm: number[] = [];
    for (let run = 0; run < 7; run++) {
      await timed(`kmeans ${name}`, work);
      warm.push(results[`kmeans ${name}`]!);
    }
    results[`kmeans ${name}`] = warm.sort((a, b) => a - b)[Math.floor(warm.length / 2)]!;
    results[`inertia ${name}`] = inertiaOf(vectors, found.labels, found.clusters);
    const grouped = { ...found, vectors, asked: 16, notices: [], silhouette: null, seconds: 0 };
    const { mean } = await timed(`silhouette ${name}`, () => silhouetteOf(grouped, context));
    results[`mean silhouette ${name}`] = mean!;
  }

  const settings = parseSettings({ preset: 'original' }, (name) => name);
  const input = (faces: number) => ({
    probabilities: table.values.subarray(0, faces * width),
    names: table.attributes,
  });
  const params = { methods: [...ORIGINAL_METHODS], from: 2, to: 50, settings, outDir: undefined };
  const job = jobContext();
  await timed('compare 500', () => compare(input(500), params, job, workers));
  await timed('compare 202599', () =>
    compare(input(table.values.length / width), params, job, workers),
  );
  console.log(JSON.stringify({ results, peakMemory: process.resourceUsage().maxRSS * 1024 }));
  process.exit(0);
}

const [, , labels = '', script = ''] = process.argv;
void main(labels, script);
