/**
 * Generates damaged images from a seed. `npm test` runs some of them, `npm run fuzz` more. Each has
 * to end, exactly once, in faces, in an image without a face, or in a reason, within its limits,
 * and the engine has to survive.
 */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import type { RunManifest } from '../../src/domain/run';
import { analysisSettings } from '../../src/domain/settings';
import type { EngineClient } from '../../src/engine/client';
import { rawPreview } from '../../src/images/formats/raw-preview';
import { imageTraits } from '../../src/images/image-format';
import { bitmap } from '../support/bitmaps';
import { heicWith, property } from '../support/heic';
import { cr3, losslessJpeg, rawFile } from '../support/raw-files';
import { bundled, settingsWith } from '../support/settings';
import { JP2, JXL, TURNED_JXL } from '../support/small-files';
import { random } from '../support/vectors';

export interface ImageCase {
  /** Seed, index and mutations: enough to generate it again. */
  title: string;
  /** Name of the file. */
  name: string;
  bytes: Buffer;
}

type Draw = () => number;
const below = (draw: Draw, end: number) => Math.floor(draw() * end);
const pick = <T>(draw: Draw, list: readonly T[]): T => list[below(draw, list.length)]!;

/** Limit of an image in seconds. */
const SECONDS = 10;
/** Images per run. */
const RUN = 250;

/** Encoders of each format with its variants. */
const ENCODINGS: Record<string, (image: Sharp) => Sharp> = {
  'plain.jpg': (image) => image.jpeg(),
  'progressive.jpg': (image) => image.jpeg({ progressive: true }),
  'restarts.jpg': (image) => image.jpeg({ chromaSubsampling: '4:4:4', optimiseCoding: false }),
  'grey.jpg': (image) => image.toColourspace('b-w').jpeg(),
  'cmyk.jpg': (image) => image.toColourspace('cmyk').jpeg(),
  'profile.jpg': (image) => image.withIccProfile('p3').jpeg(),
  'turned.jpg': (image) => image.withMetadata({ orientation: 6 }).jpeg(),
  'plain.png': (image) => image.png(),
  'interlaced.png': (image) => image.png({ progressive: true }),
  'deep.png': (image) => image.toColourspace('rgb16').png(),
  'palette.png': (image) => image.png({ palette: true }),
  'alpha.png': (image) => image.ensureAlpha(0.5).png(),
  'lossy.webp': (image) => image.webp(),
  'lossless.webp': (image) => image.ensureAlpha(0.5).webp({ lossless: true }),
  'plain.avif': (image) => image.avif({ effort: 0 }),
  'plain.gif': (image) => image.gif(),
  'jpeg.tif': (image) => image.tiff({ compression: 'jpeg' }),
  'lzw.tif': (image) => image.tiff({ compression: 'lzw', predictor: 'horizontal' }),
  'deflate.tif': (image) =>
    image.tiff({ compression: 'deflate', tile: true, tileWidth: 64, tileHeight: 64 }),
  'none.tiff': (image) => image.tiff({ compression: 'none' }),
  'fax.tif': (image) =>
    image.toColourspace('b-w').threshold().tiff({ compression: 'ccittfax4', bitdepth: 1 }),
};

const NUMBERS = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x10000, 0x7fffffff, 0xffffffff];

