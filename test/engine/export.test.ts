import { existsSync } from 'node:fs';
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { analysisSettings, clusteringSettings } from '../../src/domain/settings';
import { reportScript } from '../../src/engine/bundled-files';
import { CancelledError } from '../../src/util/errors';
import { sweepTemporaryFolders } from '../../src/util/temporary-folder';
import { bundled, killEngine, settingsWith, startEngine } from '../support/engine';
import { PORTRAITS, ROOT, temporaryFolder } from '../support/images';

/** Portraits that are described, and clustered again and again. */
async function run() {
  const engine = startEngine();
  const runDir = join(await temporaryFolder(), 'run');
  const settings = analysisSettings(settingsWith({ limit: 20 }));
  await engine.call('analyze', {
    runDir,
    id: 'test',
    folders: [PORTRAITS],
    settings,
    bundled,
    storeDir: null,
  });
  const cluster = (clusters: number) =>
    engine.call('cluster', { runDir, settings: clusteringSettings(settingsWith({ clusters })) });
  await cluster(4);
  const outDir = join(await temporaryFolder(), 'out');
  const params = { runDir, outDir, reportScript: reportScript(ROOT) };
  return { engine, cluster, outDir, params };
}

const hidden = async (folder: string) =>
  (await readdir(folder)).filter((name) => name.startsWith('.'));

/** Resolves when files are being written to be put in their places. */
const writing = (folder: string) =>
  expect
    .poll(
      async () =>
        (await readdir(folder, { recursive: true })).some((name) =>
          name.endsWith(join('files', 'faces.csv')),
        ),
      {
        interval: 1,
      },
    )
    .toBe(true);

describe('an export', () => {
  it('names what is in its way instead of replacing it, and replaces it if told to', async () => {
    const { engine, cluster, outDir, params } = await run();
    const { files } = await engine.call('export', params);
    expect(files).toEqual(
      expect.arrayContaining(['faces.csv', 'report.html', 'clusters/03/montage.jpg']),
    );
    expect(await engine.call('export', params), 'its own files are not').toMatchObject({
      inTheWay: [],
      kept: [],
    });

    const changed = ['clusters.json', 'clusters/01/occurrences.svg', 'clusters/03/montage.jpg'];
    for (const name of changed) await writeFile(join(outDir, name), 'mine');
    const before = (await stat(join(outDir, 'faces.csv'))).mtimeMs;
    expect(await engine.call('export', params)).toEqual({ files: [], inTheWay: changed, kept: [] });
    expect((await stat(join(outDir, 'faces.csv'))).mtimeMs).toBe(before);

    await cluster(2);
    expect(await engine.call('export', { ...params, overwrite: true })).toMatchObject({
      inTheWay: [],
      kept: ['clusters/03/montage.jpg'],
    });
    expect((await readdir(join(outDir, 'clusters'))).sort()).toEqual(['00', '01', '03']);
    expect(await readdir(join(outDir, 'clusters', '03'))).toEqual(['montage.jpg']);
    expect(await readFile(join(outDir, 'clusters.json'), 'utf8')).toContain('"version"');
  });

  it('that is cancelled, or whose engine is killed, leaves the earlier one as it is', async () => {
    const { engine, outDir, params } = await run();
    await engine.call('export', params);
    const faces = await readFile(join(outDir, 'faces.csv'), 'utf8');

    const controller = new AbortController();
    const cancelled = engine.call('export', params, { signal: controller.signal });
    await writing(outDir);
    controller.abort();
    await expect(cancelled).rejects.toThrow(CancelledError);
    // as the callers do, since an engine that does not obey is killed
    await sweepTemporaryFolders(outDir);
    expect(await hidden(outDir)).toEqual(['.face-clusters.json']);

    // On a busy machine an export may end before it is killed; then it is tried again.
    let outcome: unknown = 'done';
    for (let tries = 0; tries < 10 && outcome === 'done'; tries++) {
      await rm(join(outDir, 'clusters.json'));
      const killed = engine.call('export', params).then(
        () => 'done',
        (error: unknown) => error,
      );
      await writing(outDir);
      killEngine(engine);
      outcome = await killed;
    }
    expect(String(outcome)).toMatch(/process ended/);
    expect(existsSync(join(outDir, 'clusters.json'))).toBe(false);
    expect(await readFile(join(outDir, 'faces.csv'), 'utf8')).toBe(faces);
    expect(await engine.call('export', params), 'the next one works, and sweeps').toMatchObject({
      inTheWay: [],
    });
    expect(await hidden(outDir)).toEqual(['.face-clusters.json']);
  });
});
