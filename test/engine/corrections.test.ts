/** Corrections of stored runs, through the engine's jobs. */
import { readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { logPath } from '../../src/corrections/correction-log';
import type { CorrectionRequest } from '../../src/domain/corrections';
import type { EngineClient } from '../../src/engine/client';
import { answer } from '../../src/engine/jobs/ask';
import { openRun } from '../../src/engine/open-runs';
import type { CorrectionStep } from '../../src/protocol/clustering-calls';
import { clusterLabels, readClustering } from '../../src/runs/run-files';
import { settingsWith, startEngine } from '../support/engine';
import { temporaryFolder } from '../support/images';
import { ATTRIBUTES, writeRun } from '../support/written-runs';

let runDir: string;
let engine: EngineClient;

const cluster = (clusters: number) =>
  engine.call('cluster', {
    runDir,
    settings: settingsWith({ clusters, attributes: ATTRIBUTES, weights: 'none' }),
  });
const correct = (request: CorrectionRequest | CorrectionStep) =>
  engine.call('correct', { runDir, request });
const labels = async () => clusterLabels((await readClustering(runDir))!);

beforeEach(async () => {
  engine = startEngine();
  runDir = join(await temporaryFolder(), 'some-run');
  await writeRun(runDir, { faces: 40 });
  await cluster(3);
});

describe('a correction', () => {
  it('is undone to what was there before, and redone', async () => {
    const before = await readClustering(runDir);
    const merged = await correct({ kind: 'merge', into: 1, others: [2] });
    expect(merged.clusters.map(({ id }) => id)).toEqual([0, 1]);
    expect(merged.corrections).toMatchObject({
      count: 1,
      undo: { text: 'Merged 2 clusters' },
      redo: null,
      missed: [],
    });
    const after = await labels();
    await correct({ kind: 'undo' });
    const undone = (await readClustering(runDir))!;
    const { corrections, ...clustering } = undone.clustering;
    expect({ ...undone, clustering }).toEqual(before);
    expect(corrections).toMatchObject({ count: 0, redo: { text: 'Merged 2 clusters' } });
    await correct({ kind: 'redo' });
    expect(await labels()).toEqual(after);
    await expect(correct({ kind: 'redo' })).rejects.toThrow('there is nothing to redo');
  });

  it('holds when the faces are clustered again, and when the run is replaced', async () => {
    await correct({ kind: 'name', cluster: 0, name: '  Anna\nB. ' });
    const name = async () =>
      (await readClustering(runDir))!.clustering.clusters.find(({ said }) => said?.name)?.said;
    expect(await name()).toEqual({ name: 'Anna B.' });
    await cluster(5);
    expect(await name()).toEqual({ name: 'Anna B.' });
    await writeRun(runDir, { faces: 40 });
    await cluster(3);
    expect(await name()).toEqual({ name: 'Anna B.' });
  });

  it('is refused where another window has clustered or analyzed meanwhile', async () => {
    const shownOf = async () => {
      const { manifest } = await openRun(runDir);
      const { clusters } = (await readClustering(runDir))!.clustering;
      const ofClusters = clusters.map(({ id, size, medoid }) => [id, size, medoid] as const);
      return { createdAt: manifest.createdAt, clusters: ofClusters };
    };
    const shown = await shownOf();
    const name = (text: string, seen = shown) =>
      engine.call('correct', {
        runDir,
        request: { kind: 'name', cluster: 1, name: text },
        shown: seen,
      });
    await name('Anna');
    await cluster(4); // by another window
    const log = await readFile(logPath(runDir), 'utf8');
    await expect(name('Berta')).rejects.toThrow('the clusters were made anew meanwhile');
    expect(await readFile(logPath(runDir), 'utf8')).toBe(log);
    const four = await shownOf();
    await name('Berta', four);
    await writeRun(runDir, { faces: 40 });
    await cluster(4);
    await expect(name('Carla', four)).rejects.toThrow('the clusters were made anew meanwhile');
  });

  it('gives the figures of the corrected clusters', async () => {
    const { members, clustering } = (await readClustering(runDir))!;
    const moved = [...members.subarray(0, 2)];
    const corrected = await correct({ kind: 'move', rows: moved, to: 1 });
    expect(corrected.clusters[0]!.size).toBe(clustering.clusters[0]!.size - 2);
    expect(corrected.clusters[1]!.size).toBe(clustering.clusters[1]!.size + 2);
    expect(corrected.silhouette).not.toBe(clustering.silhouette);
    expect(corrected.inertia).toBeGreaterThan(clustering.inertia);
    const found = await labels();
    for (const row of moved) expect(found[row]).toBe(1);
  });

  it('counts from then on: marks of attributes, and what is no face', async () => {
    const smiling = async () => (await openRun(runDir)).probabilities[3 * ATTRIBUTES.length]!;
    const inferred = await smiling();
    await correct({ kind: 'attribute', rows: [3], attribute: 'Smiling', value: inferred < 0.5 });
    expect(await smiling()).toBe(inferred < 0.5 ? 1 : 0);
    const corrected = await correct({ kind: 'notFace', rows: [5, 6], value: true });
    expect(corrected.clusters.at(-1)).toMatchObject({ id: -2, size: 2, silhouette: null });
    expect(corrected.faces).toBe(40);
    const again = await cluster(2);
    expect(again.clusters.map(({ id }) => id)).toEqual([0, 1, -2]);
    expect(again.clusters[0]!.size + again.clusters[1]!.size).toBe(38);
    await correct({ kind: 'undo' });
    expect((await readClustering(runDir))!.clustering.clusters.map(({ id }) => id)).toEqual(
      [-1, 0, 1].sort((a, b) => Number(a < 0) - Number(b < 0)),
    );
  });

  it('leaves a face that is clustered', async () => {
    const all = Array.from({ length: 40 }, (_, row) => row);
    await correct({ kind: 'notFace', rows: all.slice(1), value: true });
    for (const rows of [all, [0]])
      await expect(correct({ kind: 'notFace', rows, value: true })).rejects.toThrow(
        'these are all faces that are clustered: one must stay',
      );
    const { clusters } = await correct({ kind: 'undo' });
    expect(clusters.every(({ id }) => id >= 0)).toBe(true);
  });

  it('keeps the pictures of the clusters that it leaves as they are', async () => {
    await cluster(4);
    const before = await engine.call('pictures', { runDir });
    const file = join(runDir, 'pictures.json');
    const { mtimeMs } = await stat(file);
    await correct({ kind: 'name', cluster: 0, name: 'Anna' });
    expect(await engine.call('pictures', { runDir })).toEqual(before);
    expect((await stat(file)).mtimeMs, 'nothing was made').toBe(mtimeMs);

    const { clusters } = await correct({ kind: 'merge', into: 0, others: [1] });
    const after = await engine.call('pictures', { runDir });
    expect(after.map((each) => each.cluster)).toEqual(clusters.map(({ id }) => id));
    expect(after[0]!.faces).toBe(clusters[0]!.size);
    expect(after.slice(1)).toEqual(before.slice(2));
    await rm(file);
    expect(await engine.call('pictures', { runDir }), 'as if all were made').toEqual(after);
    await correct({ kind: 'undo' });
    const undone = await engine.call('pictures', { runDir });
    expect(undone).toEqual(before);
  });

  it('splits a cluster into parts that the attributes tell apart', async () => {
    const before = (await readClustering(runDir))!.clustering.clusters[0]!.size;
    const { clusters } = await correct({ kind: 'split', cluster: 0, parts: 2 });
    expect(clusters.map(({ id }) => id)).toEqual([0, 1, 2, 3]);
    expect(clusters[0]!.size + clusters[3]!.size).toBe(before);
  });

  it('of clusters and faces that do not exist is refused, and not logged', async () => {
    await expect(correct({ kind: 'name', cluster: 9, name: 'A' })).rejects.toThrow(
      'this cluster does not exist any more',
    );
    await expect(correct({ kind: 'gather', rows: [40] })).rejects.toThrow('a face below 40');
    await expect(correct({ kind: 'merge', into: 0, others: [0] })).rejects.toThrow(
      'choose two clusters',
    );
    await expect(
      correct({ kind: 'attribute', rows: [0], attribute: '__proto__', value: true }),
    ).rejects.toThrow('no such attribute');
    await expect(readFile(logPath(runDir))).rejects.toThrow('ENOENT');
  });
});

describe('faces that were asked for', () => {
  const question = (attribute: string, present: boolean, order: 'surest' | 'borderline') =>
    engine.call('ask', {
      runDir,
      conditions: [{ attribute, present }],
      order,
      start: 0,
      count: 500,
    });

  it('are those of the probabilities, in the order of these', async () => {
    const { probabilities } = await openRun(runDir);
    const of = (row: number) => probabilities[row * ATTRIBUTES.length]!;
    const surest = await question('smiling', true, 'surest');
    const expected = Array.from({ length: 40 }, (_, row) => row)
      .filter((row) => of(row) >= 0.5)
      .sort((a, b) => of(b) - of(a) || a - b);
    expect(surest.faces.map(({ row }) => row)).toEqual(expected);
    expect(surest.total).toBe(expected.length);
    const missed = await question('Smiling', false, 'borderline');
    expect(of(missed.faces[0]!.row)).toBeCloseTo(0.4);
    expect(missed.total).toBe(40 - expected.length);
  });

  it('follow corrections', async () => {
    const before = (await question('Smiling', true, 'surest')).total;
    const none = (await question('Smiling', false, 'surest')).faces.map(({ row }) => row);
    await correct({ kind: 'attribute', rows: none.slice(0, 2), attribute: 'Smiling', value: true });
    expect((await question('Smiling', true, 'surest')).total).toBe(before + 2);
    await correct({ kind: 'notFace', rows: none.slice(0, 1), value: true });
    expect((await question('Smiling', true, 'surest')).total).toBe(before + 1);
  });

  it('meet all conditions', () => {
    const probabilities = Float32Array.of(0.9, 0.9, 0.9, 0.1, 0.6, 0.4, 0.5, 0.5);
    const rows = answer(
      { probabilities, names: ['A', 'B'] },
      [
        { attribute: 'A', present: true },
        { attribute: 'B', present: false },
      ],
      'surest',
      { notFaces: new Set() },
    );
    expect([...rows]).toEqual([1, 2]);
  });
});
