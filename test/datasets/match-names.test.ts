/** Which image a name in a table stands for. */
import { sep } from 'node:path';
import { describe, expect, it } from 'vitest';
import { matchNames, type TableNames } from '../../src/datasets/match-names';

const FOLDER = `${sep}data${sep}faces`;

/** The image of each name of a table; undefined where it has none. */
function matched(
  names: string[],
  images: string[],
  { folder = FOLDER, ...table }: Partial<TableNames> & { folder?: string } = {},
) {
  const found = images.map((name) => ({ name, path: `${FOLDER}/${name}` }));
  const { imageOf, rowOf, remarks } = matchNames({ images: names, folder, ...table }, found);
  for (const [image, row] of rowOf.entries()) if (row >= 0) expect(imageOf[row]).toBe(image);
  return { images: Array.from(imageOf, (image) => images[image]), remarks };
}

describe('matchNames', () => {
  it.each([
    ['a.jpg', 'a.jpg'],
    ['./a.jpg', 'a.jpg'],
    ['a', 'a.jpg'],
    ['A.JPG', 'a.jpg'],
    ['a.jpg', 'x/a.jpg'],
    ['x/a.jpg', 'x/a.jpg'],
    ['x\\a.jpg', 'x/a.jpg'],
    ['.\\x\\a.jpg', 'x/a.jpg'],
    ['x/a', 'x/a.png'],
    ['faces/x/a.jpg', 'x/a.jpg'],
    ['/data/faces/x/a.jpg', 'x/a.jpg'],
    ['C:\\Users\\me\\data\\faces\\x\\a.jpg', 'x/a.jpg'],
    ['file:///data/faces/x/a%20b.jpg', 'x/a b.jpg'],
    ['https://example.org/faces/x/a.jpg?size=2#top', 'x/a.jpg'],
    ['s3://bucket/faces/x/a.jpg', 'x/a.jpg'],
    ['y/../x/a.jpg', 'x/a.jpg'],
    ["'=a.jpg", '=a.jpg'],
    ["'a.jpg", "'a.jpg"],
    ['a.b', 'a.b.jpg'],
    ['u\u0308.jpg', 'ü.jpg'],
    ['12_1_1_2017.jpg.chip.jpg', '12_1_1_2017.jpg.chip.jpg'],
    ['a\\xFC.jpg', 'a\\xFC.jpg'],
  ])('finds %j as %j', (name, image) => {
    expect(matched([name], ['other.jpg', image]).images).toEqual([image]);
    expect(matched([name], ['other.jpg', image]).remarks).toEqual([]);
  });

  it('prefers the same path to the same end of it, and the same extension to none', () => {
    expect(matched(['a.jpg', 'x/a.jpg'], ['a.jpg', 'x/a.jpg']).images).toEqual([
      'a.jpg',
      'x/a.jpg',
    ]);
    expect(matched(['a.jpg', 'a.png'], ['a.png', 'a.jpg']).images).toEqual(['a.jpg', 'a.png']);
    const below = matched(['a.jpg'], ['x/a.jpg', 'y/a.jpg'], { folder: `${FOLDER}${sep}y` });
    expect(below.images).toEqual(['y/a.jpg']);
    expect(below.remarks).toEqual([]);
  });

  it("takes this program's apostrophe before folders for what it is, beside files of the same name", () => {
    const images = ['=1+1.jpg', '=1+1/=1+1.jpg', '=1+1/b.jpg', '+c/=1+1.jpg'];
    const written = images.map((name) => `'${name}`);
    for (const names of [written, [...written].reverse()]) {
      const { images: found, remarks } = matched(names, images);
      expect(found).toEqual(names.map((name) => name.slice(1)));
      expect(remarks).toEqual([]);
    }
    expect(matched(["'=1+1/=1+1.jpg"], images).images).toEqual(['=1+1/=1+1.jpg']);
    // Where a name begins with an apostrophe itself, it is taken as it is written.
    const both = ["'=1+1/=1+1.jpg", ...images];
    expect(matched(["'=1+1/=1+1.jpg"], both).images).toEqual(["'=1+1/=1+1.jpg"]);
    expect(matched(["'=1+1.jpg"], ["'=1+1.jpg", ...images]).images).toEqual(["'=1+1.jpg"]);
  });

  it('leaves out names that fit several images, and says which', () => {
    const { images, remarks } = matched(['0.jpg', '1.jpg'], ['a/0.jpg', 'b/0.jpg', 'b/1.jpg']);
    expect(images).toEqual([undefined, 'b/1.jpg']);
    expect(remarks).toEqual([
      "1 name left out that fits several images: '0.jpg' may be 'a/0.jpg' or 'b/0.jpg'; add the folders to the names",
    ]);
    expect(matched(['a'], ['a.png', 'a.jpg']).images).toEqual([undefined]);
  });

  it('leaves out images that several names fit', () => {
    const { images, remarks } = matched(['x/0.jpg', 'y/0.jpg'], ['0.jpg']);
    expect(images).toEqual([undefined, undefined]);
    expect(remarks).toEqual([
      '1 image left out, each of which several rows of the labels fit: 0.jpg',
    ]);
  });

  it('takes the name of the file alone where folders differ, and says so', () => {
    const { images, remarks } = matched(['/home/you/celeba/7.jpg'], ['img/7.jpg', 'img/8.jpg']);
    expect(images).toEqual(['img/7.jpg']);
    expect(remarks).toEqual([
      "1 image matched by the name of the file alone, as the folders differ: '/home/you/celeba/7.jpg' is taken for 'img/7.jpg'",
    ]);
  });

  it('never takes an image of one partition for one of another', () => {
    expect(matched(['train/1.jpg', 'val/1.jpg'], ['val/1.jpg']).images).toEqual([
      undefined,
      'val/1.jpg',
    ]);
    expect(matched(['train/2.jpg'], ['val/2.jpg']).images).toEqual([undefined]);
  });

  it('finds numbers that lost their zeros, and says so', () => {
    const { images, remarks } = matched(['1', '23'], ['000001.jpg', '000023.jpg', '000230.jpg']);
    expect(images).toEqual(['000001.jpg', '000023.jpg']);
    expect(remarks[0]).toMatch(/^2 names matched by number, as leading zeros are missing: '1'/);
  });

  it('tells the faces of an image apart where a table does', () => {
    const faces = [0, 1, 2].map((face) => ({ name: 'a.jpg', face }));
    const own = matchNames({ images: ['a.jpg', 'a.jpg'], faces: [0, 2] }, faces);
    expect([...own.rowOf]).toEqual([0, -1, 1]);
    // Labels of an image are of its most prominent face.
    expect([...matchNames({ images: ['a.jpg'] }, faces).rowOf]).toEqual([0, -1, -1]);
  });

  it('finds names that thousands of folders have', () => {
    const names = Array.from({ length: 3000 }, (_, i) => `n${i}/0001_01.jpg`);
    const { images, remarks } = matched(
      names,
      names.map((name) => `test/${name}`),
    );
    expect(images).toEqual(names.map((name) => `test/${name}`));
    expect(remarks).toEqual([]);
    expect(matched(['0001_01.jpg'], names).images).toEqual([undefined]);
    expect(matched(['0001_01.jpg'], ['0001_01.jpg', ...names]).images).toEqual(['0001_01.jpg']);
  });

  it('finds names of which thousands end alike, and tells the others apart no better', () => {
    const names = Array.from({ length: 30_000 }, (_, i) => `n${i}/rgb/face.jpg`);
    const own = matched(
      names,
      names.map((name) => `test/${name}`),
    );
    expect(own.images).toEqual(names.map((name) => `test/${name}`));
    expect(own.remarks).toEqual([]);
    const others = names.map((name) => name.replace('n', 'm'));
    expect(new Set(matched(names, others).images)).toEqual(new Set([undefined]));
    // A whole name counts more than further folders that are the same by chance.
    const whole = ['rgb/face.jpg', ...others.slice(0, 9), 'q/n1/rgb/face.jpg'];
    expect(matched(['p/n1/rgb/face.jpg'], whole).images).toEqual(['rgb/face.jpg']);
  });
});
