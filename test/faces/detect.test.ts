import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { samplePhotos } from '../../scripts/samples.mjs';
import { isAligned, OF_A_SAMPLE, OF_ONE } from '../../src/faces/alignment-check';
import { searchedFaces } from '../../src/faces/detect';
import type { FaceFinder } from '../../src/faces/found-faces';
import { type FaceDetector, openDetector } from '../../src/faces/detector';
import type { FaceRegion } from '../../src/faces/found-faces';
import { type EncodedImage, encodedImage, readImage } from '../../src/images/encoded-image';
import { alignedFrame } from '../../src/images/framing';
import { facelessPictures } from '../bench/faceless';
import { bundled, settingsWith } from '../support/engine';
import marks from '../support/group-photos.json';
import { PORTRAITS, temporaryFolder } from '../support/images';

const CROP = { width: 160, height: 192 };
let detector: FaceDetector;
let find: FaceFinder;
let photos: string;

beforeAll(async () => {
  photos = await samplePhotos();
  detector = await openDetector(bundled.detector, 'cpu');
  find = searchedFaces(detector, CROP, settingsWith());
});
afterAll(() => detector.release());

const encoded = (bytes: Buffer): Promise<EncodedImage> => encodedImage(bytes);

const center = ({ located }: FaceRegion) => {
  const { box } = located!;
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
};

/** Numbers of marked faces that were found, and of found faces that are not marked. */
function compare(regions: FaceRegion[], marked: number[][], scale: number) {
  const hits = (region: FaceRegion, [x, y, width, height]: number[]) => {
    const middle = center(region);
    const inside = (value: number, start: number, size: number) =>
      value > start * scale && value < (start + size) * scale;
    return inside(middle.x, x!, width!) && inside(middle.y, y!, height!);
  };
  return {
    found: marked.filter((mark) => regions.some((region) => hits(region, mark))).length,
    wrong: regions.filter((region) => !marked.some((mark) => hits(region, mark))).length,
  };
}

describe('on six group photos with 22 faces, marked by hand', () => {
  it.each([
    [1, 22],
    [0.5, 21],
    [0.25, 21],
  ])('at a scale of %f, at least %i are found, and nothing else', async (scale, least) => {
    let [found, wrong] = [0, 0];
    for (const [name, marked] of Object.entries(marks)) {
      const file = await readFile(join(photos, name));
      const { width } = await sharp(file).metadata();
      const bytes =
        scale === 1
          ? file
          : await sharp(file)
              .resize(Math.round(width * scale))
              .jpeg({ quality: 92 })
              .toBuffer();
      const result = compare((await find(await encoded(bytes))).regions, marked, scale);
      found += result.found;
      wrong += result.wrong;
    }
    expect(found).toBeGreaterThanOrEqual(least);
    expect(wrong).toBe(0);
  });

  it('finds the faces in a panorama of all six', async () => {
    const height = 640;
    let width = 0;
    const tiles: { input: Buffer; left: number; top: number }[] = [];
    const marked: number[][] = [];
    for (const [name, own] of Object.entries(marks)) {
      const file = await readFile(join(photos, name));
      const scale = height / (await sharp(file).metadata()).height;
      const { data, info } = await sharp(file)
        .resize({ height })
        .png()
        .toBuffer({ resolveWithObject: true });
      marked.push(
        ...own.map(([x, y, w, h]) => [width + x! * scale, y! * scale, w! * scale, h! * scale]),
      );
      tiles.push({ input: data, left: width, top: 0 });
      width += info.width;
    }
    const panorama = sharp({
      create: { width, height, channels: 3, background: '#000' },
    }).composite(tiles);
    const { regions } = await find(await encoded(await panorama.jpeg({ quality: 92 }).toBuffer()));
    const { found, wrong } = compare(regions, marked, 1);
    expect(found).toBeGreaterThanOrEqual(21);
    expect(wrong).toBeLessThanOrEqual(1);
  });

  it.each([3, 6, 8])(
    'gives boxes in the upright photo with EXIF orientation %i',
    async (orientation) => {
      const file = await readFile(join(photos, 'sample3.jpg'));
      const back = { 3: 180, 6: 270, 8: 90 }[orientation]!;
      const stored = await sharp(await sharp(file).rotate(back).png().toBuffer())
        .withMetadata({ orientation })
        .jpeg({ quality: 95 })
        .toBuffer();
      const { regions } = await find(await encoded(stored));
      expect(compare(regions, marks['sample3.jpg'], 1)).toEqual({ found: 3, wrong: 0 });
    },
  );

  it('finds the same faces in 48 megapixels, 16 bits, CMYK, transparency and animations', async () => {
    const file = join(photos, 'sample3.jpg');
    const photo = () => sharp(file).resize(1200);
    const { width } = await sharp(file).metadata();
    const frame = await photo().png().toBuffer();
    const kinds: [string, number, () => Promise<Buffer>][] = [
      ['48 megapixels', 8000, () => sharp(file).resize(8000).jpeg({ quality: 90 }).toBuffer()],
      ['16-bit PNG', 1200, () => photo().toColourspace('rgb16').png().toBuffer()],
      ['16-bit TIFF', 1200, () => photo().toColourspace('rgb16').tiff().toBuffer()],
      [
        '10-bit AVIF',
        1200,
        () => photo().heif({ compression: 'av1', bitdepth: 10, effort: 1 }).toBuffer(),
      ],
      ['CMYK JPEG', 1200, () => photo().toColourspace('cmyk').jpeg({ quality: 92 }).toBuffer()],
      ['transparent PNG', 1200, () => photo().ensureAlpha(0.9).png().toBuffer()],
      [
        'animated WebP',
        1200,
        () =>
          sharp([frame, frame], { join: { animated: true } })
            .webp({ effort: 0 })
            .toBuffer(),
      ],
      [
        'animated GIF',
        1200,
        () =>
          sharp([frame, frame], { join: { animated: true } })
            .gif({ effort: 1 })
            .toBuffer(),
      ],
    ];
    for (const [kind, wide, make] of kinds) {
      const folder = await temporaryFolder();
      await writeFile(join(folder, 'photo'), await make());
      const image = await readImage({ path: join(folder, 'photo') });
      const found = await find(image);
      expect(compare(found.regions, marks['sample3.jpg'], wide / width), kind).toEqual({
        found: 3,
        wrong: 0,
      });
      expect(await found.crop(found.regions[0]!), kind).toHaveLength(CROP.width * CROP.height * 3);
    }
  });

  it.each([90, 180, 270])(
    'finds the face, and its angle, in a portrait turned by %i° without EXIF',
    async (degrees) => {
      for (const name of ['1.jpg', '3.jpg', '5.jpg']) {
        const portrait = await readFile(join(PORTRAITS, 'female', name));
        const upright = (await find(await encoded(portrait))).regions;
        const turned = (
          await find(
            await encoded(await sharp(portrait).rotate(degrees).jpeg({ quality: 95 }).toBuffer()),
          )
        ).regions;
        expect([upright.length, turned.length]).toEqual([1, 1]);
        const difference =
          turned[0]!.frame.angle - upright[0]!.frame.angle - (degrees * Math.PI) / 180;
        expect(Math.abs(Math.sin(difference / 2)) * 2, name).toBeLessThan(0.25);
        expect(turned[0]!.frame.width / upright[0]!.frame.width, name).toBeGreaterThan(0.8);
        expect(turned[0]!.frame.width / upright[0]!.frame.width, name).toBeLessThan(1.25);
      }
    },
  );
});

