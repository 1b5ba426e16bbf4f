/** Long calls that are cancelled while they are under way. */
import { readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  analysisSettings,
  clusteringSettings,
  METHODS,
  type Settings,
} from '../../src/domain/settings';
import { reportScript } from '../../src/engine/bundled-files';
import { EngineClient } from '../../src/engine/client';
import type { EngineCall, EngineCalls } from '../../src/protocol/engine';
import { CancelledError } from '../../src/util/errors';
import { bundled, settingsWith, startEngine } from '../support/engine';
import { PORTRAITS, ROOT, temporaryFolder } from '../support/images';
import { random } from '../support/vectors';
import { ATTRIBUTES, clusterRun, type RunContent, writeRun } from '../support/written-runs';

/** Time from the cancel to the end of the call, in milliseconds. */
const CANCEL_LIMIT_MS = 2000;

/** Distinct faces of a run whose clustering takes long. */
const MANY_FACES = 6000;

const settings = (values: Partial<Settings> = {}) =>
  clusteringSettings(settingsWith({ attributes: ATTRIBUTES, features: 'probability', ...values }));

const analysis = analysisSettings(settingsWith({ batchSize: 1 }));

/** A run of so many faces, all of them different, with a clustering. */
async function runOf(faces: number, content: RunContent = {}): Promise<string> {
  const runDir = join(await temporaryFolder(), 'run');
  await writeRun(runDir, { faces, ...content });
  const next = random(1);
  const probabilities = Float32Array.from({ length: faces * ATTRIBUTES.length }, next);
  await writeFile(join(runDir, 'probabilities.f32'), new Uint8Array(probabilities.buffer));
  await clusterRun(runDir, faces);
  return runDir;
}

/** The portraits with a label table. */
async function labelledFolder() {
  const folder = await temporaryFolder();
  const rows: string[] = [];
  for (const part of ['female', 'male']) {
    await symlink(join(PORTRAITS, part), join(folder, part));
    const names = await readdir(join(PORTRAITS, part));
    rows.push(...names.map((name) => `${part}/${name},${part === 'male' ? 1 : 0}`));
  }
  const labels = join(folder, 'labels.csv');
  await writeFile(labels, ['image,Male', ...rows, ''].join('\n'));
  return { folder, labels };
}

interface LongCall {
  /** Makes the call, with what is to watch and cancel it. */
  call: (engine: EngineClient, options: Parameters<EngineClient['call']>[2]) => Promise<unknown>;
  /** Folder that the call must leave as it is: without files. */
  outDir?: string;
}

const longCall = <Name extends EngineCall>(
  name: Name,
  params: EngineCalls[Name]['params'],
  outDir?: string,
): LongCall => ({
  call: (engine, options) => engine.call(name, params, options),
  ...(outDir === undefined ? {} : { outDir }),
});

const outFolder = async () => join(await temporaryFolder(), 'out');

const options = { attributes: [], drop: [], dropZero: 0, seed: 1 };

