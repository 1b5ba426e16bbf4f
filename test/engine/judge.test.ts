/** Groupings judged against labels. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { clusteringSettings } from '../../src/domain/settings';
import { judgeFaces } from '../../src/engine/clustering/judge-faces';
import type { Truth } from '../../src/engine/clustering/truth';
import { compare } from '../../src/engine/jobs/compare';
import { comparisonChart } from '../../src/summaries/comparison-chart';
import { comparisonCsv } from '../../src/summaries/comparison-table';
import { comparisonText } from '../../src/summaries/comparison-text';
import { judgementLines } from '../../src/summaries/judgement-text';
import { settingsWith, startEngine } from '../support/engine';
import { temporaryFolder } from '../support/images';
import { binaryRows } from '../support/vectors';
import { writeRun } from '../support/written-runs';

const NAMES = ['Smiling', 'Male', 'Eyeglasses'];
const settings = (values: object = {}) =>
  clusteringSettings(settingsWith({ attributes: NAMES, ...values }));
const ONCE = { seeds: 1, share: 1 };

const rows = binaryRows(200, 3, 1);
const input = { probabilities: Float32Array.from(rows.flat()), names: NAMES };
const truthOf = (changes: Partial<Truth> = {}): Truth => ({
  labels: '/data/labels.csv',
  attributes: NAMES,
  values: input.probabilities,
  rows: Int32Array.from(rows.keys()),
  ...changes,
});

describe('judgeFaces', () => {
  it('finds nothing wrong where clusters are the true classes', async () => {
    const judgement = await judgeFaces(input, settings({ clusters: 8 }), truthOf(), ONCE, {});
    expect(judgement).toMatchObject({
      faces: 200,
      unlabeled: 0,
      classes: 8,
      noise: 0,
      clusters: 8,
    });
    for (const [name, score] of Object.entries(judgement.scores))
      expect(score!.mean, name).toBeCloseTo(1, 9);
    for (const name of NAMES)
      expect(judgement.perAttribute[name]).toEqual({ mean: 1, low: null, high: null });
  });

  it('judges only faces with labels, and only labels of attributes that are compared', async () => {
    const columns = ['Tall', 'Male'];
    const values = Float32Array.from(rows.flatMap(([, male]) => [1, male!]));
    const labeled = truthOf({
      attributes: columns,
      values,
      rows: Int32Array.from(rows, (_, i) => (i % 4 === 0 ? i : -1)),
    });
    const judgement = await judgeFaces(input, settings({ clusters: 8 }), labeled, ONCE, {});
    expect(judgement).toMatchObject({
      faces: 50,
      unlabeled: 150,
      attributes: ['Male'],
      classes: 2,
    });
    expect(judgement.scores.homogeneity!.mean).toBeCloseTo(1, 9);
    expect(judgement.scores.completeness!.mean).toBeLessThan(0.8);
    const [what] = judgementLines(judgement);
    expect(what).toBe(
      'against the labels in labels.csv: 50 faces in 2 classes by 1 attribute; 150 other faces without labels',
    );
  });

  it('repeats with other seeds and other parts of the faces, and gives intervals', async () => {
    const repeated = { seeds: 4, share: 0.5 };
    const judge = () =>
      judgeFaces(input, settings({ clusters: 3, seed: 9 }), truthOf(), repeated, {});
    const judgement = await judge();
    expect(judgement.seeds).toEqual([9, 10, 11, 12]);
    const { mean, low, high } = judgement.scores.vMeasure!;
    expect(low!).toBeLessThan(mean);
    expect(high! - mean).toBeCloseTo(mean - low!, 12);
    expect(await judge()).toEqual(judgement);
    expect(judgementLines(judgement)[0]).toMatch(
      /means of 4 seeds with 95 % intervals, each of 50 % of the faces$/,
    );
    expect(judgementLines(judgement).join('\n')).toMatch(/V-measure +0\.\d{3} ± 0\.\d{3}/);
  });

  it('says that noise counts as a cluster', async () => {
    const noisy = settings({ method: 'dbscan', eps: 0.1, minSamples: 20 });
    const judgement = await judgeFaces(input, noisy, truthOf(), ONCE, {});
    expect(judgement.noise).toBeGreaterThan(0);
    expect(judgementLines(judgement)[0]).toMatch(
      /of the faces are noise, which counts as a cluster/,
    );
  });

  it('refuses labels of other images or of other attributes', async () => {
    const judge = (truth: Truth) => judgeFaces(input, settings(), truth, ONCE, {});
    await expect(judge(truthOf({ rows: new Int32Array(200).fill(-1) }))).rejects.toThrow(
      "none of the 200 faces has a label in '/data/labels.csv'",
    );
    await expect(judge(truthOf({ attributes: ['A', 'B', 'C'] }))).rejects.toThrow(
      /name none of the attributes that faces are compared by: Smiling, Male, Eyeglasses/,
    );
  });
});

describe('compare', () => {
  const params = {
    methods: ['kmeans', 'agglomerative', 'dbscan'] as const,
    from: 2,
    to: 8,
    outDir: undefined,
  };
  const job = {
    signal: new AbortController().signal,
    host: 'thread' as const,
    onProgress: () => undefined,
  };
  const compared = (values: object, truth?: Truth) =>
    compare(
      input,
      { ...params, methods: [...params.methods], settings: settings({ seed: 3 }), ...values },
      job,
      { truth },
    );

  it('gives means with intervals of the methods that draw at random', async () => {
    const several = await compared({ seeds: 3 });
    expect(several.seeds).toEqual([3, 4, 5]);
    for (const { method, range } of several.points)
      expect(range === undefined, method).toBe(method !== 'kmeans');
    const one = (await compared({})).points.find(({ k }) => k === 5)!;
    const mean = several.points.find(({ k }) => k === 5)!;
    expect(one.range).toBeUndefined();
    expect(mean.range!.low).toBeLessThanOrEqual(mean.silhouette!);
    expect(comparisonText(several)).toMatch(
      /by 3 attributes of 0 and 1, weights standardized; means of seeds 3 to 5/,
    );
    expect(comparisonCsv(several)).toMatch(
      /^method,k,clusters,noise,silhouette,silhouette_low,silhouette_high,seconds,faces\nkmeans,2,/,
    );
    expect(comparisonChart(several)).toContain('fill-opacity="0.18"');
    expect(comparisonChart(await compared({}))).not.toContain('fill-opacity');
  });

  it('judges each grouping by labels', async () => {
    const { points, labels } = await compared({}, truthOf());
    expect(labels).toBe('/data/labels.csv');
    const every = points.filter(({ k }) => k === 8);
    expect(every.map(({ method }) => method)).toEqual(['kmeans', 'agglomerative']);
    for (const { truth } of every) expect(truth!.balancedAccuracy).toBe(1);
    expect(points.find(({ k }) => k === 2)!.truth!.balancedAccuracy).toBeLessThan(1);
    expect(comparisonCsv({ ...(await compared({}, truthOf())) })).toMatch(
      /,balanced_accuracy,adjusted_rand,/,
    );
  });
});

describe('the engine', () => {
  const table = (names: readonly string[]) =>
    ['image,Smiling,Male', ...names.map((name, i) => `${name},${i % 2},${(i >> 1) % 2}`), ''].join(
      '\n',
    );

  it('judges a run by the names of its images', async () => {
    const folder = await temporaryFolder();
    const runDir = join(folder, 'run');
    await writeRun(runDir, { faces: 40 });
    const labels = join(folder, 'labels.csv');
    await writeFile(
      labels,
      table(Array.from({ length: 30 }, (_, i) => (i < 15 ? `a/${i}.jpg` : `${i}.jpg`))),
    );
    const params = { labels, settings: settings({ attributes: ['Smiling', 'Male'] }), ...ONCE };
    const judgement = await startEngine().call('judge', { runDir, ...params });
    expect(judgement).toMatchObject({ faces: 30, unlabeled: 10, attributes: ['Smiling', 'Male'] });
  });

  it('finds the labels beside the images of a run, and only true ones', async () => {
    const images = await temporaryFolder();
    const runDir = join(await temporaryFolder(), 'run');
    await writeRun(runDir, { faces: 40, folders: [images] });
    const engine = startEngine();
    const truth = () => engine.call('truth', { runDir });
    await engine.call('cluster', {
      runDir,
      settings: settings({ attributes: ['Smiling', 'Male'] }),
    });
    expect(await truth()).toBeNull();
    const labels = table(Array.from({ length: 40 }, (_, i) => `a/${i}.jpg`));
    await writeFile(join(images, 'faces.csv'), labels); // as this program writes them
    expect(await truth()).toBeNull();
    await writeFile(join(images, 'notes.csv'), 'who,when\nAnn,yesterday\n');
    expect(await truth()).toMatchObject({ unfit: expect.stringContaining('notes.csv') as string });
    await writeFile(join(images, 'notes.csv'), labels);
    const judgement = await truth();
    expect(judgement).toMatchObject({ faces: 40, attributes: ['Smiling', 'Male'] });
    const params = { runDir, labels: join(images, 'notes.csv'), ...ONCE };
    const again = { settings: settings({ attributes: ['Smiling', 'Male'] }), ...params };
    expect(await engine.call('judge', again)).toEqual(judgement);

    await engine.call('correct', {
      runDir,
      request: { kind: 'notFace', rows: [3, 4], value: true },
    });
    expect(await truth(), 'what is no face has no label').toMatchObject({ faces: 38 });
    const methods = {
      methods: ['kmeans' as const],
      from: 2,
      to: 3,
      outDir: undefined,
      settings: again.settings,
    };
    const comparison = await engine.call('compare', { runDir, ...methods });
    expect(comparison.faces).toBe(38);
  });

  it('judges vectors by the names in their table', async () => {
    const folder = await temporaryFolder();
    const file = join(folder, 'vectors.csv');
    const names = Array.from({ length: 20 }, (_, i) => `${i}.jpg`);
    await writeFile(file, table(names));
    const outDir = join(folder, 'out');
    const params = { file, limit: 0, sample: 0, outDir, judging: { labels: file, ...ONCE } };
    const { judgement } = await startEngine().call('vectors', {
      ...params,
      settings: clusteringSettings(settingsWith({ clusters: 4 })),
    });
    expect(judgement!.faces).toBe(20);
    expect(judgement!.scores.purity!.mean).toBe(1);
  });
});
