/** `face-clusters compare` */
import { join, resolve } from 'node:path';
import type { Comparison } from '../domain/comparison';
import { METHOD_NAMES } from '../domain/method-names';
import { analysisSettings, clusteringSettings, METHODS, type Settings } from '../domain/settings';
import { bundledModels } from '../engine/bundled-files';
import { COMPARE_OUTPUT } from '../engine/jobs/outputs';
import { sweepTemporaryFolders } from '../util/temporary-folder';
import { cacheFolder } from './cache';
import type { CliContext, CliOptions } from './context';
import { startEngine } from './engine';
import { outputOf, workFolder } from './output';
import { printLines } from './print';
import { progressLine } from './progress';
import { UsageError } from './status';

/** Numbers of clusters that may be compared. */
const LARGEST = 1000;

export async function compareCommand(
  folders: string[],
  options: CliOptions & { from?: unknown; to?: unknown; methods?: string[] },
  settings: Settings,
  { root, signal }: CliContext,
): Promise<void> {
  const { vectors, methods = [...METHODS] } = options;
  if ((vectors === undefined) === (folders.length === 0))
    throw new UsageError('expected either at least one FOLDER or --vectors FILE');
  const unknown = methods.find((name) => !METHODS.some((method) => method === name));
  if (unknown !== undefined || methods.length === 0) {
    throw new UsageError(
      `--methods: expected some of ${METHODS.join(', ')}, got '${unknown ?? ''}'`,
    );
  }
  const [from, to] = [count('--from', options.from ?? 2), count('--to', options.to ?? 50)];
  if (from > to) throw new UsageError(`--from (${String(from)}) is above --to (${String(to)})`);
  const output = await outputOf(options, COMPARE_OUTPUT, COMPARE_OUTPUT.files);
  const params = {
    methods: METHODS.filter((method) => methods.includes(method)),
    from,
    to,
    settings: clusteringSettings(settings),
    ...output,
  };
  const engine = startEngine(root);
  const line = progressLine(options.progress);
  const call = { signal, onProgress: line.show };
  const work = await workFolder();
  try {
    let comparison: Comparison;
    if (vectors !== undefined) {
      const { limit, sample } = settings;
      comparison = await engine.call(
        'compareVectors',
        { ...params, file: resolve(vectors), limit, sample },
        call,
      );
    } else {
      const runDir = join(work.path, 'run');
      const analysis = {
        runDir,
        id: 'cli',
        folders: folders.map((folder) => resolve(folder)),
        settings: analysisSettings({
          ...settings,
          model: settings.model === '' ? '' : resolve(settings.model),
        }),
        bundled: bundledModels(root),
        storeDir: cacheFolder(),
      };
      await engine.call('analyse', analysis, call);
      comparison = await engine.call('compare', { ...params, runDir }, call);
    }
    line.end();
    printLines([
      ...comparisonLines(comparison),
      `peak memory ${(engine.peakMemory / 1e6).toFixed(0)} MB`,
      `written to ${output.outDir}`,
    ]);
  } finally {
    line.end();
    engine.dispose();
    await work.remove();
    await sweepTemporaryFolders(output.outDir); // if the engine had to be ended
  }
}

function count(name: string, value: unknown): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 2 || value > LARGEST) {
    throw new UsageError(
      `${name}: expected a whole number from 2 to ${String(LARGEST)}, got '${String(value)}'`,
    );
  }
  return value;
}

function comparisonLines({
  points,
  methods,
  faces,
  distinct,
  notices,
  seconds,
}: Comparison): string[] {
  const rows = methods.flatMap((method) => {
    const own = points.filter((point) => point.method === method && point.silhouette !== null);
    if (own.length === 0) return [`  ${METHOD_NAMES[method].padEnd(14)} no silhouette`];
    const best = own.reduce((a, b) => (b.silhouette! > a.silhouette! ? b : a));
    const noise = best.noise === 0 ? '' : `, ${best.noise.toLocaleString('en')} noise`;
    return [
      `  ${METHOD_NAMES[method].padEnd(14)} ${best.silhouette!.toFixed(3)} with ${String(best.clusters)} clusters${noise}`,
    ];
  });
  return [
    ...notices.map((notice) => `note: ${notice}`),
    `${points.length.toLocaleString('en')} groupings of ${faces.toLocaleString('en')} faces, ${distinct.toLocaleString('en')} distinct vectors, ${seconds.toFixed(2)} s`,
    'highest silhouette of each method:',
    ...rows,
  ];
}
