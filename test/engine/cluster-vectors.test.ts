/** Clustering of attribute vectors that the user brings, through the real engine. */
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { clusteringSettings } from '../../src/domain/settings';
import { settingsWith, startEngine } from '../support/engine';
import { temporaryFolder } from '../support/images';
import { random } from '../support/vectors';

/** Clusters a table whose header names `attributes`; returns the attributes in clusters.json. */
async function attributesInJson(attributes: string[]) {
  const folder = await temporaryFolder();
  const file = join(folder, 'vectors.csv');
  const rows = Array.from({ length: 8 }, (_, row) =>
    [`${row}.jpg`, ...attributes.map((_, column) => (row >> column) % 2)].join(','),
  );
  await writeFile(file, [['image', ...attributes].join(','), ...rows, ''].join('\n'));
  const outDir = join(folder, 'out');
  await startEngine().call('vectors', {
    file,
    settings: clusteringSettings(settingsWith({ clusters: 2 })),
    limit: 0,
    sample: 0,
    outDir,
  });
  return JSON.parse(await readFile(join(outDir, 'clusters.json'), 'utf8')) as {
    attributes: string[];
    weights: Record<string, number>;
    clusters: { occurrences: Record<string, number> }[];
  };
}

describe('clusters.json of vectors', () => {
  it('lists the attributes of the table where it has none of the default ones', async () => {
    const { attributes, weights, clusters } = await attributesInJson(['Tall', 'Freckled']);
    expect(attributes).toEqual(['Tall', 'Freckled']);
    expect(Object.keys(weights)).toEqual(attributes);
    expect(Object.keys(clusters[0]!.occurrences).sort()).toEqual([...attributes].sort());
  });

  it('lists the default attributes that the table has', async () => {
    const { attributes } = await attributesInJson(['Tall', 'Smiling', 'Bald']);
    expect(attributes).toEqual(['Smiling', 'Bald']);
  });
});

describe('a table of vectors as large as CelebA', () => {
  it('takes little more memory than its values', async () => {
    const [rows, columns] = [200_000, 40];
    const next = random(3);
    const names = Array.from({ length: columns }, (_, i) => `A${i}`).join(' ');
    const lines = Array.from({ length: rows }, (_, row) => {
      let line = `${row}.jpg`;
      for (let i = 0; i < columns; i++) line += next() < 0.2 ? ' 1' : ' -1';
      return line;
    });
    const folder = await temporaryFolder();
    const file = join(folder, 'vectors.txt');
    await writeFile(file, `${names}\n${lines.join('\n')}\n`);
    const engine = startEngine();
    const settings = clusteringSettings(
      settingsWith({ clusters: 4, attributes: ['A1', 'A2', 'A3'] }),
    );
    const outDir = join(folder, 'out');
    await engine.call('vectors', { file, settings, limit: 0, sample: 0, outDir });
    expect((await stat(join(outDir, 'faces.csv'))).size).toBeGreaterThan(50e6);
    expect(engine.peakMemory).toBeLessThan(300e6);
  });
});
