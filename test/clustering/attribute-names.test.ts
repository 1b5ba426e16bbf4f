/** Networks and tables may call attributes what every JavaScript object has already. */
import { deserialize, serialize } from 'node:v8';
import { describe, expect, it } from 'vitest';
import { scoreAttributes } from '../../src/datasets/evaluation';
import { attributeWeights, standardizedWeights } from '../../src/domain/attribute-weights';
import { checkSettings, clusteringSettings } from '../../src/domain/settings';
import { clusterFaces } from '../../src/engine/clustering/cluster-faces';
import { panelParams } from '../../src/protocol/panel';
import { bars } from '../../src/summaries/bars';
import { occurrenceChart } from '../../src/summaries/occurrence-chart';
import { classifyAttributes } from '../../src/summaries/tell-apart';
import { own } from '../../src/util/own';
import { settingsWith } from '../support/engine';

const NAMES = ['constructor', '__proto__', 'toString', 'hasOwnProperty', 'Smiling'];
/** Faces that have the first attribute, the first two, and so on. */
const probabilities = Float32Array.from({ length: 5 * 5 }, (_, at) =>
  at % 5 <= Math.floor(at / 5) ? 1 : 0,
);

describe('attributes called like what objects inherit', () => {
  it('are clustered, counted and weighed like any other', async () => {
    const settings = clusteringSettings(
      settingsWith({ attributes: NAMES, clusters: 2, weights: 'none' }),
    );
    const { clustering } = await clusterFaces({ probabilities, names: NAMES }, settings);
    // As they go to other processes and to disk.
    for (const copy of [
      clustering,
      JSON.parse(JSON.stringify(clustering)) as typeof clustering,
      deserialize(serialize(clustering)) as typeof clustering,
    ]) {
      expect(Object.entries(copy.weights)).toEqual(NAMES.map((name) => [name, 1]));
      expect(Object.entries(copy.overall).map(([name]) => name)).toEqual(NAMES);
      expect(NAMES.map((name) => own(copy.overall, name))).toEqual(
        [1, 0.8, 0.6, 0.4, 0.2].map((share) => expect.closeTo(share) as number),
      );
      expect(bars(copy.clusters[0]!)).toHaveLength(NAMES.length);
    }
    expect(clustering.inertia).toBeGreaterThanOrEqual(0);
    expect(clustering.silhouette).toBeGreaterThan(0);
    expect(occurrenceChart(clustering.clusters[0]!, {}, '')).not.toMatch(
      /NaN|undefined|native code/,
    );
  });

  it('are standardized: each varies as much as the others', async () => {
    const settings = clusteringSettings(settingsWith({ attributes: NAMES, clusters: 2 }));
    const weights = Object.values(
      (await clusterFaces({ probabilities, names: NAMES }, settings)).clustering.weights,
    );
    const deviation = (share: number) => Math.sqrt(share * (1 - share));
    const spreads = [0, 0.8, 0.6, 0.4, 0.2].map((share, i) => weights[i]! * deviation(share));
    expect(weights[0]).toBe(1); // all have it
    for (const spread of spreads.slice(1)) expect(spread).toBeCloseTo(Math.sqrt(0.2), 9);
    const original = { ...settings, preset: 'original' } as const;
    const { clustering } = await clusterFaces({ probabilities, names: NAMES }, original);
    expect(Object.values(clustering.weights)).toEqual([1, 1, 1, 1, 1]);
  });

  it('count at most as those that one face in a hundred has', () => {
    const [often, seldom, never] = standardizedWeights([0.5, 0.01, 0]);
    expect(seldom! / often!).toBeCloseTo(5, 9);
    expect(never).toBe(1);
    expect([...standardizedWeights([0, 0])]).toEqual([1, 1]);
  });

  it('weigh 1 where no weight names them', () => {
    expect([...attributeWeights(NAMES, { Smiling: 3 })]).toEqual([1, 1, 1, 1, 3]);
    expect([...attributeWeights(NAMES, { 'smiling!': 3 })]).toEqual([1, 1, 1, 1, 3]);
  });

  it('have no frequency where none is known', () => {
    for (const name of NAMES.slice(0, 4))
      expect(() => attributeWeights([name], 'rare'), name).toThrow(/need the frequency/);
    expect(classifyAttributes({ Smiling: 1, toString: 0.5 }, {})).toEqual({
      prominent: ['Smiling'],
      noisy: ['toString'],
    });
  });

  it('weigh what the settings say, in every copy of them', () => {
    const weights = JSON.parse('{"constructor": 2, "__proto__": 3, "toString": 0}') as Record<
      string,
      number
    >;
    const { settings, problems } = checkSettings({ weights }, (name) => name);
    expect(problems).toEqual([]);
    const again = clusteringSettings(clusteringSettings(settings) as typeof settings);
    expect([...attributeWeights(NAMES, again.weights as Record<string, number>)]).toEqual([
      2, 3, 0, 1, 1,
    ]);
    expect(
      checkSettings({ weights: JSON.parse('{"__proto__": -1}') as unknown }, (name) => name)
        .problems,
    ).toHaveLength(1);
  });

  it('are scored each by itself', () => {
    const { perAttribute, accuracy } = scoreAttributes(NAMES, probabilities, probabilities);
    expect(Object.keys(perAttribute)).toEqual(NAMES);
    expect(accuracy).toBe(1);
  });
});