/** @param other content of another image. */
const MUTATIONS: Record<string, (bytes: Buffer, draw: Draw, other: Buffer) => Buffer> = {
  bits: (bytes, draw) => {
    const copy = Buffer.from(bytes);
    for (let left = 1 + below(draw, 20); left > 0; left--)
      copy[below(draw, copy.length)]! ^= 1 << below(draw, 8);
    return copy;
  },
  header: (bytes, draw) => {
    const copy = Buffer.from(bytes);
    for (let left = 1 + below(draw, 6); left > 0; left--)
      copy[below(draw, Math.min(600, copy.length))] = below(draw, 256);
    return copy;
  },
  numbers: (bytes, draw) => {
    const copy = Buffer.from(bytes);
    if (copy.length < 8) return copy;
    for (let left = 1 + below(draw, 3); left > 0; left--) {
      const at = below(draw, Math.min(draw() < 0.7 ? 400 : Infinity, copy.length - 4));
      const number = pick(draw, NUMBERS);
      if (draw() < 0.5) copy.writeUInt32BE(number, at);
      else copy.writeUInt16LE(number & 0xffff, at);
    }
    return copy;
  },
  cut: (bytes, draw) => bytes.subarray(0, below(draw, bytes.length)),
  gap: (bytes, draw) => {
    const at = below(draw, bytes.length);
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + below(draw, 200))]);
  },
  zeros: (bytes, draw) => {
    const copy = Buffer.from(bytes);
    const at = below(draw, copy.length);
    return copy.fill(draw() < 0.5 ? 0 : 0xff, at, Math.min(copy.length, at + below(draw, 2000)));
  },
  repeated: (bytes, draw) => {
    const at = below(draw, bytes.length);
    const part = bytes.subarray(at, at + below(draw, 3000));
    const times = 1 + below(draw, draw() < 0.9 ? 5 : 300);
    return Buffer.concat([
      bytes.subarray(0, at),
      ...Array.from({ length: times }, () => part),
      bytes.subarray(at),
    ]);
  },
  spliced: (bytes, draw, other) =>
    Buffer.concat([
      bytes.subarray(0, below(draw, bytes.length)),
      other.subarray(below(draw, other.length)),
    ]),
  appended: (bytes, _, other) => Buffer.concat([bytes, other]),
  noise: (bytes, draw) =>
    Buffer.concat([
      bytes.subarray(0, 16),
      Buffer.from(Uint8Array.from({ length: below(draw, 3000) }, () => below(draw, 256))),
    ]),
};

/** All encodings of a picture with structure at every scale. */
async function originals(seed: number): Promise<[name: string, bytes: Buffer][]> {
  const draw = random(seed);
  const [width, height] = [64 + below(draw, 200), 64 + below(draw, 200)];
  const pixels = Buffer.from(
    Uint8Array.from(
      { length: width * height * 3 },
      (_, i) => (i / 7 + 40 * Math.sin(i / width) + 60 * draw()) & 255,
    ),
  );
  const encoded: [string, Buffer][] = [];
  for (const [name, encode] of Object.entries(ENCODINGS)) {
    encoded.push([
      name,
      await encode(sharp(pixels, { raw: { width, height, channels: 3 } })).toBuffer(),
    ]);
  }
  return [...encoded, ...(await otherFormats())];
}

/** Files of the formats that sharp does not write, and a raw file of a camera. */
async function otherFormats(): Promise<[name: string, bytes: Buffer][]> {
  const [width, height] = [62, 44];
  const masks = [0xff0000, 0xff00, 0xff, 0xff000000];
  const rgb = Buffer.from(Uint8Array.from({ length: width * height * 3 }, (_, i) => i & 255));
  const jpeg = await sharp(rgb, { raw: { width, height, channels: 3 } })
    .jpeg()
    .toBuffer();
  return [
    ['turned.heic', heicWith([property('irot', [1])])],
    ['plain.jxl', JXL],
    ['boxes.jxl', TURNED_JXL],
    ['plain.jp2', JP2],
    ['plain.bmp', bitmap(width, height, { bits: 24 })],
    ['runs.bmp', bitmap(width, height, { bits: 8, runs: true })],
    ['masks.bmp', bitmap(width, height, { bits: 32, masks, header: 124 })],
    ['bytes.ppm', Buffer.concat([Buffer.from(`P6\n${width} ${height}\n255\n`), rgb])],
    ['text.ppm', Buffer.from(`P3\n${width} ${height}\n255\n${[...rgb].join(' ')}`)],
    [
      'preview.dng',
      rawFile({
        directories: [
          { 254: 1, 274: 6, 330: { directory: 1 }, 50706: 1025 },
          { 254: 0, 259: 7, 262: 32_803, 273: { part: 0 } },
        ],
        parts: [losslessJpeg(4000, 3000), jpeg],
      }),
    ],
    ['preview.cr3', cr3(rawFile({ directories: [{ 274: 6 }] }), jpeg, jpeg)],
  ];
}

/** @yields `count` cases; the same ones for the same seed. */
export async function* imageCases(seed: number, count: number): AsyncGenerator<ImageCase> {
  const images = await originals(seed);
  for (let i = 0; i < count; i++) {
    const draw = random(seed * 1_000_003 + i);
    const [name, original] = images[i % images.length]!;
    let bytes = original;
    const done: string[] = [];
    for (let left = 1 + below(draw, 3); left > 0 && bytes.length > 0; left--) {
      const mutation = pick(draw, Object.keys(MUTATIONS));
      bytes = Buffer.from(MUTATIONS[mutation]!(bytes, draw, pick(draw, images)[1]));
      done.push(mutation);
    }
    yield {
      title: `image ${seed}/${i}: ${name}, ${done.join(', ')}`,
      name: `${String(i).padStart(6, '0')} ${name}`,
      bytes,
    };
  }
}

