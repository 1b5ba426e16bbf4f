/**
 * Crops that networks are tested on: flat ones, whose variance is zero, noise, and drawn faces,
 * whose pixels are spread like those of photos.
 */

interface Drawing {
  background: readonly [number, number, number];
  skin: readonly [number, number, number];
  hair: readonly [number, number, number];
  /** How far the mouth opens, as a share of the height. */
  mouth: number;
  /** How far the head is off the center, as a share of the width. */
  shift: number;
}

/** [background, skin, hair, mouth, shift]; see `Drawing`. */
const DRAWINGS = [
  [[196, 205, 214], [224, 172, 140], [62, 44, 34], 0.02, 0],
  [[44, 58, 70], [141, 92, 65], [20, 17, 16], 0.05, -0.04],
  [[120, 150, 96], [241, 205, 180], [214, 182, 118], 0.01, 0.05],
  [[228, 226, 220], [186, 128, 98], [150, 150, 152], 0.03, 0.02],
] as const;

interface Size {
  width: number;
  height: number;
}

/** How a crop is called in messages. */
type SampleName = 'a gray image' | 'a black image' | 'a white image' | 'noise' | 'a drawn face';

/** RGB bytes of a crop, `[height, width, 3]`. */
export interface SampleCrop {
  name: SampleName;
  pixels: Uint8Array;
}

const flat = (name: SampleName, { width, height }: Size, value: number): SampleCrop => ({
  name,
  pixels: new Uint8Array(width * height * 3).fill(value),
});

export const grayCrop = (size: Size): SampleCrop => flat('a gray image', size, 127);
export const blackCrop = (size: Size): SampleCrop => flat('a black image', size, 0);
export const whiteCrop = (size: Size): SampleCrop => flat('a white image', size, 255);

export const noiseCrop = ({ width, height }: Size): SampleCrop => ({
  name: 'noise',
  pixels: Uint8Array.from({ length: width * height * 3 }, (_, i) => hash(i) >>> 24),
});

export const faceCrops = (size: Size): SampleCrop[] =>
  DRAWINGS.map(([background, skin, hair, mouth, shift], i) => ({
    name: 'a drawn face',
    pixels: draw({ background, skin, hair, mouth, shift }, size, i),
  }));

const hash = (i: number) => Math.imul(i, 2654435761);

function draw(drawing: Drawing, { width, height }: Size, seed: number): Uint8Array {
  const pixels = new Uint8Array(width * height * 3);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const at = (row * width + column) * 3;
      const [x, y] = [(column + 0.5) / width, (row + 0.5) / height];
      const color = colorAt(drawing, x - drawing.shift, y);
      const light = 1.12 - 0.3 * x - 0.1 * y;
      for (let channel = 0; channel < 3; channel++) {
        const grain = ((hash(at + channel + 7919 * seed) >>> 24) - 128) / 24;
        pixels[at + channel] = Math.max(0, Math.min(255, color[channel]! * light + grain));
      }
    }
  }
  return pixels;
}

/** Color of a face at a place in [0, 1]²: hair, eyes and mouth on an ellipse of skin. */
function colorAt({ background, skin, hair, mouth }: Drawing, x: number, y: number) {
  const inEllipse = (left: number, top: number, across: number, down: number) =>
    ((x - left) / across) ** 2 + ((y - top) / down) ** 2 < 1;
  const isEye = inEllipse(0.38, 0.5, 0.05, 0.022) || inEllipse(0.62, 0.5, 0.05, 0.022);
  if (isEye) return [38, 32, 30] as const;
  if (inEllipse(0.5, 0.74, 0.1, 0.012 + mouth)) return [160, 70, 72] as const;
  if (inEllipse(0.5, 0.56, 0.27, 0.36) && y > 0.33) return skin;
  if (inEllipse(0.5, 0.46, 0.32, 0.4)) return hair;
  return background;
}
