/** Compares clustering methods: the silhouette against the number of clusters. */
import { type DistinctVectors, distinctVectors } from '../../clustering/distinct';
import { type RunClusteringTask, runHere } from '../../clustering/tasks';
import type { Comparison } from '../../domain/comparison';
import { takesClusters } from '../../domain/method-names';
import type { ClusteringSettings } from '../../domain/settings';
import { chooseImages } from '../../images/choose-images';
import type { CompareParams, EngineCalls } from '../../protocol/engine';
import { writeComparison } from '../../runs/comparison-file';
import { RUN_VERSION } from '../../runs/run-files';
import { writeToRun } from '../../runs/run-store';
import { comparisonChart } from '../../summaries/comparison-chart';
import { comparisonCsv } from '../../summaries/comparison-table';
import { count } from '../../text/numbers';
import { t } from '../../text/translate';
import { UserError } from '../../util/errors';
import { writeNeeded } from '../../util/output-folder';
import { featureVectors } from '../clustering/feature-vectors';
import { type ClusterInput, presentProbabilities } from '../clustering/present-probabilities';
import { MethodComparer, repetitionsOf } from '../clustering/compare-methods';
import { countedFaces } from '../clustering/corrected-faces';
import { attributesWithLabels, LabeledFaces, type Truth } from '../clustering/truth';
import { openRun } from '../open-runs';
import { clusteringWorkers } from '../threads/worker-pools';
import { writeAsFiles } from './charts';
import { type ComparedSource, comparisonJson } from './comparison-json';
import type { JobContext } from './job-context';
import { namedVectors, truthOf, truthOfRun } from './labels-of-faces';
import { COMPARE_OUTPUT } from './outputs';
import { readVectors } from './read-vectors';
import { leftOutOf } from './left-out-faces';
import { inputOf } from './run-input';

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

export async function compareRun(
  { runDir, ...params }: EngineCalls['compare']['params'],
  context: JobContext,
): Promise<Comparison> {
  const run = await openRun(runDir);
  const { manifest } = run;
  const all = await inputOf(run, params.settings);
  const { input, rows } = countedFaces(all, await leftOutOf(run, params.settings, context));
  const ofAll = await truthOfRun(run, params.labels, context.signal);
  const truth = ofAll && { ...ofAll, rows: rows.map((row) => ofAll.rows[row]!) };
  const comparison = await compare(input, params, context, { run: clusteringWorkers.run, truth });
  await writeToRun(run, () => writeComparison(runDir, comparison));
  await writeFiles(comparison, params, { manifest }, context);
  return comparison;
}

export async function compareVectors(
  { file, limit, sample, ...params }: EngineCalls['compareVectors']['params'],
  context: JobContext,
): Promise<Comparison> {
  const { signal } = context;
  const { seed, attributes } = params.settings;
  const choice = { limit, sample, seed, attributes };
  const vectors = await readVectors(file, choice, signal);
  const { table, probabilities } = vectors;
  const input = { probabilities, names: table.attributes };
  const truth = await truthOf(params.labels, namedVectors(vectors), signal);
  const made = await compare(input, params, context, { run: clusteringWorkers.run, truth });
  const comparison = { ...made, notices: [...vectors.notices, ...made.notices] };
  await writeFiles(comparison, params, { vectors: file, limit, sample }, context);
  return comparison;
}

