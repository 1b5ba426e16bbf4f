import { describe, expect, it } from 'vitest';
import { boundsOf, frameOf } from '../../src/faces/align';
import { alignedFrame } from '../../src/faces/framing';
import { cropFrame, type Pixels } from '../../src/faces/crop';
import { random } from '../support/vectors';

const SIZE = { width: 160, height: 192 };

/** Red grows to the right, green downwards, blue along the diagonal: every pixel tells where it is from. */
function ramps(width: number, height: number): Pixels {
  const data = Buffer.alloc(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      data.set([Math.round((250 * (x + 0.5)) / width), Math.round((250 * (y + 0.5)) / height), 128], (y * width + x) * 3);
    }
  }
  return { data, width, height };
}

describe('cropFrame', () => {
  const image = ramps(800, 600);
  const next = random(12);
  const cases = Array.from({ length: 40 }, () => ({
    width: 60 + 500 * next(),
    angle: (next() - 0.5) * 2 * Math.PI,
    x: 200 + 300 * next(),
    y: 150 + 250 * next(),
  }));

  it.each(cases)('takes every pixel from where it lies ($width px wide, turned by $angle)', ({ width, angle, x, y }) => {
    const height = width * 1.2;
    const crop = cropFrame(image, { x: x - width / 2, y: y - height / 2, width, height, angle }, SIZE);
    expect(crop).toHaveLength(160 * 192 * 3);
    let compared = 0;
    for (let row = 6; row < 192; row += 20) {
      for (let column = 6; column < 160; column += 20) {
        const [dx, dy] = [((column + 0.5) / 160 - 0.5) * width, ((row + 0.5) / 192 - 0.5) * height];
        const px = x + dx * Math.cos(angle) - dy * Math.sin(angle);
        const py = y + dx * Math.sin(angle) + dy * Math.cos(angle);
        const at = (row * 160 + column) * 3;
        // Beyond the border its last pixel goes on; near it the resampling mixes the two.
        const expected = [(250 * Math.min(Math.max(px, 0.5), 799.5)) / 800, (250 * Math.min(Math.max(py, 0.5), 599.5)) / 600];
        const pixel = [(250 * Math.max(1, width / 160)) / 800, (250 * Math.max(1, width / 160)) / 600];
        for (const channel of [0, 1] as const)
          expect(Math.abs(crop[at + channel]! - expected[channel]!)).toBeLessThan(1 + 0.75 * pixel[channel]!);
        expect(crop[at + 2]).toBe(128); // no black border
        compared += 1;
      }
    }
    expect(compared).toBe(80);
  });
});

describe('frameOf', () => {
  it('puts the eyes where the network expects them, however the face is turned', () => {
    for (const angle of [0, 0.4, -1.2, Math.PI / 2, Math.PI]) {
      const turn = (x: number, y: number) => ({
        x: 300 + x * Math.cos(angle) - y * Math.sin(angle),
        y: 200 + x * Math.sin(angle) + y * Math.cos(angle),
      });
      const frame = frameOf([turn(-18, 0), turn(18, 0)], turn(0, 36), SIZE);
      expect(Math.abs(Math.sin((frame.angle - angle) / 2))).toBeLessThan(1e-9);
      expect(frame.width).toBeCloseTo(Math.max(36, 36 / 1.05) / 0.225, 6);
      // Back into the crop: undo the turn about the frame's middle.
      const centre = { x: frame.x + frame.width / 2, y: frame.y + frame.height / 2 };
      const eye = turn(-18, 0);
      const [dx, dy] = [eye.x - centre.x, eye.y - centre.y];
      const inCrop = {
        x: 80 + ((dx * Math.cos(angle) + dy * Math.sin(angle)) * 160) / frame.width,
        y: 96 + ((-dx * Math.sin(angle) + dy * Math.cos(angle)) * 160) / frame.width,
      };
      expect(inCrop.x).toBeCloseTo(62, 6);
      expect(inCrop.y).toBeCloseTo(0.604 * 160, 6);
    }
  });

  it.each([
    { width: 160, height: 192 },
    { width: 224, height: 224, stretch: true },
    { width: 128, height: 128 },
    { width: 64, height: 128 },
  ])("cuts out of CelebA's images what is cut out where no face is looked for: %o", (framing) => {
    // The eyes of CelebA's 178×218 images, as frameOf has them.
    const [y, apart] = [(0.604 + 0.5 * (218 / 178 - 192 / 160)) * 178, 0.225 * 178];
    const eyes = [
      { x: 89 - apart / 2, y },
      { x: 89 + apart / 2, y },
    ] as const;
    const found = frameOf(eyes, { x: 89, y: y + apart }, framing);
    const aligned = alignedFrame({ width: 178, height: 218 }, framing);
    for (const side of ['x', 'y', 'width', 'height'] as const) expect(found[side]).toBeCloseTo(aligned[side], 6);
  });

  it('tells the size of a face turned to the side by its height', () => {
    const front = frameOf(
      [
        { x: 0, y: 0 },
        { x: 40, y: 0 },
      ],
      { x: 20, y: 42 },
      SIZE,
    );
    const side = frameOf(
      [
        { x: 15, y: 0 },
        { x: 30, y: 0 },
      ],
      { x: 22.5, y: 42 },
      SIZE,
    );
    expect(side.width).toBeCloseTo(front.width, 6);
  });
});

describe('boundsOf', () => {
  it('is the box around a turned frame', () => {
    const bounds = boundsOf({ x: 0, y: 0, width: 40, height: 20, angle: Math.PI / 2 });
    expect(bounds.x).toBeCloseTo(10, 9);
    expect(bounds.y).toBeCloseTo(-10, 9);
    expect(bounds.width).toBeCloseTo(20, 9);
    expect(bounds.height).toBeCloseTo(40, 9);
  });
});
