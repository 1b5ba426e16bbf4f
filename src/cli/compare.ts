/** `face-clusters compare` */
import { resolve } from 'node:path';
import type { Comparison, ComparisonPoint } from '../domain/comparison';
import { METHOD_NAMES } from '../domain/method-names';
import { clusteringSettings, METHODS, type Settings } from '../domain/settings';
import { COMPARE_OUTPUT } from '../engine/jobs/outputs';
import { comparisonText } from '../summaries/comparison-text';
import { plural } from '../text/numbers';
import type { CliContext, CliOptions } from './context';
import { labelsOf, seedsOf } from './judging';
import { outputOf } from './output';
import { printLines } from './print';
import { analysisParameters, analyzeFolders, embedIfWanted, withSession } from './session';
import { UsageError } from './status';

/** Largest number of clusters that may be compared. */
const MAX_CLUSTERS = 1000;

interface CompareOptions extends CliOptions {
  from?: unknown;
  to?: unknown;
  methods?: string[];
}

export async function compareCommand(
  folders: string[],
  options: CompareOptions,
  settings: Settings,
  context: CliContext,
): Promise<void> {
  const { vectors } = options;
  if ((vectors === undefined) === (folders.length === 0))
    throw new UsageError('expected either at least one FOLDER or --vectors FILE');
  const range = checkedRange(options);
  const output = await outputOf(options, COMPARE_OUTPUT, COMPARE_OUTPUT.files);
  const judging = { labels: labelsOf(options), seeds: seedsOf(options) };
  const params = {
    ...range,
    settings: clusteringSettings(settings),
    ...judging,
    ...output,
    png: options.png === true,
  };
  const lines = await withSession(context, options, output.outDir, async (session) => {
    const { engine, call } = session;
    const embedded: string[] = [];
    let comparison: Comparison;
    if (vectors === undefined) {
      const analysis = analysisParameters(context, settings);
      const { runDir } = await analyzeFolders(session, folders, analysis);
      embedded.push(...(await embedIfWanted(session, runDir, settings)));
      comparison = await engine.call('compare', { ...params, runDir }, call);
    } else {
      const { limit, sample } = settings;
      comparison = await engine.call(
        'compareVectors',
        { ...params, file: resolve(vectors), limit, sample },
        call,
      );
    }
    const peakMemory = `peak memory ${(engine.peakMemory / 1e6).toFixed(0)} MB`;
    return [...embedded, ...comparisonLines(comparison), peakMemory];
  });
  printLines([...lines, `written to ${output.outDir}`]);
}

/** @throws UsageError for unknown methods and numbers out of bounds. */
function checkedRange({ methods = [...METHODS], from = 2, to = 50 }: CompareOptions) {
  const unknown = methods.find((name) => !METHODS.some((method) => method === name));
  if (unknown !== undefined || methods.length === 0) {
    throw new UsageError(
      `--methods: expected some of ${METHODS.join(', ')}, got '${unknown ?? ''}'`,
    );
  }
  const range = { from: count('--from', from), to: count('--to', to) };
  if (range.from > range.to)
    throw new UsageError(`--from (${String(range.from)}) is above --to (${String(range.to)})`);
  return { ...range, methods: METHODS.filter((method) => methods.includes(method)) };
}

function count(name: string, value: unknown): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 2 || value > MAX_CLUSTERS) {
    throw new UsageError(
      `${name}: expected a whole number from 2 to ${String(MAX_CLUSTERS)}, got '${String(value)}'`,
    );
  }
  return value;
}

function comparisonLines(comparison: Comparison): string[] {
  const { points, methods, faces, distinct, notices, labels, seconds } = comparison;
  const rows = methods.flatMap((method) => {
    const own = points.filter((point) => point.method === method && point.silhouette !== null);
    if (own.length === 0) return [`  ${METHOD_NAMES[method].padEnd(14)} no silhouette`];
    const best = own.reduce((a, b) => (b.silhouette! > a.silhouette! ? b : a));
    return [`  ${METHOD_NAMES[method].padEnd(14)} ${bestText(best, (point) => point.silhouette)}`];
  });
  const accuracy = (point: ComparisonPoint) => point.truth?.balancedAccuracy ?? null;
  const judged = methods.flatMap((method) => {
    const own = points.filter((point) => point.method === method && accuracy(point) !== null);
    if (own.length === 0) return [];
    const best = own.reduce((a, b) => (accuracy(b)! > accuracy(a)! ? b : a));
    return [`  ${METHOD_NAMES[method].padEnd(14)} ${bestText(best, accuracy)}`];
  });
  return [
    ...notices.map((notice) => `note: ${notice}`),
    `${points.length.toLocaleString('en')} ${points.length === 1 ? 'grouping' : 'groupings'} of ${plural(faces, 'face')}, ${plural(distinct, 'distinct vector')}, ${seconds.toFixed(2)} s`,
    comparisonText(comparison),
    'highest silhouette of each method:',
    ...rows,
    ...(labels === undefined ? [] : ['highest balanced accuracy by cluster:', ...judged]),
  ];
}

function bestText(
  point: ComparisonPoint,
  valueOf: (point: ComparisonPoint) => number | null,
): string {
  const noise = point.noise === 0 ? '' : `, ${point.noise.toLocaleString('en')} noise`;
  return `${valueOf(point)!.toFixed(3)} with ${String(point.clusters)} clusters${noise}`;
}
