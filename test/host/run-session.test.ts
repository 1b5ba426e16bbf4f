import { mkdir, readdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import type { Progress } from '../../src/domain/progress';
import { RunLibrary } from '../../src/host/runs/run-library';
import { killEngine, settingsWith } from '../support/engine';
import { PORTRAITS } from '../support/images';
import { library } from '../support/run-library';

describe('RunSession', () => {
  it('follows the settings of clustering without another analysis', async () => {
    const { library: runs, state } = await library();
    const session = runs.getOrCreate([PORTRAITS]);
    const stages = new Set<string>();
    session.on('progress', (progress: Progress | null) => {
      if (progress !== null) stages.add(progress.stage);
    });
    expect(await session.analyze()).toEqual({ kind: 'done' });
    expect(session.clustering?.clusters).toHaveLength(4);
    expect([...stages]).toEqual(['scan', 'load', 'infer', 'cluster']);

    stages.clear();
    state.settings = settingsWith({ clusters: 7 });
    await session.followSettings();
    expect(session.clustering?.clusters).toHaveLength(7);
    expect([...stages]).toEqual(['cluster']);
    const { generation } = session;
    await session.followSettings();
    expect(session.generation, 'nothing changed').toBe(generation);
  });

  it('shows what a person tries, the latest last, and keeps what is then set', async () => {
    const { library: runs, state, engine } = await library();
    const session = runs.getOrCreate([PORTRAITS]);
    await session.analyze();
    await session.makePictures();
    const call = vi.spyOn(engine, 'call');
    const names = () => call.mock.calls.map(([name]) => name);
    const tried = [5, 6, 7, 8, 9].map((clusters) => session.preview({ clusters }));
    await Promise.all(tried);
    expect(session.clustering?.clusters).toHaveLength(9);
    expect(names().filter((name) => name === 'cluster').length, 'skips some').toBeLessThan(5);
    expect(names(), 'no pictures of what is passed over').not.toContain('pictures');
    call.mockClear();
    state.settings = settingsWith({ clusters: 9 });
    await session.followSettings();
    expect(names(), 'it is there already').not.toContain('cluster');
    await vi.waitFor(
      () => {
        expect(session.pictures).toHaveLength(9);
      },
      { timeout: 60_000 },
    );
    await session.preview({});
    expect(session.clustering?.settings.clusters).toBe(9);
  });

  it('can be removed before anything was written', async () => {
    const { context, folder } = await library();
    const runs = new RunLibrary(context, join(folder, 'runs'));
    await runs.remove(runs.getOrCreate([PORTRAITS]));
    expect(runs.all).toEqual([]);
  });

  it('makes embeddings when they are wanted, once', async () => {
    const { library: runs, state } = await library();
    const session = runs.getOrCreate([join(PORTRAITS, 'female')]);
    await session.analyze();
    expect((await session.queries.alike(0, 3)).by).toBe('probability');
    const stages = new Set<string>();
    session.on('progress', (progress: Progress | null) => {
      if (progress !== null) stages.add(progress.stage);
    });
    state.settings = settingsWith({ clusters: 4, features: 'embedding' });
    await session.followSettings();
    expect(session.problem).toBeNull();
    expect(session.clustering?.settings.features).toBe('embedding');
    expect([...stages].sort()).toEqual(['cluster', 'embed']);
    stages.clear();
    state.settings = settingsWith({ clusters: 3, features: 'embedding' });
    await session.followSettings();
    expect([...stages]).toEqual(['cluster']);
    const { by, faces } = await session.queries.alike(0, 3);
    expect([by, faces.length]).toEqual(['embedding', 3]);
  });

  it('shows the eigenfaces of a part of a large run first', async () => {
    const { library: runs, engine } = await library();
    const session = runs.getOrCreate([PORTRAITS]);
    await session.analyze();
    await session.makePictures(); // or waits for those that the analysis began
    const all = await engine.call('pictures', { runDir: session.runDir });
    session.manifest = { ...session.manifest!, faces: 100_000 };
    session.pictures = null;
    const samples: unknown[] = [];
    const call = vi.spyOn(engine, 'call').mockImplementation((name, params) => {
      if (name !== 'pictures') return Promise.resolve(null as never);
      samples.push('sample' in params ? params.sample : undefined);
      return Promise.resolve(all.slice(0, samples.length) as never);
    });
    const shown: number[] = [];
    session.on('pictures', (pictures) => shown.push(pictures.length));
    await session.makePictures();
    expect(samples).toEqual([8000, undefined]);
    expect(shown).toEqual([1, 2]);

    session.pictures = null;
    call.mockImplementation((_name, params) =>
      'sample' in params
        ? Promise.resolve(all.slice(0, 1) as never)
        : Promise.reject(new Error('the engine ended')),
    );
    await session.makePictures();
    expect(session.problem?.message).toBe('The engine ended');
    expect(session.pictures, 'those of a part do not stay').toBeNull();
  });

  it('lists the settings that were changed since the analysis', async () => {
    const { library: runs, state } = await library();
    const session = runs.getOrCreate([PORTRAITS]);
    await session.analyze();
    expect(session.stale).toEqual([]);
    state.settings = settingsWith({ limit: 5, batchSize: 3, seed: 99 });
    expect(
      session.stale,
      'neither the batch size nor the seed without a sample affects the analysis',
    ).toEqual(['limit']);
  });

  it('keeps its results when a job is cancelled', async () => {
    const { library: runs } = await library();
    const session = runs.getOrCreate([PORTRAITS]);
    await session.analyze();
    const before = session.clustering;
    const again = session.analyze();
    session.cancel();
    expect(await again).toEqual({ kind: 'cancelled' });
    expect(session.clustering).toBe(before);
    expect(session.problem).toBeNull();
    const clustering = session.cluster();
    session.cancel();
    expect(await clustering).toEqual({ kind: 'cancelled' });
    expect(session.problem).toEqual({ message: 'Clustering was cancelled.', retry: true });
    expect(await session.retry()).toEqual({ kind: 'done' });
  });

  it('says why the clusters before could not be kept, and shows the new ones', async () => {
    const { library: runs, state } = await library();
    const session = runs.getOrCreate([PORTRAITS]);
    await session.analyze();
    await mkdir(`${session.runDir}.kept-before.json`);
    const reason = /the clusters before could not be kept: /;
    expect(await session.cluster()).toEqual({ kind: 'done' });
    expect(session.clustering?.notices.join()).toMatch(reason);
    state.settings = { ...state.settings, limit: 70 }; // another run
    expect(await session.analyze()).toEqual({ kind: 'done' });
    expect(session.manifest?.notices?.join()).toMatch(reason);
  });

  it('reports a failure, and repeats only the failed job', async () => {
    const { library: runs, state } = await library();
    const session = runs.getOrCreate([PORTRAITS]);
    state.settings = { ...settingsWith({ clusters: 4 }), attributes: ['Nose'] };
    const outcome = await session.analyze();
    expect(outcome).toMatchObject({
      kind: 'failed',
      message: expect.stringMatching(/^Unknown attribute 'Nose'/) as string,
    });
    expect(session.problem?.message).toMatch(/^Unknown attribute/);
    expect(session.manifest?.faces, 'the analysis is kept').toBe(72);
    state.settings = settingsWith({ clusters: 4 });
    const stages = new Set<string>();
    session.on('progress', (progress) => progress && stages.add(progress.stage));
    expect(await session.retry()).toEqual({ kind: 'done' });
    expect([...stages]).toEqual(['cluster']);
  });

  it('can retry after the engine was killed', async () => {
    const { library: runs, engine, logged } = await library();
    const session = runs.getOrCreate([PORTRAITS]);
    session.on('progress', (progress) => {
      if (progress?.stage === 'infer' && progress.done > 2 && logged.length === 0)
        killEngine(engine);
    });
    const outcome = await session.analyze();
    expect(outcome).toMatchObject({ kind: 'failed', retry: true });
    expect(logged[0]).toContain('the engine failed: the process ended (SIGKILL)');
    expect(await session.retry()).toEqual({ kind: 'done' });
  });
});

describe('RunLibrary', () => {
  it('reads stored runs with their clusters', async () => {
    const { library: runs, context, folder } = await library();
    await runs.getOrCreate([PORTRAITS]).analyze();
    const later = new RunLibrary(context, folder);
    await later.load();
    expect(later.all).toHaveLength(1);
    const [session] = later.all;
    await session!.load();
    expect(session!.folders).toEqual([PORTRAITS]);
    expect(session!.clustering?.clusters).toHaveLength(4);
    const part = { cluster: 0, order: 'typical', start: 0, count: 3 } as const;
    expect((await session!.queries.faces(part)).faces).toHaveLength(3);
  });

  it('has one run for the same folders in any order', async () => {
    const { library: runs } = await library();
    const [a, b] = [join(PORTRAITS, 'female'), join(PORTRAITS, 'male')];
    expect(runs.getOrCreate([a, b])).toBe(runs.getOrCreate([b, a]));
    expect(runs.getOrCreate([a])).not.toBe(runs.getOrCreate([a, b]));
  });

  it('removes a run for good', async () => {
    const { library: runs, context, folder } = await library();
    const session = runs.getOrCreate([PORTRAITS]);
    await session.analyze();
    await runs.remove(session);
    expect(runs.all).toEqual([]);
    const later = new RunLibrary(context, folder);
    await later.load();
    expect(later.all).toEqual([]);
  });

  it('removes partial runs that are old, and keeps recent ones', async () => {
    const { library: runs, folder } = await library();
    await mkdir(join(folder, 'old.partial'), { recursive: true });
    await mkdir(join(folder, 'new.partial'));
    const longAgo = new Date(Date.now() - 2 * 24 * 3600 * 1000);
    await utimes(join(folder, 'old.partial'), longAgo, longAgo);
    await runs.load();
    expect(await readdir(folder)).toEqual(['new.partial']);
  });
});
