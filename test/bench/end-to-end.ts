/** The whole engine on a folder: `node end-to-end.js ROOT FOLDER COUNT`. Prints images a second and the engine's peak memory as JSON. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EngineClient } from '../../src/engine/client';
import { bundledModels, engineScript } from '../../src/paths';
import { analysisSettings, clusteringSettings, parseSettings } from '../../src/settings/settings';

async function run(root: string, folder: string, limit: number) {
  const engine = new EngineClient(engineScript(root), (text) => process.stderr.write(text));
  const work = await mkdtemp(join(tmpdir(), 'face-clusters-bench-'));
  try {
    const settings = parseSettings({ provider: 'cpu', detect: 'never', limit }, (name) => name);
    const params = {
      runDir: join(work, 'run'),
      id: 'bench',
      folders: [folder],
      settings: analysisSettings(settings),
      bundled: bundledModels(root),
      storeDir: null,
    };
    const start = performance.now();
    const manifest = await engine.call('analyse', params);
    const seconds = (performance.now() - start) / 1000;
    const clusterStart = performance.now();
    await engine.call('cluster', { runDir: params.runDir, settings: clusteringSettings(settings) });
    const cluster = (performance.now() - clusterStart) / 1000;
    await engine.call('pictures', { runDir: params.runDir });
    console.log(
      JSON.stringify({
        rate: manifest.images.read / seconds,
        images: manifest.images.read,
        peakMemory: engine.peakMemory,
        cluster,
        timing: manifest.timing,
      }),
    );
  } finally {
    engine.dispose();
    await rm(work, { recursive: true, force: true });
  }
}

const [, , root = '', folder = '', count = '0'] = process.argv;
void run(root, folder, Number(count));
