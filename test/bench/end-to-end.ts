/**
 * The engine as it is used, from files to described faces: `node end-to-end.js ROOT FOLDER COUNT
 * DETECT FIRST [BATCH] [PROVIDER] [MODEL]`. Images of FIRST are described before, so that what is
 * measured once at first use is measured already. Then FOLDER is described for the first time, and
 * again. Prints JSON. The first time may take turns with others (driven.ts); `cold` and `rate` are
 * then theirs to say.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunManifest } from '../../src/domain/run';
import { analysisSettings, clusteringSettings, parseSettings } from '../../src/domain/settings';
import { bundledModels, engineScript } from '../../src/engine/bundled-files';
import { EngineClient } from '../../src/engine/client';
import { MIN_IMAGES_TO_MEASURE } from '../../src/engine/pipeline/choose-model';
import { done, prepared } from './driven';

const WARM_RUNS = 3;

type Asked = Partial<Record<'detect' | 'provider' | 'model', string>> & {
  limit: number;
  batchSize: number;
};

async function run(root: string, folder: string, first: string, asked: Asked) {
  const work = await mkdtemp(join(tmpdir(), 'face-clusters-bench-'));
  let engine = new EngineClient(engineScript(root), (text) => process.stderr.write(text));
  const settings = parseSettings(asked, (name) => name);
  const params = (runDir: string, folders: string[]) => ({
    runDir: join(work, runDir),
    id: 'bench',
    folders,
    settings: analysisSettings(settings),
    bundled: bundledModels(root),
    storeDir: join(work, 'store'),
  });
  const timed = async (folders: string[], runDir = 'run') => {
    const start = performance.now();
    const manifest = await engine.call('analyze', params(runDir, folders));
    return { seconds: (performance.now() - start) / 1000, manifest };
  };
  try {
    const once = params('first', [first]);
    const enough = { limit: MIN_IMAGES_TO_MEASURE, detect: 'never' } as const;
    await engine.call('analyze', { ...once, settings: { ...once.settings, ...enough } });
    engine.dispose();
    engine = new EngineClient(engineScript(root), (text) => process.stderr.write(text));
    await prepared();
    const cold = await timed([folder]);
    done();
    const peakMemory = engine.peakMemory;
    const known = async (runDir?: string) => {
      const again = await timed([folder], runDir);
      if (again.manifest.known !== cold.manifest.images.found) {
        throw new Error(
          `only ${String(again.manifest.known)} images were known: ${(cold.manifest.notices ?? []).join(' ')}`,
        );
      }
      return again.seconds;
    };
    const warm: number[] = [];
    for (let i = 0; i < WARM_RUNS; i++) warm.push(await known());
    // Where there is no run of the same images, everything comes from the store.
    const stored: number[] = [];
    for (let i = 0; i < WARM_RUNS; i++) stored.push(await known(`elsewhere ${i}`));
    // What the panel shows first, in the same engine.
    const start = performance.now();
    await engine.call('cluster', {
      runDir: params('run', []).runDir,
      settings: clusteringSettings(settings),
    });
    const cluster = (performance.now() - start) / 1000;
    // With the second runs and the clustering.
    const peakMemoryOfAll = engine.peakMemory;
    return { ...figuresOf(cold), warm, stored, cluster, peakMemory, peakMemoryOfAll };
  } finally {
    engine.dispose();
    await rm(work, { recursive: true, force: true });
  }
}

const figuresOf = ({ seconds, manifest }: { seconds: number; manifest: RunManifest }) => ({
  images: manifest.images.read,
  faces: manifest.faces,
  rate: manifest.images.read / seconds,
  cold: seconds,
  timing: manifest.timing,
  provider: manifest.provider,
  batchSize: manifest.settings.batchSize,
});

const [
  ,
  ,
  root = '',
  folder = '',
  count = '0',
  detect = 'never',
  first = folder,
  batch = '0',
  provider = 'cpu',
  model = '',
] = process.argv;
void run(root, folder, first, {
  limit: Number(count),
  detect,
  batchSize: Number(batch),
  provider,
  model,
}).then((seen) => {
  // At the very end: who reads it may end this process at once.
  console.log(JSON.stringify(seen));
  process.exit(0);
});
