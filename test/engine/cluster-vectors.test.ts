/** Clustering of attribute vectors that the user brings, through the real engine. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { clusteringSettings } from '../../src/domain/settings';
import { settingsWith, startEngine } from '../support/engine';
import { temporaryFolder } from '../support/images';

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
