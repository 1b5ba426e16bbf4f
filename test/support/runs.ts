/** Artificial runs, as the host represents them. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clustering } from '../../src/domain/clustering';
import type { RunManifest } from '../../src/domain/run';
import { analysisSettings, clusteringSettings } from '../../src/domain/settings';
import { RunLibrary } from '../../src/host/runs/run-library';
import type { SessionContext } from '../../src/host/runs/session-context';
import { RUN_VERSION, writeManifest } from '../../src/runs/run-files';
import { bundled, settingsWith } from './engine';
import type { FakeEngine } from './fake-engine';
import { temporaryFolder } from './images';
import { state } from './vscode';

function manifestOf(id: string, folders: string[], values: Partial<RunManifest> = {}): RunManifest {
  return {
    version: RUN_VERSION,
    id,
    createdAt: '2026-01-01T00:00:00.000Z',
    folders,
    settings: analysisSettings(settingsWith()),
    model: 'model.onnx',
    modelAttributes: ['Smiling'],
    provider: 'cpu',
    trials: [],
    detection: { searched: false, reason: 'asked for' },
    images: { found: 1, read: 1, failed: 0, withoutFace: 0 },
    failures: [],
    faceless: [],
    faces: 1,
    crop: { width: 1, height: 1 },
    timing: {},
    ...values,
  };
}

/** A clustering of one cluster by the current settings. @param occurrences by attribute. */
export function clusteringOf(
  occurrences: Record<string, number>,
  settings = settingsWith(),
): Clustering {
  return {
    version: RUN_VERSION,
    settings: clusteringSettings(settings),
    weights: {},
    faces: 1,
    distinct: 1,
    silhouette: null,
    inertia: 0,
    daviesBouldin: null,
    calinskiHarabasz: null,
    tree: null,
    clusters: [
      {
        id: 0,
        size: 1,
        silhouette: null,
        occurrences,
        otherOccurrences: {},
        prominent: Object.keys(occurrences),
        noisy: [],
        medoid: 0,
      },
    ],
    overall: occurrences,
    curve: null,
    agreement: null,
    notices: [],
    timing: {},
  };
}

/** A library of one stored run, as after reopening the window. */
export async function keptRun(
  engine: FakeEngine,
  folders: string[],
  manifest: Partial<RunManifest> = {},
  clustering = clusteringOf({ Smiling: 1 }),
) {
  const folder = await temporaryFolder();
  const runDir = join(folder, 'kept');
  await mkdir(runDir);
  await writeManifest(runDir, manifestOf('kept', folders, manifest));
  const members = Buffer.from(new Int32Array(1).buffer).toString('base64');
  await writeFile(join(runDir, 'clustering.json'), JSON.stringify({ clustering, members }));
  const logged: string[] = [];
  const context: SessionContext = {
    engine: engine.client,
    bundled,
    storeDir: join(folder, 'store'),
    settings: () => settingsWith(),
    trusted: () => state.trusted,
    log: (message) => logged.push(message),
  };
  const library = new RunLibrary(context, folder);
  await library.load();
  return { library, session: library.find('kept')!, logged };
}