/** @throws UserError where there is no face, or an attribute is unknown; CancelledError. */
export async function compare(
  input: ClusterInput,
  params: CompareParams,
  { signal, onProgress }: JobContext,
  { run = runHere, truth }: { run?: RunClusteringTask; truth?: Truth | undefined } = {},
): Promise<Comparison> {
  const started = performance.now();
  const { methods, from, to, settings, seeds = 1 } = params;
  const { vectors, rows, weights, notices } = comparedVectors(input, settings);
  notices.push(...(truth?.remarks ?? []));
  const labeled = truth && comparedTruth(truth, rows, settings, input.names);
  const numbers = Array.from({ length: to - from + 1 }, (_, i) => from + i).filter(
    (number) => number <= vectors.rows,
  );
  const total = methods.reduce(
    (sum, method) =>
      sum + repetitionsOf(method, seeds) * (takesClusters(method) ? numbers.length : 1),
    0,
  );
  let done = 0;
  const report = () => {
    onProgress({ stage: 'compare', done, total, failed: 0 });
  };
  report();
  const comparer = new MethodComparer(vectors, settings, seeds, labeled, {
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
    weights,
    seeds: Array.from({ length: seeds }, (_, i) => settings.seed + i),
    labels: truth?.labels,
    points,
    notices,
    seconds: (performance.now() - started) / 1000,
  };
}

/** The vectors that are compared. */
interface ComparedVectors {
  vectors: DistinctVectors;
  /** The faces that are compared; undefined for all. */
  rows: readonly number[] | undefined;
  /** Of the attributes. */
  weights: Record<string, number>;
  /** For people. */
  notices: string[];
}

function comparedVectors(input: ClusterInput, settings: ClusteringSettings): ComparedVectors {
  const { names } = input;
  const { probabilities, notice: thresholdNotice } = presentProbabilities(input, settings);
  if (names.length === 0 || probabilities.length === 0)
    throw new UserError(t('there is no face to compare methods on'));
  const all = featureVectors(input, probabilities, settings);
  const { vectors, rows, notices } = sampleVectors(all.vectors, settings.seed);
  if (thresholdNotice !== undefined) notices.push(thresholdNotice);
  notices.push(...all.notices);
  return { vectors, rows, weights: all.weightOf, notices };
}

/**
 * A sample of the faces, drawn with the seed, if they form too many distinct vectors.
 * @param vectors in canonical order; the sample's are, too.
 */
function sampleVectors(vectors: DistinctVectors, seed: number): Omit<ComparedVectors, 'weights'> {
  if (vectors.rows <= MAX_ROWS) return { vectors, rows: undefined, notices: [] };
  const { columns, data, inverse } = vectors;
  // Drawn from the faces in the order of their vectors, whatever the order of the files.
  const faces = Array.from(inverse.keys()).sort((a, b) => inverse[a]! - inverse[b]! || a - b);
  const rows = chooseImages(faces, { limit: 0, sample: MAX_ROWS, seed });
  const sample = new Float64Array(rows.length * columns);
  rows.forEach((row, i) => {
    sample.set(data.subarray(inverse[row]! * columns, (inverse[row]! + 1) * columns), i * columns);
  });
  const notice = t(
    'compared on {0} of the {1} faces, drawn with the seed: all of them form {2} distinct vectors, too many to compare each with each so often',
    count(MAX_ROWS),
    count(inverse.length),
    count(vectors.rows),
  );
  return {
    vectors: distinctVectors({ rows: rows.length, columns, data: sample }),
    rows,
    notices: [notice],
  };
}

/** @param faces that are compared; undefined for all. */
function comparedTruth(
  truth: Truth,
  faces: readonly number[] | undefined,
  settings: ClusteringSettings,
  names: readonly string[],
): LabeledFaces {
  const rows =
    faces === undefined ? truth.rows : Int32Array.from(faces, (face) => truth.rows[face]!);
  const attributes = attributesWithLabels({ ...truth, rows }, settings.attributes, names);
  return new LabeledFaces(truth, attributes, rows);
}

/** Writes the comparison and its chart, if a folder is given. */
async function writeFiles(
  comparison: Comparison,
  params: CompareParams,
  source: ComparedSource,
  { signal }: JobContext,
): Promise<void> {
  const { outDir, overwrite = false, png = false } = params;
  if (outDir === undefined) return;
  await writeNeeded(outDir, { kind: COMPARE_OUTPUT, overwrite, signal }, async (write) => {
    const chart = { name: 'comparison', svg: comparisonChart(comparison) };
    comparison.notices.push(...(await writeAsFiles(write, [chart], { png, signal })));
    const json = comparisonJson(comparison, params, source);
    await write('comparison.json', JSON.stringify(json, null, 2));
    await write('comparison.csv', comparisonCsv(comparison));
  });
}
