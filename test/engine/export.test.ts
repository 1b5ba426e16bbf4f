import { existsSync } from 'node:fs';
import { readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
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

/** Whether files are being written to be put in their places. */
const isWriting = async (folder: string) =>
  (await readdir(folder, { recursive: true })).some((name) =>
    name.endsWith(join('files', 'faces.csv')),
  );

/**
 * Interrupts a call while it writes. One that ends before is tried again: on a busy machine this
 * process may not run in time.
 * @returns the error that the call ended in, or 'done'.
 */
async function interrupted(start: () => Promise<unknown>, folder: string, act: () => void) {
  let outcome: unknown = 'done';
  for (let tries = 0; tries < 10 && outcome === 'done'; tries++) {
    const state = { isSettled: false };
    const call = start()
      .then(
        () => 'done',
        (error: unknown) => error,
      )
      .finally(() => (state.isSettled = true));
    await vi.waitUntil(async () => state.isSettled || (await isWriting(folder)), {
      interval: 1,
      timeout: 60_000,
    });
    if (!state.isSettled) act();
    outcome = await call;
  }
  return outcome;
}

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

  it('writes what is there already, and unchanged, only if something else would come out', async () => {
    const { engine, cluster, outDir, params } = await run();
    await cluster(4); // from here on, each clustering agrees with the one before
    const { files } = await engine.call('export', params);
    const times = () =>
      Promise.all(files.map(async (name) => (await stat(join(outDir, name))).mtimeMs));
    const anew = async (act: () => Promise<unknown>) => {
      const before = await times();
      await act();
      const again = await engine.call('export', params);
      expect([...again.files].sort()).toEqual([...files].sort());
      const after = await times();
      return files.filter((_, i) => before[i] !== after[i]);
    };
    expect(await anew(() => cluster(4))).toEqual(['clusters.json']);
    expect(await anew(() => rm(join(outDir, 'clusters/02/montage.jpg')))).toEqual(files);
    // Another command that writes a file of the same name takes it over.
    const marker = join(outDir, '.face-clusters.json');
    const listed = JSON.parse(await readFile(marker, 'utf8')) as { files: { name: string }[] };
    const others = listed.files.filter(({ name }) => name !== 'faces.csv');
    await writeFile(join(outDir, 'faces.csv'), 'of another command');
    await writeFile(marker, JSON.stringify({ ...listed, files: others }));
    await engine.call('export', { ...params, overwrite: true });
    const text = await readFile(join(outDir, 'faces.csv'), 'utf8');
    expect(text).toContain('image');
    await cluster(2);
    await engine.call('export', params);
    expect(await readFile(join(outDir, 'faces.csv'), 'utf8')).not.toBe(text);
  });

  it('says why it fails, also where pictures fail while charts are drawn', async () => {
    const { engine, cluster, params } = await run();
    await cluster(12);
    await truncate(join(params.runDir, 'crops.bin'), 1);
    const { pids } = engine;
    for (const png of [false, true])
      await expect(engine.call('export', { ...params, png })).rejects.toThrow(
        'was replaced meanwhile',
      );
    expect(engine.pids).toEqual(pids);
  });

  it('that is cancelled, or whose engine is killed, leaves the earlier one as it is', async () => {
    const { engine, cluster, outDir, params } = await run();
    await engine.call('export', params);
    const faces = await readFile(join(outDir, 'faces.csv'), 'utf8');
    await cluster(3);

    const controller = new AbortController();
    const { signal } = controller;
    const cancelled = await interrupted(
      () => engine.call('export', params, { signal }),
      outDir,
      () => {
        controller.abort();
      },
    );
    expect(cancelled).toBeInstanceOf(CancelledError);
    // as the callers do, since an engine that does not obey is killed
    await sweepTemporaryFolders(outDir);
    expect(await hidden(outDir)).toEqual(['.face-clusters.json']);

    const exportAnew = async () => {
      await rm(join(outDir, 'clusters.json'), { force: true });
      return engine.call('export', params);
    };
    const killed = await interrupted(exportAnew, outDir, () => {
      killEngine(engine);
    });
    expect(String(killed)).toMatch(/process ended/);
    expect(existsSync(join(outDir, 'clusters.json'))).toBe(false);
    expect(await readFile(join(outDir, 'faces.csv'), 'utf8')).toBe(faces);
    expect(await engine.call('export', params), 'the next one works, and sweeps').toMatchObject({
      inTheWay: [],
    });
    expect(await hidden(outDir)).toEqual(['.face-clusters.json']);
  });
});
