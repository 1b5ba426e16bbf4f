/**
 * How many faces are found: `node recall.js MODEL CASE FOLDER [COUNT]`. Prints JSON. Cases on LFW's
 * images, whose named person is in the middle: plain, turned by 90, 180, 270 with and without EXIF,
 * a quarter of the size, four on a canvas of 2,000 px; and `empty`, pictures with no face.
 */
import { readFile } from 'node:fs/promises';
import pMap from 'p-map';
import sharp from 'sharp';
import { parseSettings } from '../../src/domain/settings';
import { searchedFaces } from '../../src/faces/detect';
import type { FaceFinder } from '../../src/faces/found-faces';
import { type FaceDetector, openDetector } from '../../src/faces/detector';
import { type EncodedImage, encodedImage } from '../../src/images/encoded-image';
import type { ImageFile } from '../../src/images/image-list';
import { scanImages } from '../../src/images/scan-folders';
import { facelessPictures } from './faceless';

const CROP = { width: 160, height: 192 };

interface Case {
  /** Images an example is made of. */
  group: number;
  make: (
    files: Buffer[],
  ) => Promise<{ bytes: Buffer; expected: { x: number; y: number; reach: number }[] }>;
}

const middle = (side: number, x = 0, y = 0) => ({
  x: x + side / 2,
  y: y + side / 2,
  reach: 0.2 * side,
});

const turned = (degrees: number, orientation: number | undefined): Case => ({
  group: 1,
  make: async ([file]) => {
    const image = sharp(await sharp(file).rotate(degrees).png().toBuffer());
    if (orientation !== undefined) image.withMetadata({ orientation });
    return { bytes: await image.jpeg({ quality: 95 }).toBuffer(), expected: [middle(250)] };
  },
});

/** Where four images are pasted. */
const PLACES = [
  [100, 150],
  [1300, 80],
  [420, 1500],
  [1600, 1200],
] as const;

const canvas = (side: number): Case => ({
  group: 4,
  make: async (files) => {
    const tiles = await Promise.all(
      files.map(async (file, i) => ({
        input: await sharp(file).resize(side, side).png().toBuffer(),
        left: PLACES[i]![0],
        top: PLACES[i]![1],
      })),
    );
    const sheet = sharp({
      create: { width: 2000, height: 2000, channels: 3, background: '#7a8a7c' },
    }).composite(tiles);
    return {
      bytes: await sheet.jpeg({ quality: 92 }).toBuffer(),
      expected: files.map((_, i) => middle(side, PLACES[i]![0], PLACES[i]![1])),
    };
  },
});

/**
 * Cells of a sheet that a crowd stands on, and the largest and smallest side of an image in them,
 * in pixels.
 */
const CROWD = { columns: 6, rows: 4, cell: 666, largest: 420, smallest: 50 };

/** People at all distances: each image has another size, and its place is not by its size. */
const crowd: Case = {
  group: CROWD.columns * CROWD.rows,
  make: async (files) => {
    const { columns, rows, cell, largest, smallest } = CROWD;
    const places = files.map((_, i) => {
      const side = Math.round(smallest * (largest / smallest) ** (i / (files.length - 1)));
      const at = (i * 7) % files.length; // 7 and 24 have no common factor
      const [column, row] = [at % columns, Math.floor(at / columns)];
      return {
        side,
        left: column * cell + ((cell - side) >> 1),
        top: row * cell + ((cell - side) >> 1),
      };
    });
    const tiles = await Promise.all(
      files.map(async (file, i) => {
        const { side, left, top } = places[i]!;
        return { input: await sharp(file).resize(side, side).png().toBuffer(), left, top };
      }),
    );
    const sheet = sharp({
      create: { width: columns * cell, height: rows * cell, channels: 3, background: '#7a8a7c' },
    }).composite(tiles);
    return {
      bytes: await sheet.jpeg({ quality: 92 }).toBuffer(),
      expected: places.map(({ side, left, top }) => middle(side, left, top)),
    };
  },
};

const CASES: Record<string, Case> = {
  plain: { group: 1, make: ([file]) => Promise.resolve({ bytes: file!, expected: [middle(250)] }) },
  'turned 90°, EXIF': turned(90, 8),
  'turned 180°, EXIF': turned(180, 3),
  'turned 270°, EXIF': turned(270, 6),
  'turned 90°, no EXIF': turned(90, undefined),
  'turned 180°, no EXIF': turned(180, undefined),
  'turned 270°, no EXIF': turned(270, undefined),
  'scaled to 25 %': {
    group: 1,
    make: async ([file]) => ({
      bytes: await sharp(file).resize(62, 62).jpeg({ quality: 95 }).toBuffer(),
      expected: [middle(62)],
    }),
  },
  'four on 2,000 px': canvas(250),
  'four at 25 % on 2,000 px': canvas(62),
  'a crowd of 24 on 4,000 px': crowd,
};

const encoded = (bytes: Buffer): Promise<EncodedImage> => encodedImage(bytes);

async function recall(finder: FaceFinder, { group, make }: Case, images: ImageFile[]) {
  const groups: ImageFile[][] = [];
  for (let i = 0; i + group <= images.length; i += group) groups.push(images.slice(i, i + group));
  let expected = 0;
  let found = 0;
  let more = 0;
  await pMap(
    groups,
    async (files) => {
      const example = await make(await Promise.all(files.map(({ path }) => readFile(path))));
      const { regions } = await finder(await encoded(example.bytes));
      const hit = example.expected.filter((face) =>
        regions.some(({ located }) => {
          const { box } = located!;
          return (
            Math.hypot(box.x + box.width / 2 - face.x, box.y + box.height / 2 - face.y) < face.reach
          );
        }),
      );
      expected += example.expected.length;
      found += hit.length;
      more += Math.max(0, regions.length - hit.length);
    },
    { concurrency: 4 },
  );
  return { expected, found, recall: found / expected, more };
}

async function falseFaces(finder: FaceFinder) {
  const pictures = await facelessPictures();
  let faces = 0;
  for (const { name, bytes } of pictures) {
    const { regions } = await finder(await encoded(bytes));
    if (regions.length > 0)
      console.error(
        `${name}: ${regions.map(({ located }) => located!.score.toFixed(2)).join(', ')}`,
      );
    faces += regions.length;
  }
  return { pictures: pictures.length, faces };
}

async function main() {
  const [, , model = '', name = '', folder = '', count = '0'] = process.argv;
  const detector = await openDetector(model, 'cpu');
  let looks = 0;
  const counted: FaceDetector = {
    detect: (square, threshold) => {
      looks += 1;
      return detector.detect(square, threshold);
    },
    release: () => detector.release(),
  };
  const finder = searchedFaces(
    counted,
    CROP,
    parseSettings({}, (key) => key),
  );
  if (name === 'empty') {
    console.log(JSON.stringify(await falseFaces(finder)));
    return;
  }
  const wanted = CASES[name];
  if (wanted === undefined)
    throw new Error(`expected one of ${Object.keys(CASES).join(', ')}, empty; got '${name}'`);
  const images = [...(await scanImages([folder])).images];
  const step = Number(count) === 0 ? 1 : Math.max(1, Math.floor(images.length / Number(count)));
  const chosen = images.filter((_, i) => i % step === 0);
  const result = await recall(finder, wanted, chosen);
  console.log(
    JSON.stringify({ ...result, looks: looks / Math.floor(chosen.length / wanted.group) }),
  );
}

void main();
