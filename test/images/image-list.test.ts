import { describe, expect, it } from 'vitest';
import { ImageList, type ImageFile } from '../../src/images/image-list';
const folders = ['/photos', '/more photos'];

/**
 * Names of many lengths and scripts, alternating between both folders; every hundredth path is not
 * UTF-8.
 */
const all = Array.from({ length: 3000 }, (_, i): ImageFile => {
  const name = `${'é😀a'.repeat(i % 7)}${i}.jpg`;
  const folder = i % 2;
  const path = `${folders[folder]!}/${name}`;
  return { folder, name, path: i % 100 === 99 ? Buffer.from(path, 'utf16le') : path };
});

function fullList() {
  const list = new ImageList(folders);
  for (const image of all) list.push(image);
  return list;
}

describe('ImageList', () => {
  it('returns the images that were added', () => {
    const list = fullList();
    expect(list.length).toBe(all.length);
    expect([...list]).toEqual(all);
    expect(list.at(1234)).toEqual(all[1234]);
    expect([list.at(-1), list.at(all.length), new ImageList(folders).at(0)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('selects images in the order of the indices', () => {
    const indices = [0, 99, 100, 2999];
    expect([...fullList().select(indices)]).toEqual(indices.map((index) => all[index]));
  });
});