/** Result of a run over damaged images. */
export interface ImagesEnd {
  images: number;
  failed: number;
  /** Engines that failed; 0 if no decoder crashed. */
  crashes: number;
}

/**
 * Analyzes images, some hundred at a time.
 * @param home an empty folder.
 * @throws Error if an image is missing in the result, or listed more than once.
 */
export async function runImageCases(
  cases: AsyncIterable<ImageCase>,
  home: string,
  engine: EngineClient,
): Promise<ImagesEnd> {
  const end = { images: 0, failed: 0, crashes: 0 };
  let part: ImageCase[] = [];
  const runPart = async () => {
    if (part.length === 0) return;
    const manifest = await describe(part, home, engine);
    check(part, manifest);
    end.images += part.length;
    end.failed += manifest.images.failed;
    end.crashes += (manifest.notices ?? []).length;
    part = [];
  };
  for await (const each of cases) {
    part.push(each);
    if (part.length === RUN) await runPart();
  }
  await runPart();
  return end;
}

async function describe(
  cases: readonly ImageCase[],
  home: string,
  engine: EngineClient,
): Promise<RunManifest> {
  const folder = join(home, 'images');
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder);
  for (const { name, bytes } of cases) await writeFile(join(folder, name), bytes);
  // A valid image, because a run without any face fails.
  await writeFile(
    join(folder, 'whole.png'),
    await sharp({ create: { width: 80, height: 96, channels: 3, background: '#864' } })
      .png()
      .toBuffer(),
  );
  const settings = analysisSettings(settingsWith({ detect: 'never', maxImageSeconds: SECONDS }));
  const params = {
    runDir: join(home, 'run'),
    id: 'fuzz',
    folders: [folder],
    settings,
    bundled,
    storeDir: null,
  };
  return engine.call('analyze', params);
}

/** Words by which decoders name themselves or their formats. */
const WORDS: Record<string, RegExp> = {
  jpeg: /jpe?g(?! (XL|2000))/i,
  png: /png/i,
  webp: /webp/i,
  gif: /gif/i,
  tiff: /tiff/i,
  avif: /avif/i,
  heic: /heic/i,
};
/** Formats that hold images of others. */
const HOLDS: Record<string, readonly string[]> = { tiff: ['jpeg'] };

/**
 * The format that a reason names although the image has another; undefined for a true reason. What
 * to do about an image, after a colon, may name others, as may the list of those that are read.
 */
function foreignFormat(bytes: Buffer, reason: string): string | undefined {
  if (/^not an image that can be read|save it/.test(reason)) return undefined;
  let format: string;
  try {
    ({ format } = imageTraits(rawPreview(bytes) ?? bytes));
  } catch {
    return undefined;
  }
  const own = [format, ...(HOLDS[format] ?? [])];
  return Object.keys(WORDS).find((other) => !own.includes(other) && WORDS[other]!.test(reason));
}

/** @throws Error with the first problem. */
function check(cases: readonly ImageCase[], { images, failures, faces }: RunManifest): void {
  const titles = new Map(cases.map(({ name, title }) => [name, title]));
  const named = new Set<string>();
  for (const { image, reason } of failures) {
    const title = titles.get(image);
    if (title === undefined || named.has(image))
      throw new Error(
        `'${image}' is listed ${title === undefined ? 'but does not exist' : 'twice'}`,
      );
    named.add(image);
    if (reason === '' || reason.length > 500)
      throw new Error(`${title}: a reason of ${reason.length} characters`);
    if (/^unexpected failure|unknown error/i.test(reason)) throw new Error(`${title}: ${reason}`);
    const foreign = foreignFormat(cases.find(({ name }) => name === image)!.bytes, reason);
    if (foreign !== undefined) throw new Error(`${title}: names ${foreign}: ${reason}`);
  }
  const right =
    images.found === cases.length + 1 &&
    images.read === images.found - failures.length &&
    faces === images.read;
  if (!right)
    throw new Error(`of ${cases.length + 1} images ${JSON.stringify({ ...images, faces })}`);
}
