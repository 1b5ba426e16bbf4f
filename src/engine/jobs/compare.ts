/** The methods side by side: silhouette against the number of clusters. */
import { type DistinctVectors, distinctVectors } from '../../clustering/distinct';
import { featureMatrix } from '../../clustering/features';
import { type RunTask, runHere } from '../../clustering/tasks';
import { chosenAttributes } from '../../domain/attributes';
import type { ComparisonPoint, Comparison } from '../../domain/comparison';
import { METHOD_NAMES, takesClusters } from '../../domain/method-names';
import { chooseImages } from '../../images/scan-folders';
import type { CompareParams, EngineCalls } from '../../protocol/engine';
import { STORE_VERSION, writeComparison } from '../../runs/run-files';
import { assertCurrent } from '../../runs/run-store';
import { comparisonChart } from '../../summaries/comparison-chart';
import { comparisonCsv } from '../../summaries/comparison-table';
import { UserError } from '../../util/errors';
import { writeNeeded } from '../../util/output-folder';
import { type ClusterInput, presentProbabilities, weightsOf } from '../clustering/cluster-faces';
import { partitionForEach } from '../clustering/group-vectors';
import { openRun } from '../open-runs';
import { clusteringWorkers } from '../threads/clustering-worker-pool';
import { readVectors } from './cluster-vectors';
import type { JobContext } from './job-context';
import { COMPARE_OUTPUT } from './outputs';

/** Distinct vectors that are compared, at most: every silhouette looks at each pair. */
const MOST = 3000;

export async function compareRun(
  { runDir, ...params }: EngineCalls['compare']['params'],
  context: JobContext,
): Promise<Comparison> {
  const run = await openRun(runDir);
  const { probabilities, manifest } = run;
  const comparison = await compare(
    { probabilities, names: manifest.modelAttributes, thresholds: manifest.thresholds },
    params,
    context,
    clusteringWorkers.run,
  );
  await assertCurrent(run);
  await writeComparison(runDir, comparison);
  await writeFiles(comparison, params, context);
  return comparison;
}

export async function compareVectors(
  { file, limit, sample, ...params }: EngineCalls['compareVectors']['params'],
  context: JobContext,
): Promise<Comparison> {
  const { table, probabilities } = await readVectors(
    file,
    { limit, sample, seed: params.settings.seed },
    context.signal,
  );
  const comparison = await compare(
    { probabilities, names: table.attributes },
    params,
    context,
    clusteringWorkers.run,
  );
  await writeFiles(comparison, params, context);
  return comparison;
}

/** @throws UserError where there is no face, or an attribute is unknown. */
export async function compare(
  input: ClusterInput,
  { methods, from, to, settings }: CompareParams,
  { signal, onProgress }: JobContext,
  run: RunTask = runHere,
): Promise<Comparison> {
  const started = performance.now();
  const { names } = input;
  const { probabilities, notice: even } = presentProbabilities(input, settings);
  const width = names.length;
  if (width === 0 || probabilities.length === 0)
    throw new UserError('there is no face to compare methods on');
  const { attributes, columns, notice: others } = chosenAttributes(settings.attributes, names);
  const weights = weightsOf(attributes, names, probabilities, settings);
  const features = featureMatrix(probabilities, width, columns, weights, settings.features);
  const { vectors, notices } = fewEnough(distinctVectors(features), settings.seed);
  notices.push(...[even, others].filter((notice) => notice !== undefined));
  const numbers = Array.from({ length: to - from + 1 }, (_, i) => from + i).filter(
    (number) => number <= vectors.rows,
  );
  const takers = methods.filter((method) => takesClusters(method));
  const total = takers.length * numbers.length + methods.length - takers.length;
  let done = 0;
  const onStep = () => {
    onProgress({ stage: 'compare', done: ++done, total, failed: 0 });
  };
  onProgress({ stage: 'compare', done, total, failed: 0 });
  // The longest work first, so that the threads end together.
  const order = [
    'spectral',
    'birch',
    'agglomerative',
    'optics',
    'hdbscan',
    'dbscan',
    'kmeans',
  ] as const;
  const found = await Promise.all(
    order
      .filter((method) => methods.includes(method))
      .map(async (method): Promise<ComparisonPoint[]> => {
        const [takes, name] = [takesClusters(method), METHOD_NAMES[method]];
        try {
          const groups = await partitionForEach(
            vectors,
            { ...settings, method },
            takes ? numbers : [1],
            { signal, run },
            onStep,
          );
          return groups.map(
            ({ asked, clusters, labels, vectors: own, silhouette, seconds, notices: said }) => {
              for (const notice of said)
                if (!notices.includes(`${name}: ${notice}`)) notices.push(`${name}: ${notice}`);
              let noise = 0;
              for (const [row, label] of labels.entries()) if (label < 0) noise += own.counts[row]!;
              return { method, k: takes ? asked : null, clusters, noise, silhouette, seconds };
            },
          );
        } catch (error) {
          // A method that cannot do with its parameters is left out and told of; the others are
          // compared.
          if (!(error instanceof UserError)) throw error;
          notices.push(`${name} is left out: ${error.message}`);
          return [];
        }
      }),
  );
  const points = methods.flatMap((method) =>
    found.flat().filter((point) => point.method === method),
  );
  const faces = vectors.inverse.length;
  const seconds = (performance.now() - started) / 1000;
  return {
    version: STORE_VERSION,
    settings,
    methods,
    from,
    to,
    faces,
    distinct: vectors.rows,
    points,
    notices,
    seconds,
  };
}

/** Some of the faces, drawn with the seed, where they form too many distinct vectors. */
function fewEnough(
  vectors: DistinctVectors,
  seed: number,
): { vectors: DistinctVectors; notices: string[] } {
  if (vectors.rows <= MOST) return { vectors, notices: [] };
  const { columns, data, inverse: of } = vectors;
  const rows = chooseImages(Array.from(of.keys()), { limit: 0, sample: MOST, seed });
  const part = new Float64Array(rows.length * columns);
  rows.forEach((row, i) => {
    part.set(data.subarray(of[row]! * columns, (of[row]! + 1) * columns), i * columns);
  });
  const notice =
    `compared on ${MOST.toLocaleString('en')} of the ${of.length.toLocaleString('en')} faces, drawn with the seed: all of them form ` +
    `${vectors.rows.toLocaleString('en')} distinct vectors, too many to compare each with each so often`;
  return {
    vectors: distinctVectors({ rows: rows.length, columns, data: part }),
    notices: [notice],
  };
}

async function writeFiles(
  comparison: Comparison,
  { outDir, overwrite = false }: CompareParams,
  { signal }: JobContext,
): Promise<void> {
  if (outDir === undefined) return;
  await writeNeeded(outDir, { kind: COMPARE_OUTPUT, overwrite, signal }, async (write) => {
    await write('comparison.csv', comparisonCsv(comparison));
    await write('comparison.svg', comparisonChart(comparison));
  });
}
