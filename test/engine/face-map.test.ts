/** The map of all faces of a run. */
import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { readPlaces, writePlaces } from '../../src/runs/places-file';
import type { FaceMap } from '../../src/domain/face-map';
import { clusterLabels, readClustering } from '../../src/runs/run-files';
import { openRun } from '../../src/engine/open-runs';
import { settingsWith, startEngine } from '../support/engine';
import { temporaryFolder } from '../support/images';
import { random } from '../support/vectors';
import { ATTRIBUTES, writeRun } from '../support/written-runs';

let runDir: string;
beforeEach(async () => {
  runDir = join(await temporaryFolder(), 'some-run');
});

const settings = settingsWith({ clusters: 3, attributes: ATTRIBUTES });

describe('the map', () => {
  it('has a place in the unit square and the cluster of each face', async () => {
    const engine = startEngine();
    await writeRun(runDir, { faces: 40 });
    await engine.call('cluster', { runDir, settings });
    const map = await engine.call('places', { runDir });
    expect(map).toMatchObject({ arrangement: 'axes', distinct: 10, sample: 10 });
    expect(map.clusters).toEqual(clusterLabels((await readClustering(runDir))!));
    expect(map.places).toHaveLength(80);
    expect(Math.min(...map.places)).toBe(0);
    expect(Math.max(...map.places)).toBe(1);
    // Every tenth face has the same attributes.
    expect([...map.places.subarray(20, 40)]).toEqual([...map.places.subarray(0, 20)]);
    expect(new Set(map.places.filter((_, i) => i % 2 === 0)).size).toBe(10);
  });

  it('by axes is that which was stored with clusters of probabilities', async () => {
    const engine = startEngine();
    await writeRun(runDir, { faces: 40 });
    const maps: FaceMap[] = [];
    for (const features of ['binary', 'probability'] as const) {
      await engine.call('cluster', {
        runDir,
        settings: { ...settings, features, weights: 'none' },
      });
      maps.push(await engine.call('places', { runDir }));
    }
    const [computed, stored] = maps;
    expect(stored!.arrangement).toBe('axes');
    computed!.places.forEach((value, i) => {
      expect(stored!.places[i]).toBeCloseTo(value, 5);
    });
  });

  it('is arranged once for the same vectors, and kept with the run', async () => {
    const engine = startEngine();
    await writeRun(runDir, { faces: 60 });
    const next = random(9);
    const probabilities = Float32Array.from({ length: 180 }, () => next());
    await writeFile(join(runDir, 'probabilities.f32'), new Uint8Array(probabilities.buffer));
    await engine.call('cluster', { runDir, settings });
    const axes = await engine.call('places', { runDir });
    const arranged = await engine.call('arrangedPlaces', { runDir });
    expect(arranged).toMatchObject({ arrangement: 'neighbors', distinct: 60, sample: 60 });
    expect(arranged.places).not.toEqual(axes.places);
    expect(await engine.call('places', { runDir })).toEqual(arranged);
    const { mtimeMs } = await stat(join(runDir, 'places.json'));
    // The places do not depend on the clusters.
    await engine.call('cluster', { runDir, settings: { ...settings, clusters: 5 } });
    const again = await engine.call('arrangedPlaces', { runDir });
    expect(again.places).toEqual(arranged.places);
    expect(Math.max(...again.clusters)).toBe(4);
    expect((await stat(join(runDir, 'places.json'))).mtimeMs).toBe(mtimeMs);
    await engine.call('cluster', { runDir, settings: { ...settings, attributes: ['Male'] } });
    expect(await engine.call('places', { runDir })).toMatchObject({ arrangement: 'axes' });
  });

  it('is arranged again where what was kept is damaged', async () => {
    const engine = startEngine();
    await writeRun(runDir, { faces: 40 });
    await engine.call('cluster', { runDir, settings });
    const key = 'a key';
    await writePlaces(runDir, key, { places: new Float32Array(80), distinct: 10, sample: 10 });
    expect(await readPlaces(runDir, key, 40)).toMatchObject({ distinct: 10 });
    expect(await readPlaces(runDir, 'another key', 40)).toBeUndefined();
    expect(await readPlaces(runDir, key, 39)).toBeUndefined();
    for (const value of [NaN, 2]) {
      const places = new Float32Array(80).fill(value);
      await writePlaces(runDir, key, { places, distinct: 10, sample: 10 });
      expect(await readPlaces(runDir, key, 40)).toBeUndefined();
    }
    await writeFile(join(runDir, 'places.json'), '{"key":');
    expect(await readPlaces(runDir, key, 40)).toBeUndefined();
    expect(await engine.call('places', { runDir })).toMatchObject({ arrangement: 'axes' });
  });

  it('has the probabilities of an attribute, and the cards of faces', async () => {
    const engine = startEngine();
    await writeRun(runDir, { faces: 40 });
    const { probabilities } = await openRun(runDir);
    const values = await engine.call('attributeValues', { runDir, attribute: 'Male' });
    expect([...values]).toEqual(
      Array.from({ length: 40 }, (_, row) => Math.round(255 * probabilities[3 * row + 1]!)),
    );
    await expect(engine.call('attributeValues', { runDir, attribute: 'x' })).rejects.toThrow(
      "the run has no attribute 'x'",
    );
    const cards = await engine.call('faceCards', { runDir, rows: [7, 3] });
    expect(cards.map(({ row, image }) => [row, image])).toEqual([
      [7, 'a/7.jpg'],
      [3, 'a/3.jpg'],
    ]);
    await expect(engine.call('faceCards', { runDir, rows: [3, 40] })).rejects.toThrow(
      'the run has 40 faces, and no row 40',
    );
  });
});
