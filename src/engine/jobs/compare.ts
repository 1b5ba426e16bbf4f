/** Compares clustering methods: the silhouette against the number of clusters. */
import { inCanonicalOrder, withSortedRows } from '../../clustering/canonical-order';
import { type DistinctVectors, distinctVectors } from '../../clustering/distinct';
import { featureMatrix } from '../../clustering/features';
import { type RunClusteringTask, runHere, type ScoredPartition } from '../../clustering/tasks';
import { chosenAttributes } from '../../domain/attributes';
import type { ComparisonPoint, Comparison } from '../../domain/comparison';
import { METHOD_NAMES, takesClusters } from '../../domain/method-names';
import type { ClusteringSettings } from '../../domain/settings';
import { chooseImages } from '../../images/choose-images';
import type { CompareParams, EngineCalls } from '../../protocol/engine';
import { RUN_VERSION, writeComparison } from '../../runs/run-files';
import { writeToRun } from '../../runs/run-store';
import { comparisonChart } from '../../summaries/comparison-chart';
import { comparisonCsv } from '../../summaries/comparison-table';
import { UserError } from '../../util/errors';
import { writeNeeded } from '../../util/output-folder';
import { type ClusterInput, presentProbabilities, weightsOf } from '../clustering/cluster-faces';
import { type PartitionContext, partitionForEach } from '../clustering/group-vectors';
import { openRun } from '../open-runs';
import { clusteringWorkers } from '../threads/worker-pools';
import { readVectors } from './cluster-vectors';
import type { JobContext } from './job-context';
import { COMPARE_OUTPUT } from './outputs';

/** Maximum distinct vectors that are compared: a silhouette takes the distance of every pair. */
const MAX_ROWS = 3000;

/** Methods by their time, the longest first, so that the threads finish together. */
const SLOWEST_FIRST = [
  'spectral',
  'birch',
  'agglomerative',
  'optics',
  'hdbscan',
  'dbscan',
  'kmeans',
] as const;

type Method = CompareParams['methods'][number];

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
  await writeToRun(run, () => writeComparison(runDir, comparison));
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

/** @throws UserError where there is no face, or an attribute is unknown; CancelledError. */
export async function compare(
  input: ClusterInput,
  params: CompareParams,
  { signal, onProgress }: JobContext,
  run: RunClusteringTask = runHere,
): Promise<Comparison> {
  const started = performance.now();
  const { methods, from, to, settings } = params;
  const { vectors, notices } = comparedVectors(input, settings);
  const numbers = Array.from({ length: to - from + 1 }, (_, i) => from + i).filter(
    (number) => number <= vectors.rows,
  );
  const takers = methods.filter((method) => takesClusters(method));
  const total = takers.length * numbers.length + methods.length - takers.length;
  let done = 0;
  const report = () => {
    onProgress({ stage: 'compare', done, total, failed: 0 });
  };
  report();
  const comparer = new MethodComparer(vectors, params, {
    signal,
    run,
    notices,
    onStep: () => {
      done += 1;
      report();
    },
  });
  const found = await Promise.all(
    SLOWEST_FIRST.filter((method) => methods.includes(method)).map((method) =>
      comparer.pointsOf(method, takesClusters(method) ? numbers : undefined),
    ),
  );
  const points = methods.flatMap((method) =>
    found.flat().filter((point) => point.method === method),
  );
  return {
    version: RUN_VERSION,
    settings,
    methods,
    from,
    to,
    faces: vectors.inverse.length,
    distinct: vectors.rows,
    points,
    notices,
    seconds: (performance.now() - started) / 1000,
  };
}

/** The vectors that are compared, with notices for people. */
function comparedVectors(
  input: ClusterInput,
  settings: ClusteringSettings,
): { vectors: DistinctVectors; notices: string[] } {
  const { names } = input;
  const { probabilities, notice: thresholdNotice } = presentProbabilities(input, settings);
  if (names.length === 0 || probabilities.length === 0)
    throw new UserError('there is no face to compare methods on');
  const { attributes, columns, notice } = chosenAttributes(settings.attributes, names);
  const weights = weightsOf(attributes, names, probabilities, settings);
  const features = featureMatrix(probabilities, names.length, columns, weights, settings.features);
  const { vectors, notices } = sampleVectors(
    inCanonicalOrder(distinctVectors(features)),
    settings.seed,
  );
  notices.push(...[thresholdNotice, notice].filter((each) => each !== undefined));
  return { vectors, notices };
}

interface ComparerContext extends Pick<PartitionContext, 'signal' | 'run'> {
  onStep: () => void;
  /** Takes notices for people. */
  notices: string[];
}

/** Clusters the same vectors by several methods. */
class MethodComparer {
  constructor(
    private readonly vectors: DistinctVectors,
    private readonly params: Pick<CompareParams, 'settings'>,
    private readonly context: ComparerContext,
  ) {}

  /**
   * @param numbers of clusters; undefined for a method that finds the number itself.
   * @returns no point for a method that cannot be used with these parameters.
   */
  async pointsOf(method: Method, numbers: number[] | undefined): Promise<ComparisonPoint[]> {
    const { notices, onStep } = this.context;
    try {
      const partitions = await partitionForEach(
        this.vectors,
        { ...this.params.settings, method },
        numbers ?? [1],
        this.context,
        onStep,
      );
      for (const notice of partitions.flatMap((partition) => partition.notices)) {
        const text = `${METHOD_NAMES[method]}: ${notice}`;
        if (!notices.includes(text)) notices.push(text);
      }
      return partitions.map((partition): ComparisonPoint => {
        const { asked, clusters, silhouette, seconds } = partition;
        const k = numbers === undefined ? null : asked;
        return { method, k, clusters, noise: noiseOf(partition), silhouette, seconds };
      });
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      notices.push(`${METHOD_NAMES[method]} is left out: ${error.message}`);
      return [];
    }
  }
}

/** Number of faces that are noise. */
function noiseOf({ labels, vectors }: ScoredPartition): number {
  let noise = 0;
  for (const [row, label] of labels.entries()) if (label < 0) noise += vectors.counts[row]!;
  return noise;
}

/**
 * A sample of the faces, drawn with the seed, if they form too many distinct vectors.
 * @param vectors in canonical order; the sample's are, too.
 */
function sampleVectors(
  vectors: DistinctVectors,
  seed: number,
): { vectors: DistinctVectors; notices: string[] } {
  if (vectors.rows <= MAX_ROWS) return { vectors, notices: [] };
  const { columns, data, inverse } = withSortedRows(vectors);
  const rows = chooseImages(Array.from(inverse.keys()), { limit: 0, sample: MAX_ROWS, seed });
  const sample = new Float64Array(rows.length * columns);
  rows.forEach((row, i) => {
    sample.set(data.subarray(inverse[row]! * columns, (inverse[row]! + 1) * columns), i * columns);
  });
  const notice =
    `compared on ${MAX_ROWS.toLocaleString('en')} of the ${inverse.length.toLocaleString('en')} faces, drawn with the seed: all of them form ` +
    `${vectors.rows.toLocaleString('en')} distinct vectors, too many to compare each with each so often`;
  return {
    vectors: distinctVectors({ rows: rows.length, columns, data: sample }),
    notices: [notice],
  };
}

/** Writes comparison.csv and its chart, if a folder is given. */
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
