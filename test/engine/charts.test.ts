/** Charts as PNG. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp, { type Region } from 'sharp';
import { describe, expect, it } from 'vitest';
import { drawSvgs } from '../../src/images/draw-svg';
import { occurrenceChart } from '../../src/summaries/occurrence-chart';
import { UserError } from '../../src/util/errors';
import { cli, startEngine } from '../support/engine';
import { HOSTILE_NAMES } from '../support/hostile-names';
import { temporaryFolder, writeFiles } from '../support/images';
import { clusteringOf } from '../support/runs';

const chart = (name: string) => {
  const { clusters, overall } = clusteringOf({ [name]: 0.9 });
  return occurrenceChart(clusters[0]!, overall, name);
};

/** Share of the pixels of a part of a picture that are dark. */
async function darkShare(png: Uint8Array, part: Region) {
  const { data } = await sharp(png)
    .extract(part)
    .greyscale()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return data.filter((value) => value < 100).length / data.length;
}

describe('a chart as PNG', () => {
  it('is that of the SVG at twice its size, with its text', async () => {
    const svg = chart('Smiling');
    const png = await startEngine().call('drawChart', { svg });
    const [, width, height] = /width="(\d+)" height="(\d+)"/.exec(svg)!.map(Number);
    expect(await sharp(png).metadata()).toMatchObject({
      format: 'png',
      width: 2 * width!,
      height: 2 * height!,
    });
    const title = { left: 20, top: 16, width: 140, height: 32 };
    expect(await darkShare(png, title)).toBeGreaterThan(0.05);
    expect(await darkShare(png, { ...title, left: 800 })).toBe(0);
  });

  it('is drawn whatever attributes are called', async () => {
    const drawn = await drawSvgs(HOSTILE_NAMES.map(chart));
    expect(drawn).toHaveLength(HOSTILE_NAMES.length);
  });

  it('ends with words where it cannot be drawn', async () => {
    const drawn = startEngine().call('drawChart', { svg: '<svg><unclosed></svg>' });
    await expect(drawn).rejects.toThrow(UserError);
    await expect(drawn).rejects.toThrow(/^charts cannot be drawn as PNG: .*\. Save it as SVG$/);
  });
});

describe('--png', () => {
  it('writes charts of clusters and of a comparison as PNG, too, and nothing elsewhere', async () => {
    const folder = await temporaryFolder();
    const rows = Array.from({ length: 40 }, (_, i) => `${i}.jpg,${i % 2},${(i >> 1) % 2}`);
    await writeFiles(folder, { 'v.csv': ['image,Male,Smiling', ...rows].join('\n') });
    const home = join(folder, 'home');
    const { HOME, XDG_CACHE_HOME } = process.env;
    process.env.HOME = home;
    delete process.env.XDG_CACHE_HOME;
    try {
      for (const command of ['cluster', 'compare']) {
        const args = ['--vectors', join(folder, 'v.csv'), '--attributes', 'Male,Smiling', '--png'];
        const range = command === 'cluster' ? ['--clusters', '2'] : ['--to', '3'];
        const result = await cli(command, ...args, ...range, '--out', join(folder, command));
        expect(result).toMatchObject({ status: 0, stderr: '' });
      }
    } finally {
      process.env.HOME = HOME;
      if (XDG_CACHE_HOME !== undefined) process.env.XDG_CACHE_HOME = XDG_CACHE_HOME;
    }
    const files = await readdir(join(folder, 'cluster'), { recursive: true });
    expect(files).toEqual(expect.arrayContaining([join('clusters', '01', 'occurrences.png')]));
    expect(await readdir(join(folder, 'compare'))).toContain('comparison.png');
    const png = await readFile(join(folder, 'compare', 'comparison.png'));
    expect((await sharp(png).metadata()).format).toBe('png');
    expect(await readdir(folder)).not.toContain('home');
  });
});
