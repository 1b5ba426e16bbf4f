/**
 * Clustering of CelebA's label rows, all 202,599: `node clustering.js LABELS WORKER`. Prints
 * seconds by what was done, as JSON. The same is done with scikit-learn by clustering_sklearn.py.
 */
import { distinctVectors, type Matrix } from '../../src/clustering/distinct';
import { isLarge, kMeans } from '../../src/clustering/kmeans';
import { inertiaOf } from '../../src/clustering/scores';
import { type ClusteringTasks, kMeansParts } from '../../src/clustering/tasks';
import type { LabelTable } from '../../src/datasets/label-table';
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

type Workers = TaskPool<ClusteringTasks>;

/** Seconds, and other figures, by what was measured. */
class Results {
  readonly byName: Record<string, number> = {};

  async timed<T>(name: string, work: () => Promise<T>): Promise<T> {
    const start = performance.now();
    const result = await work();
    this.byName[name] = (performance.now() - start) / 1000;
    return result;
  }
}

async function main(labels: string, script: string) {
  const pool: Workers = new TaskPool(script);
  const results = new Results();
  const table = await readLabels(labels);
  const most = table.attributes.filter((name) => !DROPPED.includes(name));
  for (const names of [[...DEFAULT_ATTRIBUTES], most])
    await measureGrouping(matrixOf(table, names), pool, results);
  await measureComparison(table, pool, results);
  const peakMemory = process.resourceUsage().maxRSS * 1024;
  console.log(JSON.stringify({ results: results.byName, peakMemory }));
  process.exit(0);
}

/** All rows of some attributes. */
function matrixOf({ attributes, values }: LabelTable, names: readonly string[]): Matrix {
  const width = attributes.length;
  const columns = names.map((name) => attributes.indexOf(name));
  const rows = values.length / width;
  const data = new Float64Array(rows * columns.length);
  for (let row = 0; row < rows; row++) {
    for (const [i, column] of columns.entries())
      data[row * columns.length + i] = values[row * width + column]!;
  }
  return { rows, columns: columns.length, data };
}

/** From the matrix of all rows, as scikit-learn is given it. */
async function measureGrouping(matrix: Matrix, pool: Workers, results: Results) {
  const name = String(matrix.columns);
  const work = async () => {
    const vectors = distinctVectors(matrix);
    const parts = isLarge(vectors)
      ? kMeansParts(inSharedMemory(vectors), pool.run, undefined)
      : undefined;
    const found = await kMeans(vectors, { clusters: 16, restarts: 10, seed: 51, parts });
    return { vectors, found };
  };
  // The first time V8 has yet to compile the code.
  const { vectors, found } = await results.timed(`first kmeans ${name}`, work);
  const warm: number[] = [];
  for (let run = 0; run < 7; run++) {
    await results.timed(`kmeans ${name}`, work);
    warm.push(results.byName[`kmeans ${name}`]!);
  }
  results.byName[`kmeans ${name}`] = warm.sort((a, b) => a - b)[Math.floor(warm.length / 2)]!;
  results.byName[`inertia ${name}`] = inertiaOf(vectors, found.labels, found.clusters);
  const grouped = { ...found, vectors, asked: 16, notices: [], silhouette: null, seconds: 0 };
  const { run, size: threads } = pool;
  const context = { signal: undefined, run, threads, onProgress: () => undefined };
  const { mean } = await results.timed(`silhouette ${name}`, () => silhouetteOf(grouped, context));
  results.byName[`mean silhouette ${name}`] = mean!;
}

async function measureComparison(table: LabelTable, pool: Workers, results: Results) {
  const width = table.attributes.length;
  const settings = parseSettings({ preset: 'original' }, (name) => name);
  const params = { methods: [...ORIGINAL_METHODS], from: 2, to: 50, settings, outDir: undefined };
  for (const faces of [500, table.values.length / width]) {
    const probabilities = table.values.subarray(0, faces * width);
    const input = { probabilities, names: table.attributes };
    const work = () => compare(input, params, jobContext(), pool);
    await results.timed(`compare ${faces}`, work);
  }
}

const [, , labels = '', script = ''] = process.argv;
void main(labels, script);