describe('on portraits', () => {
  it('finds every human face, but not the toy head', async () => {
    const without: string[] = [];
    for (const part of ['female', 'male']) {
      for (const name of await readdir(join(PORTRAITS, part))) {
        const { regions } = await find(await encoded(await readFile(join(PORTRAITS, part, name))));
        if (regions.length === 0) without.push(`${part}/${name}`);
      }
    }
    expect(without).toEqual(['male/18.jpg']);
  });

  it('omits faces below the smallest size and score', async () => {
    const image = await encoded(await readFile(join(photos, 'sample1.jpg')));
    const large = await searchedFaces(detector, CROP, { minFaceScore: 0.5, minFaceSize: 180 })(
      image,
    );
    expect(large.regions).toHaveLength(2);
    const certain = await searchedFaces(detector, CROP, { minFaceScore: 0.87, minFaceSize: 20 })(
      image,
    );
    expect(certain.regions.length).toBeLessThan(3);
  });
});

it('finds no face in textures, landscapes, text, discs and plaid', async () => {
  const wrong: string[] = [];
  for (const { name, bytes } of (await facelessPictures()).slice(0, 40)) {
    if ((await find(await encoded(bytes))).regions.length > 0) wrong.push(name);
  }
  expect(wrong).toEqual([]);
});

describe('isAligned', () => {
  const image = { width: 178, height: 218 };
  const frame = { ...alignedFrame(image, CROP), angle: 0 };

  it.each([OF_A_SAMPLE, OF_ONE])('tells aligned faces from others, within %j', (tolerance) => {
    const is = (changes: Partial<typeof frame>) =>
      isAligned({ frame: { ...frame, ...changes } }, image, CROP, tolerance);
    expect(is({})).toBe(true);
    expect(is({ x: frame.x + 30 })).toBe(false);
    expect(is({ x: 45, y: 50, width: 90, height: 108 })).toBe(false);
    expect(is({ angle: 0.4 })).toBe(false);
  });

  it('is stricter for an image by itself', () => {
    const shifted = { ...frame, x: frame.x + 0.1 * frame.width };
    expect(isAligned({ frame: shifted }, image, CROP, OF_A_SAMPLE)).toBe(true);
    expect(isAligned({ frame: shifted }, image, CROP, OF_ONE)).toBe(false);
  });
});
