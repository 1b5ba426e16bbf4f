import { link, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listImages } from '../../src/engine/pipeline/list-images';
import { temporaryFolder, writeFiles } from '../support/images';

const ALL = { limit: 0, sample: 0, seed: 1, include: [], exclude: [] };

describe('listImages', () => {
  it('lists a file with several names once, by hard and by symbolic links', async () => {
    const folder = await temporaryFolder();
    await writeFiles(folder, { 'a.jpg': 'a', 'b.jpg': 'b', 'c.jpg': 'c', 'same.jpg': 'a' });
    await link(join(folder, 'a.jpg'), join(folder, 'a2.jpg'));
    await symlink(join(folder, 'b.jpg'), join(folder, 'b2.jpg'));
    const { images, identities, leftOut } = await listImages([folder], ALL, {});
    expect([...images].map(({ name }) => name)).toEqual(['a.jpg', 'b.jpg', 'c.jpg', 'same.jpg']);
    expect(identities.length).toBe(4);
    expect(identities.get(2)?.size).toBe(1);
    expect(leftOut.links).toBe(2);
  });

  it('lists files of different folders by their links', async () => {
    const folder = await temporaryFolder();
    await writeFiles(folder, { 'all/a.jpg': 'a', 'all/b.jpg': 'b', 'best/x.txt': '' });
    await link(join(folder, 'all', 'b.jpg'), join(folder, 'best', 'b.jpg'));
    const folders = [join(folder, 'best'), join(folder, 'all')];
    const { images } = await listImages(folders, ALL, {});
    expect([...images].map(({ folder: of, name }) => [of, name])).toEqual([
      [0, 'b.jpg'],
      [1, 'a.jpg'],
    ]);
  });
});