describe('calls of a page', () => {
  const changes = (text: string) =>
    panelParams.settings.safeParse({ changes: JSON.parse(text) as unknown });

  it('that name what objects inherit are refused, not obeyed and not thrown at', () => {
    for (const name of [
      'constructor',
      'toString',
      'hasOwnProperty',
      'model',
      'cudaLibraries',
      'cacheLimit',
    ]) {
      expect(changes(`{"${name}": 1}`).success, name).toBe(false);
    }
    expect(changes('{"clusters": 5}').success).toBe(true);
  });

  it('that are out of all bounds are refused', () => {
    const many = Array.from({ length: 10_001 }, (_, i) => `a${String(i)}`);
    const weights = Object.fromEntries(many.map((name) => [name, 1]));
    for (const [name, params] of [
      ['photo', { row: -1 }],
      ['photo', { row: 0.5 }],
      ['faceCards', { rows: [] }],
      ['faceCards', { rows: Array.from({ length: 65 }, (_, row) => row) }],
      ['attributeValues', { attribute: 'x'.repeat(1001) }],
      ['open', { row: 2 ** 31, beside: true }],
      ['open', { row: 0, beside: true, path: '/etc/passwd' }],
      ['faces', { cluster: 0, order: 'typical', start: 0, count: 501 }],
      ['faces', { cluster: -4, order: 'typical', start: 0, count: 1 }],
      ['faces', { cluster: 0, order: 'probable', attribute: '', start: 0, count: 1 }],
      ['faceComponents', { cluster: -4 }],
      ['clusterDistance', { clusters: [0] }],
      ['ask', { conditions: [], order: 'surest', start: 0, count: 1 }],
      [
        'ask',
        { conditions: [{ attribute: '', present: true }], order: 'surest', start: 0, count: 1 },
      ],
      ['alike', { row: 0, count: 51 }],
      ['correct', { request: { kind: 'name', cluster: 0, name: ' \n' } }],
      ['correct', { request: { kind: 'name', cluster: 0, name: 'x'.repeat(201) } }],
      ['correct', { request: { kind: 'color', cluster: 0, color: 'url(x)' } }],
      ['correct', { request: { kind: 'move', rows: [-1], to: 0 } }],
      ['correct', { request: { kind: 'split', cluster: 0, parts: 1 } }],
      ['correct', { request: { kind: 'replay' } }],
      ['note', { cluster: 0, note: 'x' }],
      ['images', { cluster: 0, action: 'openSettings' }],
      ['command', { command: 'clearStore' }],
      ['trouble', { message: 'x'.repeat(2001) }],
      ['settings', { changes: { attributes: many } }],
      ['settings', { changes: { attributes: ['x'.repeat(1001)] } }],
      ['settings', { changes: { weights } }],
    ] as const) {
      const title = JSON.stringify([name, params]).slice(0, 100);
      expect(panelParams[name].safeParse(params).success, title).toBe(false);
    }
  });
});
