/** What the data set view asks the engine for, over the sample portraits. */
import { readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { analysisSettings } from '../../src/domain/settings';
import { bundled, cli, settingsWith, startEngine } from '../support/engine';
import { PORTRAITS, temporaryFolder } from '../support/images';

const OPTIONS = { attributes: [], drop: [], dropZero: 0, seed: 1 };

/** The portraits labelled by their folders, one of them wrongly. */
async function labelled() {
  const folder = await temporaryFolder();
  for (const part of ['female', 'male']) await symlink(join(PORTRAITS, part), join(folder, part));
  // prettier-ignore
  const names = (await Promise.all(['female', 'male'].map(async (part) => (await readdir(join(PORTRAITS, part))).map((name) => `${part}/${name}`)))).flat();
  const images = names.filter((name) => name.endsWith('.jpg')).sort();
  const wrong = 'female/12.jpg';
  const rows = images.map((name, i) =>
    [name, i % 2, name.startsWith('male') !== (name === wrong) ? 1 : 0, i % 3 === 0 ? 1 : 0].join(
      ',',
    ),
  );
  await writeFile(
    join(folder, 'labels.csv'),
    ['image,partition,Male,Third', ...rows, 'female/gone.jpg,0,1,1', ''].join('\n'),
  );
  return { choice: { folder, labels: undefined, options: OPTIONS }, images, wrong };
}

describe('the data set view', () => {
  it('counts, and draws others with another seed, of a partition or with an attribute', async () => {
    const engine = startEngine();
    const { choice, images } = await labelled();
    const summary = await engine.call('exploreDataset', choice);
    expect(summary).toMatchObject({
      rows: images.length + 1,
      missing: 1,
      allAttributes: ['Male', 'Third'],
    });
    expect(summary.correlation[0]).toBeCloseTo(1, 9);
    expect(summary.correlation[1]).toBeCloseTo(summary.correlation[2]!, 12);

    const draw = (seed: number, partition: string | null = null, attribute: string | null = null) =>
      engine.call('datasetSamples', { ...choice, count: 10, seed, partition, attribute });
    const first = await draw(1);
    expect(first).toHaveLength(10);
    expect((await draw(1)).map(({ row }) => row)).toEqual(first.map(({ row }) => row));
    expect((await draw(2)).map(({ row }) => row)).not.toEqual(first.map(({ row }) => row));
    const [{ jpeg } = { jpeg: null }] = first.filter((each) => each.jpeg !== null);
    expect(await sharp(jpeg!).metadata()).toMatchObject({ width: 89, height: 109 });
    for (const sample of await draw(3, '1', 'Third')) {
      expect(sample.partition).toBe('1');
      expect(sample.attributes).toContain('Third');
    }
    const { path } = await engine.call('datasetImage', { ...choice, row: 0 });
    expect(path.endsWith(images[0]!)).toBe(true);
    await expect(engine.call('datasetImage', { ...choice, row: images.length })).rejects.toThrow(
      /'female\/gone.jpg' is not there/,
    );
  });

  it('finds the label that is wrong, surest first, of attributes the model knows', async () => {
    const engine = startEngine();
    const { choice, images, wrong } = await labelled();
    const settings = analysisSettings(settingsWith({ detect: 'always' }));
    const found = await engine.call('labelErrors', {
      ...choice,
      images: 1000,
      most: 5,
      pictures: true,
      settings,
      bundled,
      storeDir: null,
    });
    expect(found.faces + found.skipped).toBe(images.length);
    expect(found.attributes.map(({ name }) => name)).toEqual(['Male']);
    expect(found.surest.length).toBeLessThanOrEqual(5);
    const sure = found.surest.map(({ label, probability }) => Math.abs(label - probability));
    expect(sure).toEqual([...sure].sort((a, b) => b - a));
    expect(found.surest.map(({ image }) => image)).toContain(wrong);
    const wrongShare = found.attributes[0]!;
    expect(wrongShare.share).toBeCloseTo(wrongShare.wrong / found.faces, 12);

    // The command line writes the same.
    const out = await temporaryFolder();
    // prettier-ignore
    const run = await cli('dataset', choice.folder, '--out', out, '--check-labels', '1000', '--detect', 'always', '--provider', 'cpu', '--seed', '1', '--no-cache');
    expect(run.stdout).toContain(`${found.faces} faces compared with the network`);
    const table = parse<Record<string, string>>(await readFile(join(out, 'label-errors.csv')), {
      columns: true,
    });
    expect(table.slice(0, 5).map(({ image }) => image)).toEqual(
      found.surest.map(({ image }) => image),
    );

    const other = { ...choice, options: { ...OPTIONS, attributes: ['Third'] } };
    await expect(
      engine.call('labelErrors', {
        ...other,
        images: 5,
        most: 5,
        pictures: true,
        settings,
        bundled,
        storeDir: null,
      }),
    ).rejects.toThrow(/name none of the model's attributes/);
  });
});
