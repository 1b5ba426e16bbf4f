import { execFile } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { distinctVectors } from '../../src/clustering/distinct';
import { type ClusteringTasks, runHere } from '../../src/clustering/tasks';
import { clusteringSettings, parseSettings } from '../../src/domain/settings';
import { inSharedMemory, silhouetteOf } from '../../src/engine/clustering/group-vectors';
import { TaskPool } from '../../src/engine/threads/task-pool';
import { CancelledError, UserError } from '../../src/util/errors';
import { runBesideWorkers } from '../support/beside-workers';
import { bundleProgram, PROGRAM_ENVIRONMENT } from '../support/bundle';
import { settingsWith, startEngine } from '../support/engine';
import { ROOT, temporaryFolder } from '../support/images';
import { binaryRows, matrix, random } from '../support/vectors';
import { ATTRIBUTES, writeRun } from '../support/written-runs';

const workers = () =>
  new TaskPool<ClusteringTasks>(join(ROOT, 'dist', 'clustering-worker.js'), { size: 2 });
const settings = (values: Record<string, unknown> = {}) => parseSettings(values, (name) => name);

describe('clustering workers', () => {
  const vectors = inSharedMemory(distinctVectors(matrix(binaryRows(400, 8, 3))));

  it('return what this thread returns, however many tasks wait', async () => {
    const pool = workers();
    const pieces = [3, 4, 5, 6, 7].map((number) => ({
      vectors,
      settings: settings({ seed: number }),
      clusters: [number],
      score: true,
    }));
    const there = await Promise.all(pieces.map((piece) => pool.run('group', piece, {})));
    const here = await Promise.all(pieces.map((piece) => runHere('group', piece, {})));
    there.forEach(([group], i) => {
      expect(Array.from(group!.labels)).toEqual(Array.from(here[i]![0]!.labels));
      expect(group!.silhouette).toBe(here[i]![0]!.silhouette);
    });
  });

  it('that are warm take the first task', async () => {
    const pool = workers();
    pool.warm();
    pool.warm();
    expect(pool.threads).toBe(1);
    await pool.run('inertias', { vectors, clusters: [2], restarts: 1, seed: 1 }, {});
    expect(pool.threads).toBe(1);
  });

  it('end when they have had no task for a while, and are started again', async () => {
    const script = join(ROOT, 'dist', 'clustering-worker.js');
    const pool = new TaskPool<ClusteringTasks>(script, { size: 2, maxIdleMs: 20 });
    const task = { vectors, clusters: [2], restarts: 1, seed: 1 };
    const [first] = await pool.run('inertias', task, {});
    expect(pool.threads).toBe(1);
    await vi.waitFor(() => {
      expect(pool.threads).toBe(0);
    }, 5000);
    expect(await pool.run('inertias', task, {})).toEqual([first]);
  });

  it('keep a process alive while they have a task, and no longer', async () => {
    const program = join(await temporaryFolder(), 'program.js');
    const source = join(await temporaryFolder(), 'program.ts');
    await writeFile(
      source,
      `import { distinctVectors } from '${ROOT}/src/clustering/distinct';
      import { inSharedMemory } from '${ROOT}/src/engine/clustering/group-vectors';
      import { TaskPool } from '${ROOT}/src/engine/threads/task-pool';
      const data = Float64Array.from({ length: 40 }, (_, i) => i % 7);
      const vectors = inSharedMemory(distinctVectors({ rows: 10, columns: 4, data }));
      const pool = new TaskPool(process.argv[2], { size: 1 });
      void pool
        .run('inertias', { vectors, clusters: [2], restarts: 1, seed: 1 }, {})
        .then(() => console.log('done'));`,
    );
    await bundleProgram(source, program);
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [program, join(ROOT, 'dist', 'clustering-worker.js')],
      { env: PROGRAM_ENVIRONMENT, timeout: 60_000 },
    );
    expect(stdout).toBe('done\n');
  });

  it('are ended in the middle of a task by a cancel, and replaced', async () => {
    const pool = workers();
    const controller = new AbortController();
    const large = inSharedMemory(distinctVectors(matrix(binaryRows(60_000, 24, 5))));
    const labels = new Int32Array(large.rows).map((_, i) => i % 2);
    const params = {
      vectors: large,
      labels,
      clusters: 2,
      metric: 'euclidean',
      start: 0,
      end: large.rows,
    } as const;
    const work = [1, 2, 3].map(() =>
      pool.run('silhouettes', params, { signal: controller.signal }),
    );
    setTimeout(() => {
      controller.abort(new CancelledError());
    }, 300);
    const start = performance.now();
    const ends = await Promise.allSettled(work);
    expect(performance.now() - start).toBeLessThan(5000);
    for (const end of ends)
      expect(end).toMatchObject({
        status: 'rejected',
        reason: expect.any(CancelledError) as unknown,
      });
    expect(
      await pool.run('inertias', { vectors, clusters: [1], restarts: 1, seed: 1 }, {}),
    ).toHaveLength(1);
  });

  it('keep errors of the user apart from defects', async () => {
    const pool = workers();
    const fine = inSharedMemory(
      distinctVectors(matrix(Array.from({ length: 12_500 }, (_, i) => [i]))),
    );
    const birch = {
      vectors: fine,
      settings: settings({ method: 'birch', threshold: 0.1 }),
      clusters: [2],
      score: false,
    };
    await expect(pool.run('group', birch, {})).rejects.toThrow(UserError);
    await expect(
      pool.run('inertias', { vectors, clusters: [2], restarts: 0, seed: 1 }, {}),
    ).rejects.toThrow(/restart/);
  });

  it('share the silhouette of many vectors', async () => {
    const pool = workers();
    const many = distinctVectors(matrix(binaryRows(9000, 14, 8)));
    const labels = new Int32Array(many.rows).map((_, i) => i % 5);
    const grouped = {
      vectors: many,
      labels,
      clusters: 5,
      notices: [],
      asked: 5,
      inertia: 0,
      silhouette: null,
      seconds: 0,
    };
    const context = { signal: undefined, threads: 2, onProgress: () => undefined };
    const [there, here] = await Promise.all([
      silhouetteOf(grouped, { ...context, run: pool.run }),
      silhouetteOf(grouped, { ...context, run: runHere }),
    ]);
    expect(many.rows).toBeGreaterThan(3000);
    expect(there.mean).toBe(here.mean);
  });
});

