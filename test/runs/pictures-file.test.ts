import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readPictures, writePictures } from '../../src/runs/pictures-file';
import { temporaryFolder } from '../support/images';

it('keeps as many pictures as a text can hold: thousands of clusters have more', async () => {
  const folder = join(await temporaryFolder(), 'run');
  await mkdir(folder);
  const eigenface = new Uint8Array(75e6);
  const members = Array.from({ length: 6 }, (_, cluster) => ({
    cluster,
    rows: Int32Array.of(cluster),
  }));
  const pictures = members.map(({ cluster }) => ({
    cluster,
    faces: 1,
    eigenface,
    components: [],
    explained: [],
  }));
  await writePictures(folder, members, pictures);
  const stored = await readPictures(folder, members);
  expect(stored.map(({ cluster }) => cluster)).toEqual([0, 1]);
  expect(stored[1]!.eigenface).toHaveLength(75e6);
});