const CALLS: Record<string, () => Promise<LongCall>> = {
  analyze: async () => {
    const runDir = await outFolder();
    return longCall(
      'analyze',
      { runDir, id: 'test', folders: [PORTRAITS], settings: analysis, bundled, storeDir: null },
      runDir,
    );
  },
  'cluster, K-Means with many clusters': async () => {
    const runDir = await runOf(MANY_FACES);
    return longCall('cluster', { runDir, settings: settings({ clusters: 500, restarts: 50 }) });
  },
  'cluster, agglomerative with the number chosen': async () => {
    const runDir = await runOf(MANY_FACES);
    const values = { method: 'agglomerative', clusters: 'auto', autoFrom: 2, autoTo: 60 } as const;
    return longCall('cluster', { runDir, settings: settings(values) });
  },
  vectors: async () => {
    const [file, outDir] = [join(await temporaryFolder(), 'vectors.csv'), await outFolder()];
    const next = random(1);
    const rows = Array.from({ length: MANY_FACES }, (_, row) =>
      [`${row}.jpg`, ...ATTRIBUTES.map(() => next().toFixed(6))].join(','),
    );
    await writeFile(file, [['image', ...ATTRIBUTES].join(','), ...rows, ''].join('\n'));
    const many = settings({ clusters: 500, restarts: 50 });
    return longCall('vectors', { file, settings: many, limit: 0, sample: 0, outDir }, outDir);
  },
  compare: async () => {
    const [runDir, outDir] = [await runOf(MANY_FACES), await outFolder()];
    const params = { methods: [...METHODS], from: 2, to: 40, settings: settings(), outDir };
    return longCall('compare', { runDir, ...params }, outDir);
  },
  evaluate: async () =>
    longCall('evaluate', {
      ...(await labelledFolder()),
      split: '',
      settings: analysis,
      bundled,
      degraded: 20,
    }),
  labelErrors: async () =>
    longCall('labelErrors', {
      ...(await labelledFolder()),
      options,
      images: 72,
      most: 20,
      pictures: true,
      settings: analysis,
      bundled,
      storeDir: null,
    }),
  export: async () => {
    const [runDir, outDir] = [await runOf(MANY_FACES), await outFolder()];
    return longCall('export', { runDir, outDir, reportScript: reportScript(ROOT) }, outDir);
  },
  dataset: async () => {
    const outDir = await outFolder();
    return longCall(
      'dataset',
      { ...(await labelledFolder()), options, samples: 30, outDir },
      outDir,
    );
  },
  pictures: async () => {
    const crop = { width: 160, height: 192 };
    return longCall('pictures', { runDir: await runOf(MANY_FACES, { crop }) });
  },
};

/** Cancels a call on its first message of progress. @returns how long it took to end. */
async function cancelUnderWay(engine: EngineClient, { call }: LongCall): Promise<number> {
  const controller = new AbortController();
  let cancelled: number | undefined;
  const ending = call(engine, {
    signal: controller.signal,
    onProgress: () => {
      cancelled ??= performance.now();
      controller.abort();
    },
  });
  await expect(ending).rejects.toBeInstanceOf(CancelledError);
  expect(cancelled, 'it was under way').toBeDefined();
  return performance.now() - cancelled!;
}

describe('a long call that is cancelled under way', () => {
  it.each(Object.keys(CALLS))('ends at once and leaves nothing: %s', async (name) => {
    const engine = startEngine();
    const long = await CALLS[name]!();
    const small = await runOf(40);
    expect(await cancelUnderWay(engine, long)).toBeLessThan(CANCEL_LIMIT_MS);
    if (long.outDir !== undefined) await expect(readdir(long.outDir)).rejects.toThrow('ENOENT');
    // The engine is usable afterwards, for the same call as for others.
    const { clusters } = await engine.call('cluster', {
      runDir: small,
      settings: settings({ clusters: 2 }),
    });
    expect(clusters).toHaveLength(2);
    expect(await cancelUnderWay(engine, long), 'again').toBeLessThan(CANCEL_LIMIT_MS);
  });
});

describe('a call that waits for others', () => {
  it('is cancelled at once', async () => {
    const folder = await temporaryFolder();
    const silent = join(folder, 'silent.js');
    await writeFile(silent, "process.on('message', () => {});");
    const engine = new EngineClient(silent);
    onTestFinished(() => {
      engine.dispose();
    });
    const call = (options = {}) =>
      engine.call('cluster', { runDir: folder, settings: settings() }, options);
    const others = Array.from({ length: 3 }, () => call().catch(() => 'ended'));
    const controller = new AbortController();
    const waiting = call({ signal: controller.signal });
    await new Promise((resolve) => setTimeout(resolve, 100));
    controller.abort();
    await expect(waiting).rejects.toBeInstanceOf(CancelledError);
    engine.dispose();
    expect(await Promise.all(others)).toEqual(['ended', 'ended', 'ended']);
  });
});
