/**
 * Scores of the detector for faces under hard conditions, and for drawings: `node conditions.js
 * MODEL FOLDER COUNT`. Prints JSON: for each condition, the best score at the place of each face of
 * LFW's images (0 where there is none), and for drawings the best score of each picture. They are
 * what `minFaceScore` is chosen by.
 */
import { readFile } from 'node:fs/promises';
import pMap from 'p-map';
import sharp, { type Sharp } from 'sharp';
import { searchedFaces } from '../../src/faces/detect';
import { openDetector } from '../../src/faces/detector';
import { encodedImage } from '../../src/images/encoded-image';
import { scanImages } from '../../src/images/scan-folders';
import { drawings } from './drawings';
import { overlay } from './svg';

/** The lowest score that the setting allows. */
const LOWEST_SCORE = 0.05;

/** The middle of the face in LFW's images of 250 pixels, and how far from it a box may be. */
const FACE = { x: 125, y: 128, reach: 45 };

interface Example {
  image: Sharp;
  /** Place of the left upper corner in LFW's image. */
  from?: { x: number; y: number };
}

const cut = (image: Sharp, x: number, y: number, width: number, height: number): Example => ({
  image: image.extract({ left: x, top: y, width, height }),
  from: { x, y },
});

const CONDITIONS: Record<string, (image: Sharp) => Example | Promise<Example>> = {
  'as they are': (image) => ({ image }),
  'dark (a tenth of the light)': (image) => ({ image: image.linear(0.1, 2) }),
  'dark, as a camera brightens it': async (image) => ({
    image: sharp(await image.linear(0.06, 1).jpeg({ quality: 70 }).toBuffer()).linear(8, 0),
  }),
  'back-lit': async (image) => ({
    image: await overlay(
      image.linear(0.25, 0),
      `<defs><radialGradient id="g" cx="125" cy="125" r="130" gradientUnits="userSpaceOnUse">
        <stop offset="0.62" stop-color="#fff" stop-opacity="0"/><stop offset="0.8" stop-color="#fff"/>
      </radialGradient></defs><rect width="250" height="250" fill="url(#g)"/>`,
    ),
  }),
  'in red light': (image) => ({ image: image.linear([1, 0.12, 0.12], [0, 0, 0]) }),
  'filling the image': (image) => cut(image, 78, 70, 94, 116),
  'without its forehead': (image) => cut(image, 30, 112, 190, 138),
  'without its chin': (image) => cut(image, 30, 0, 190, 148),
  'half outside the image': (image) => cut(image, 125, 0, 125, 250),
  'with a mask': async (image) => ({
    image: await overlay(
      image,
      '<path d="M88 132 Q125 118 162 132 L156 172 Q125 196 94 172 Z" fill="#9cc4d8"/>' +
        '<path d="M92 146 H158 M92 158 H158" stroke="#86aec2" stroke-width="2"/>',
    ),
  }),
  'with sunglasses': async (image) => ({
    image: await overlay(
      image,
      '<ellipse cx="106" cy="113" rx="19" ry="13"/><ellipse cx="144" cy="113" rx="19" ry="13"/>' +
        '<path d="M85 110 H165" stroke="#000" stroke-width="4"/>',
    ),
  }),
};

async function main(): Promise<void> {
  const [, , model = '', folder = '', count = '0'] = process.argv;
  const detector = await openDetector(model, 'cpu');
  const find = searchedFaces(
    detector,
    { width: 160, height: 192 },
    { minFaceScore: LOWEST_SCORE, minFaceSize: 20 },
  );
  const found = async (bytes: Buffer) => {
    const { regions } = await find(await encodedImage(bytes));
    return regions.map(({ located }) => located!);
  };

  const scores: Record<string, number[]> = {};
  if (folder !== '') {
    const images = [...(await scanImages([folder])).images];
    const step = Math.max(1, Math.floor(images.length / Number(count)));
    const chosen = images.filter((_, i) => i % step === 0);
    for (const [name, make] of Object.entries(CONDITIONS)) {
      scores[name] = await pMap(
        chosen,
        async ({ path }) => {
          const { image, from = { x: 0, y: 0 } } = await make(sharp(await readFile(path)));
          const faces = await found(await image.jpeg({ quality: 92 }).toBuffer());
          const near = faces.filter(
            ({ box }) =>
              Math.hypot(
                box.x + box.width / 2 + from.x - FACE.x,
                box.y + box.height / 2 + from.y - FACE.y,
              ) < FACE.reach,
          );
          return Math.max(0, ...near.map(({ score }) => score));
        },
        { concurrency: 2 },
      );
    }
  }
  const drawn = await pMap(
    await drawings(),
    async (bytes) => Math.max(0, ...(await found(bytes)).map(({ score }) => score)),
    { concurrency: 2 },
  );
  console.log(JSON.stringify({ scores, drawn }));
}

void main();