describe('picture workers', () => {
  it('end no process when their tasks are cancelled within native code', async () => {
    const stdout = await runBesideWorkers(
      `import { pictureWorkers } from '${ROOT}/src/engine/threads/worker-pools';
      import { encodeStrips } from '${ROOT}/src/images/crop-strips';
      const FACES = 64;
      const size = { width: 160, height: 192 };
      const shared = (bytes: number) => new Uint8Array(new SharedArrayBuffer(bytes));
      const none = new Int32Array(FACES).fill(-1);
      void (async () => {
        const pixels = Buffer.alloc(FACES * size.width * size.height * 3, 'noise');
        const [{ jpeg, faces }] = await encodeStrips(pixels, Array(FACES).fill(1), size);
        const rows = Array.from({ length: faces }, (_, at) => ({ row: at, at }));
        const params = {
          strips: Array.from({ length: 16 }, () => ({ jpeg, faces: rows })),
          size,
          reduction: 2,
          destinations: { sum: none, sample: none, tile: none, card: none },
          collected: {
            sums: new Uint32Array(new SharedArrayBuffer(4)),
            samples: shared(1),
            tiles: shared(1),
            looks: shared(FACES * 256),
          },
        };
        await pictureWorkers.run('collect', params, {});
        let cancelled = 0;
        for (let delay = 20; delay < 180; delay += 4) {
          const signal = AbortSignal.timeout(delay);
          const tasks = Array.from({ length: 6 }, () =>
            pictureWorkers.run('collect', params, { signal }),
          );
          const ends = await Promise.allSettled(tasks);
          cancelled += ends.filter(({ status }) => status === 'rejected').length;
        }
        await pictureWorkers.run('collect', params, {});
        console.log(cancelled > 10);
        process.exit(0);
      })();`,
    );
    expect(stdout).toBe('true\n');
  });
});

describe('a clustering worker that crashes', () => {
  const vectors = inSharedMemory(distinctVectors(matrix([[0], [1]])));
  const task = (restarts: number, seed: number) => ({ vectors, clusters: [1], restarts, seed });

  it.each([
    ['exits', 0, /^a worker thread failed: the thread ended \(status 7\)$/],
    ['throws', 1, /^a worker thread failed: the thread failed: nobody catches this$/],
    ['rejects', 2, /^a worker thread failed: the thread failed: nobody awaits this$/],
  ])('and %s fails its task with an error, while other tasks run', async (_, seed, message) => {
    const pool = new TaskPool<ClusteringTasks>(
      join(ROOT, 'test', 'support', 'crashing-worker.cjs'),
      { size: 2 },
    );
    const crashing = [1, 2, 3].map(() => pool.run('inertias', task(1, seed), {}));
    const waiting = [1, 2, 3].map(() => pool.run('inertias', task(0, 0), {}));
    for (const each of await Promise.allSettled(crashing)) {
      expect(each).toMatchObject({
        status: 'rejected',
        reason: { message: expect.stringMatching(message) as string },
      });
    }
    expect(await Promise.all(waiting)).toEqual([[42], [42], [42]]);
    expect(await pool.run('inertias', task(0, 0), {})).toEqual([42]);
  });

  it('at its start fails its tasks', async () => {
    const pool = new TaskPool<ClusteringTasks>(join(ROOT, 'nowhere.js'), { size: 1 });
    for (const run of [pool.run('inertias', task(0, 0), {}), pool.run('inertias', task(0, 0), {})])
      await expect(run).rejects.toThrow(/^a worker thread failed: .*nowhere\.js/s);
  });

  it('fails the job of the engine, but not the next one', async () => {
    const folder = await temporaryFolder();
    const marker = join(folder, 'crash');
    await writeFile(marker, '');
    const script = join(ROOT, 'test', 'support', 'crash-clustering.cjs');
    vi.stubEnv('NODE_OPTIONS', `--require "${script}"`);
    vi.stubEnv('CRASH_CLUSTERING', marker);
    onTestFinished(() => {
      vi.unstubAllEnvs();
    });
    const runDir = join(folder, 'run');
    await writeRun(runDir, { faces: 6000 });
    const next = random(1);
    const probabilities = Float32Array.from({ length: 6000 * ATTRIBUTES.length }, next);
    await writeFile(join(runDir, 'probabilities.f32'), new Uint8Array(probabilities.buffer));
    const engine = startEngine();
    const cluster = (clusters: number) =>
      engine.call('cluster', {
        runDir,
        settings: clusteringSettings(
          settingsWith({ attributes: ATTRIBUTES, features: 'probability', clusters, restarts: 50 }),
        ),
      });
    await expect(cluster(500)).rejects.toThrow(/^a worker thread failed: the thread ended/);
    const [pid] = engine.pids;
    await rm(marker);
    expect((await cluster(2)).clusters).toHaveLength(2);
    expect(engine.pids, 'the same process').toContain(pid);
  });
});
