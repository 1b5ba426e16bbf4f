import { symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { folderLabels } from '../../src/images/folder-labels';
import { chooseImages } from '../../src/images/choose-images';
import { scanImages } from '../../src/images/scan-folders';
import { writeOutput } from '../../src/util/output-folder';
import { temporaryFolder, writeFiles } from '../support/images';

const names = async (...folders: string[]) =>
  Array.from((await scanImages(folders)).images, ({ name }) => name);

describe('scanImages', () => {
  it('finds images of all formats in nested folders, in the order of their paths', async () => {
    const folder = await temporaryFolder();
    await writeFiles(folder, {
      'b/B_0001.jpg': '',
      'a/A.JPEG': '',
      'c.png': '',
      'd.webp': '',
      'e.avif': '',
      'f.gif': '',
      'g.tif': '',
      'h.tiff': '',
      'notes.txt': '',
      jpg: '',
    });
    expect(await names(folder)).toEqual([
      'c.png',
      'd.webp',
      'e.avif',
      'f.gif',
      'g.tif',
      'h.tiff',
      'a/A.JPEG',
      'b/B_0001.jpg',
    ]);
  });

  it('finds images without an extension by their content', async () => {
    const folder = await temporaryFolder();
    const image = sharp({ create: { width: 20, height: 20, channels: 3, background: 'red' } });
    for (const format of ['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif'] as const)
      await image
        .clone()
        .toFormat(format)
        .toFile(join(folder, `0${format}`));
    await writeFiles(folder, { README: 'P1 is no picture\n', notes: 'BM', empty: '', 'a.txt': '' });
    await symlink('0png', join(folder, 'link'));
    expect((await names(folder)).sort()).toEqual(
      ['0jpeg', '0png', '0webp', '0gif', '0tiff', '0avif'].sort(),
    );
  });

  it('preserves names with spaces, quotes, #, % and emoji', async () => {
    const folder = await temporaryFolder();
    const odd = ['it\'s "me".jpg', 'a b.jpg', '50%25 #1.jpg', 'grün 😀.jpg', 'ends with dot..jpg'];
    await writeFiles(folder, Object.fromEntries(odd.map((name) => [name, ''])));
    expect((await names(folder)).sort()).toEqual([...odd].sort());
  });

  it.skipIf(process.platform !== 'linux')(
    'reads names that are not UTF-8 by their bytes',
    async () => {
      const folder = await temporaryFolder();
      const raw = Buffer.concat([
        Buffer.from(`${folder}/`),
        Buffer.from([0x66, 0xfc, 0x72]),
        Buffer.from('.jpg'),
      ]);
      await writeFile(raw, 'x');
      const image = (await scanImages([folder])).images.at(0)!;
      expect(image.name).toBe('f\\xFCr.jpg');
      expect(Buffer.isBuffer(image.path) && image.path.equals(raw)).toBe(true);
    },
  );

  it('skips hidden folders, node_modules and loops of links', async () => {
    const folder = await temporaryFolder();
    await writeFiles(folder, {
      'a/1.jpg': '',
      '.git/2.jpg': '',
      'node_modules/3.jpg': '',
      '.hidden.jpg': '',
    });
    await symlink(folder, join(folder, 'a', 'loop'));
    expect(await names(folder)).toEqual(['a/1.jpg']);
  });

  it('reads a chosen folder inside another one once', async () => {
    const folder = await temporaryFolder();
    await writeFiles(folder, { 'a/1.jpg': '', '2.jpg': '' });
    expect(await names(folder, join(folder, 'a'))).toEqual(['2.jpg', 'a/1.jpg']);
  });

  it('reports broken links', async () => {
    const folder = await temporaryFolder();
    await symlink('/nowhere/at/all.jpg', join(folder, 'broken.jpg'));
    const { images, failures } = await scanImages([folder]);
    expect(images.length).toBe(0);
    expect(failures).toEqual([
      { image: 'broken.jpg', reason: 'a symbolic link whose target does not exist' },
    ]);
  });

  it('puts the folder in front of names where there are several', async () => {
    const folder = await temporaryFolder();
    await writeFiles(folder, { 'a/1.jpg': '', 'b/1.jpg': '' });
    await symlink('/nowhere/at/all.jpg', join(folder, 'b', 'broken.jpg'));
    const { failures } = await scanImages([join(folder, 'a'), join(folder, 'b')]);
    expect(failures.map(({ image }) => image)).toEqual(['b/broken.jpg']);
  });

  it('counts files of other kinds, hidden images and folders that it leaves out', async () => {
    const folder = await temporaryFolder();
    await writeFiles(folder, {
      '1.jpg': '',
      '2.MOV': '',
      '3.mov': '',
      '4.svg': '',
      'notes.txt': '',
      '._1.jpg': '',
      '.DS_Store': '',
      '#RECYCLE/1.jpg': '',
      '@eadir/1.jpg': '',
      'Lightroom Previews.lrdata/1.jpg': '',
      'Photos.photoslibrary/originals/0/2.jpg': '',
      'Photos.photoslibrary/resources/derivatives/2.jpg': '',
    });
    const { images, leftOut } = await scanImages([folder]);
    expect([...images].map(({ name }) => name)).toEqual([
      '1.jpg',
      'Photos.photoslibrary/originals/0/2.jpg',
    ]);
    expect(leftOut).toEqual({
      unread: { mov: 2, svg: 1 },
      hidden: 1,
      folders: {
        count: 4,
        names: [
          '#RECYCLE',
          '@eadir',
          'Lightroom Previews.lrdata',
          'Photos.photoslibrary/resources',
        ],
      },
      exported: 0,
      excluded: 0,
      links: 0,
    });
  });

  it('reads what include and exclude leave', async () => {
    const folder = await temporaryFolder();
    await writeFiles(folder, { 'a/1.jpg': '', 'a/2.png': '', 'b/3.jpg': '', 'c/4.jpg': '' });
    const { images, leftOut } = await scanImages([folder], {
      include: ['*.jpg'],
      exclude: ['b', 'c/*.jpg'],
    });
    expect([...images].map(({ name }) => name)).toEqual(['a/1.jpg']);
    expect(leftOut).toMatchObject({ excluded: 2, folders: { count: 1, names: ['b'] } });
  });

  it('leaves out the pictures that this program wrote, and no others', async () => {
    const folder = await temporaryFolder();
    await writeFiles(folder, { 'a/1.jpg': '', 'a/clusters/00/mine.jpg': '' });
    const kind = { name: 'cluster', names: /./ };
    await writeOutput(join(folder, 'a'), { kind, overwrite: false }, async (write) => {
      await write('clusters/00/montage.jpg', 'x');
    });
    const { images, leftOut } = await scanImages([folder]);
    expect([...images].map(({ name }) => name)).toEqual(['a/1.jpg', 'a/clusters/00/mine.jpg']);
    expect(leftOut.exported).toBe(1);
  });

  it('refuses a folder that does not exist or is a file', async () => {
    await expect(scanImages(['/nowhere/at/all'])).rejects.toThrow(
      "cannot read the folder '/nowhere/at/all': it does not exist",
    );
    const folder = await temporaryFolder();
    await writeFiles(folder, { 'a.jpg': '' });
    await expect(scanImages([join(folder, 'a.jpg')])).rejects.toThrow('it is not a folder');
  });
});

describe('chooseImages', () => {
  const all = Array.from({ length: 1000 }, (_, i) => i);

  it('takes the first images, then draws with the seed, keeping the order', () => {
    expect(chooseImages(all, { limit: 3, sample: 0, seed: 1 })).toEqual([0, 1, 2]);
    const drawn = chooseImages(all, { limit: 500, sample: 50, seed: 51 });
    expect(drawn).toHaveLength(50);
    expect(drawn).toEqual([...drawn].sort((a, b) => a - b));
    expect(drawn.at(-1)).toBeLessThan(500);
    expect(chooseImages(all, { limit: 500, sample: 50, seed: 51 })).toEqual(drawn);
    expect(chooseImages(all, { limit: 500, sample: 50, seed: 52 })).not.toEqual(drawn);
  });

  it('draws every image equally often', () => {
    const counts = new Array<number>(10).fill(0);
    for (let seed = 0; seed < 2000; seed++)
      for (const i of chooseImages(all.slice(0, 10), { limit: 0, sample: 3, seed }))
        counts[i]! += 1;
    // 600 expected each; five standard deviations are about 100.
    for (const count of counts) expect(Math.abs(count - 600)).toBeLessThan(100);
  });
});

describe('folderLabels', () => {
  it('uses the last part, and the whole path where two are equal', () => {
    expect(folderLabels(['/a/x', '/b/y'])).toEqual(['x', 'y']);
    expect(folderLabels(['/a/x', '/b/x', '/c/z'])).toEqual(['/a/x', '/b/x', 'z']);
  });
});
