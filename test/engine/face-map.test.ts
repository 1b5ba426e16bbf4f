/** The map of all faces of a run. */
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { clusterLabels, readClustering } from '../../src/runs/run-files';
import { openRun } from '../../src/engine/open-runs';
import { settingsWith, startEngine } from '../support/engine';
import { temporaryFolder } from '../support/images';
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
