/** What `cluster` reads of folders, and what it says of the rest. */
import { copyFile, mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { writeAlignedCrops } from '../support/aligned-crops';
import { cli } from '../support/engine';
import { tiff } from '../support/tiff';
import { PHOTOS, PORTRAITS, temporaryFolder, writeFiles } from '../support/images';

const OPTIONS = ['--provider', 'cpu', '--detect', 'never', '--clusters', '2', '--no-cache'];

const rows = async (file: string) =>
  parse<Record<string, string>>(await readFile(file), { columns: true, bom: true });

/** Copies sample portraits under these names. */
async function portraits(folder: string, ...names: string[]): Promise<void> {
  const found = await readdir(PORTRAITS, { recursive: true });
  const files = found.filter((name) => name.endsWith('.jpg')).sort();
  await mkdir(folder, { recursive: true });
  for (const [i, name] of names.entries())
    await copyFile(join(PORTRAITS, files[i]!), join(folder, name));
}

describe('face-clusters cluster', () => {
  it('finds the same faces when its results lie among the photos', async () => {
    const folder = await temporaryFolder();
    await portraits(folder, 'a.jpg', 'b.jpg', 'c.jpg');
    const run = () => cli('cluster', folder, '--out', join(folder, 'out'), ...OPTIONS);
    expect((await run()).stdout).toContain('3 faces in 3 of 3 images');
    const first = await readFile(join(folder, 'out', 'faces.csv'), 'utf8');
    const { stdout } = await run();
    expect(stdout).toContain('3 faces in 3 of 3 images');
    expect(stdout).toMatch(/\d pictures of earlier exports left out/);
    expect(await readFile(join(folder, 'out', 'faces.csv'), 'utf8')).toBe(first);
  });

  it('names folders in front of images, and lists what it leaves out', async () => {
    const folder = await temporaryFolder();
    await portraits(join(folder, '2023'), 'ä.jpg', 'b.jpg', 'c.png');
    await portraits(join(folder, '2024'), 'ä.jpg', 'raw.jpg');
    await writeFiles(folder, {
      '2024/bad.jpg': 'x',
      '2024/clip.mov': '',
      '2023/#recycle/1.jpg': '',
    });
    const out = await temporaryFolder();
    const folders = [join(folder, '2023'), join(folder, '2024')];
    const { stdout } = await cli(
      ...['cluster', ...folders, '--out', out, '--exclude', 'raw*', '--exclude', '*.png'],
      ...OPTIONS,
    );
    expect(stdout).toContain('1 file of other kinds not read: 1 mov');
    expect(stdout).toContain('2 images left out by the settings include and exclude');
    expect(stdout).toContain('1 folder left out: 2023/#recycle');
    expect((await rows(join(out, 'failed.csv'))).map(({ image }) => image)).toEqual([
      '2024/bad.jpg',
    ]);
    const faces = await rows(join(out, 'faces.csv'));
    expect(faces.map(({ image }) => image)).toEqual(['2023/b.jpg', '2023/ä.jpg', '2024/ä.jpg']);
    expect((await readFile(join(out, 'faces.csv'))).subarray(0, 3).toString('hex')).toBe('efbbbf');
  });

  it('writes failed.csv where no image can be used, and leaves other results', async () => {
    const folder = await temporaryFolder();
    await writeFiles(folder, { 'a.jpg': 'x', 'b.jpg': 'y' });
    const out = await temporaryFolder();
    await writeFiles(out, { 'notes.txt': 'mine' });
    const { status, stderr } = await cli('cluster', folder, '--out', out, ...OPTIONS);
    expect(status).toBe(1);
    expect(stderr).toContain("of 2 images none can be used; the first, 'a.jpg': not an image");
    expect((await readdir(out)).sort()).toEqual([
      '.face-clusters.json',
      'failed.csv',
      'notes.txt',
      'without-face.csv',
    ]);
    expect(await rows(join(out, 'failed.csv'))).toHaveLength(2);
  });

  it.each([
    ['aligned crops', 8, 2],
    ['photos', 2, 6],
  ])('searches photos and takes crops as they are, where most are %s', async (_, crops, photos) => {
    const folder = await temporaryFolder();
    await writeAlignedCrops(folder, ...Array.from({ length: crops }, (__, i) => `crop-${i}.jpg`));
    const samples = (await readdir(PHOTOS)).sort().slice(0, photos);
    for (const name of samples) await copyFile(join(PHOTOS, name), join(folder, `photo-${name}`));
    const out = await temporaryFolder();
    const { stdout } = await cli(
      ...['cluster', folder, '--out', out, '--provider', 'cpu', '--clusters', '2', '--no-cache'],
    );
    expect(stdout).toContain(
      `faces searched for in ${photos} images, ${crops} images taken as aligned crops`,
    );
    for (const { image, x } of await rows(join(out, 'faces.csv')))
      expect(x === '', image).toBe(image!.startsWith('crop-'));
  });

  it('remarks on pages it does not read and values it scales, from the cache as well', async () => {
    const folder = await temporaryFolder();
    const [width, height] = [60, 40];
    const samples = Uint8Array.from({ length: width * height }, (_, i) => i);
    const page = { width, height, samples, samplesPerPixel: 1 };
    const floats = Float32Array.from(samples, (value) => value / 255);
    const transparent = Uint8Array.from(
      { length: 4 * width * height },
      (_, i) => ((i % 4) * 40) % 120,
    );
    await writeFiles(folder, {
      'a.tif': tiff([page, page, page]),
      'b.tif': tiff([page]),
      'c.tif': tiff([{ ...page, samples: floats }]),
      'd.tif': tiff([{ width, height, samples: transparent, samplesPerPixel: 4, extraSamples: 2 }]),
    });
    const out = await temporaryFolder();
    for (const cached of ['', '4 of 4 images were in the cache and not read again']) {
      const { stdout } = await cli(
        ...['cluster', folder, '--out', out, '--provider', 'cpu', '--detect', 'never'],
        ...['--clusters', '1'],
      );
      expect(stdout).toContain(cached);
      expect(stdout).toContain('2 further pages or frames of 1 file not read; the first: a.tif');
      expect(stdout).toMatch(/values of 1 image scaled by their range, .*; the first: c\.tif/);
      expect(stdout).toMatch(/transparency of 1 image ignored, .*; the first: d\.tif/);
    }
  });

  it('refuses a pattern that is not valid', async () => {
    const { status, stderr } = await cli(
      ...['cluster', PORTRAITS, '--out', await temporaryFolder(), '--exclude', 'a{b'],
      ...OPTIONS,
    );
    expect(status).not.toBe(0);
    expect(stderr).toContain("a '{' or '}' has no counterpart");
  });

  it('puts the images of each cluster into a folder, as the user wants', async () => {
    const folder = await temporaryFolder();
    await portraits(join(folder, 'photos'), 'a.jpg', 'b.jpg', 'c.jpg');
    const run = (...more: string[]) =>
      cli('cluster', join(folder, 'photos'), '--out', join(folder, 'out'), ...OPTIONS, ...more);
    const { stdout } = await run('--images', 'hard');
    const images = join(folder, 'out', 'images');
    expect(stdout).toContain(`hard links of 3 images in '${images}'`);
    const names = await readdir(images, { recursive: true });
    expect(names.filter((name) => name.endsWith('.jpg'))).toHaveLength(3);
    expect((await run('--images', 'copy')).stdout).toContain(
      `copies of 0 images in '${images}', 3 there already`,
    );
    const tagged = await run('--images', 'copy', '--sidecars', 'lightroom');
    expect(tagged.stdout).toContain('3 XMP side-cars beside them');
    expect((await readdir(images, { recursive: true })).join()).toMatch(/a\.xmp/);
    expect((await run('--images', 'hard', '--sidecars', 'digikam')).stderr).toContain(
      'expected --sidecars with --images copy',
    );
    expect((await run('--images', 'moved')).stderr).toContain('copy, hard, symbolic');
    const vectors = ['cluster', '--vectors', 'x.csv', '--out', folder, '--images', 'copy'];
    expect((await cli(...vectors)).stderr).toContain('vectors have no images');
  });
});
