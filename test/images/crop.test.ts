import { describe, expect, it } from 'vitest';
import type { CropSize } from '../../src/domain/faces';
import { frameOf } from '../../src/faces/align';
import { cropFrame, reduceBox } from '../../src/images/crop';
import { alignedFrame, type Frame, boundsOf } from '../../src/images/framing';
import type { Pixels } from '../../src/images/pixels';
import { random } from '../support/vectors';

const SIZE = { width: 160, height: 192 };

/** Red grows to the right and green downwards, so that colors identify positions. */
function ramps(width: number, height: number): Pixels {
  const data = Buffer.alloc(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      data.set(
        [Math.round((250 * (x + 0.5)) / width), Math.round((250 * (y + 0.5)) / height), 128],
        (y * width + x) * 3,
      );
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

  it.each(cases)(
    'samples every pixel at its position ($width px wide, turned by $angle)',
    ({ width, angle, x, y }) => {
      const height = width * 1.2;
      const crop = cropFrame(
        image,
        { x: x - width / 2, y: y - height / 2, width, height, angle },
        SIZE,
      );
      expect(crop).toHaveLength(160 * 192 * 3);
      let compared = 0;
      for (let row = 6; row < 192; row += 20) {
        for (let column = 6; column < 160; column += 20) {
          const [dx, dy] = [
            ((column + 0.5) / 160 - 0.5) * width,
            ((row + 0.5) / 192 - 0.5) * height,
          ];
          const px = x + dx * Math.cos(angle) - dy * Math.sin(angle);
          const py = y + dx * Math.sin(angle) + dy * Math.cos(angle);
          const at = (row * 160 + column) * 3;
          // Beyond the border its pixels are repeated; near it, resampling mixes them with the image.
          const expected = [
            (250 * Math.min(Math.max(px, 0.5), 799.5)) / 800,
            (250 * Math.min(Math.max(py, 0.5), 599.5)) / 600,
          ];
          const pixel = [
            (250 * Math.max(1, width / 160)) / 800,
            (250 * Math.max(1, width / 160)) / 600,
          ];
          for (const channel of [0, 1] as const)
            expect(Math.abs(crop[at + channel]! - expected[channel]!)).toBeLessThan(
              1 + 0.75 * pixel[channel]!,
            );
          expect(crop[at + 2]).toBe(128); // no black border
          compared += 1;
        }
      }
      expect(compared).toBe(80);
    },
  );
});

/**
 * The definition of `cropFrame`, pixel by pixel: means of squares, then means of bilinear samples
 * that are spread evenly over each pixel of the crop.
 */
function byDefinition(image: Pixels, frame: Frame, size: CropSize): number[] {
  const by = Math.max(
    1,
    Math.floor(Math.min(frame.width / size.width, frame.height / size.height)),
  );
  const { x: boundsX, y: boundsY } = boundsOf(frame);
  // The first square's position determines which pixels are averaged together.
  const begin = (at: number, length: number) =>
    Math.min(Math.max(Math.floor(at - 2 * by), 0), length - by);
  const [left, top] = [begin(boundsX, image.width), begin(boundsY, image.height)];
  const [columns, rows] = [
    Math.floor((image.width - left) / by),
    Math.floor((image.height - top) / by),
  ];
  const mean = (column: number, row: number, channel: number) => {
    let sum = 0;
    for (let y = 0; y < by; y++)
      for (let x = 0; x < by; x++)
        sum +=
          image.data[((top + row * by + y) * image.width + left + column * by + x) * 3 + channel]!;
    return Math.floor(sum / (by * by) + 0.5);
  };
  const inside = (value: number, length: number) => Math.min(Math.max(value, 0), length - 1);
  const bilinear = (x: number, y: number, channel: number) => {
    const at = (column: number, row: number) =>
      mean(inside(column, columns), inside(row, rows), channel);
    const [x0, y0] = [Math.floor(x), Math.floor(y)];
    const [dx, dy] = [x - x0, y - y0];
    return (
      (1 - dy) * ((1 - dx) * at(x0, y0) + dx * at(x0 + 1, y0)) +
      dy * ((1 - dx) * at(x0, y0 + 1) + dx * at(x0 + 1, y0 + 1))
    );
  };
  const n = Math.ceil(Math.max(frame.width / size.width, frame.height / size.height) / by / 1.75);
  const result: number[] = [];
  for (let v = 0; v < size.height; v++) {
    for (let u = 0; u < size.width; u++) {
      for (let channel = 0; channel < 3; channel++) {
        let sum = 0;
        for (let i = 0; i < n * n; i++) {
          const dx = ((u + ((i % n) + 0.5) / n) / size.width - 0.5) * frame.width;
          const dy = ((v + (Math.floor(i / n) + 0.5) / n) / size.height - 0.5) * frame.height;
          const x =
            frame.x + frame.width / 2 + dx * Math.cos(frame.angle) - dy * Math.sin(frame.angle);
          const y =
            frame.y + frame.height / 2 + dx * Math.sin(frame.angle) + dy * Math.cos(frame.angle);
          sum += bilinear(
            inside((x - left) / by - 0.5, columns),
            inside((y - top) / by - 0.5, rows),
            channel,
          );
        }
        result.push(sum / (n * n));
      }
    }
  }
  return result;
}

describe('cropFrame compared with its definition, on noise', () => {
  const next = random(5);
  const noise = {
    width: 97,
    height: 83,
    data: Uint8Array.from({ length: 97 * 83 * 3 }, () => 256 * next()),
  };
  const small = { width: 20, height: 24 };
  const cases = [
    { x: 0, y: 0, width: 20, height: 24, angle: 0 },
    { x: 40.3, y: 20.7, width: 11, height: 13.2, angle: 0.4 },
    { x: 30, y: 12, width: 37, height: 44.4, angle: -2.1 },
    { x: 10, y: 5, width: 75, height: 90, angle: 1 },
    { x: -30, y: -40, width: 130, height: 156, angle: 0.2 },
    { x: 60, y: 50, width: 61, height: 73.2, angle: Math.PI / 2 },
    { x: 300, y: -200, width: 50, height: 60, angle: 0.3 },
  ];

  it.each(cases)(
    'gives the same crop for a frame at $x, $y of $width × $height, turned by $angle',
    (frame) => {
      const crop = cropFrame(noise, frame, small);
      const expected = byDefinition(noise, frame, small);
      expect(crop).toHaveLength(expected.length);
      for (const [i, value] of expected.entries())
        expect(Math.abs(crop[i]! - value), `byte ${i}`).toBeLessThan(0.51);
    },
  );
});

describe('reduceBox', () => {
  const next = random(9);
  const noise = {
    width: 61,
    height: 53,
    data: Uint8Array.from({ length: 61 * 53 * 3 }, () => 256 * next()),
  };
  const cases = [
    { part: { x: 0, y: 0, width: 61, height: 53 }, by: 1, mostRows: undefined, rows: [0] },
    { part: { x: 3, y: 5, width: 50, height: 41 }, by: 2, mostRows: undefined, rows: [0, 1] },
    { part: { x: 7, y: 2, width: 54, height: 51 }, by: 5, mostRows: 3, rows: [0, 2, 4] },
    { part: { x: 1, y: 1, width: 60, height: 52 }, by: 26, mostRows: 2, rows: [6, 19] },
  ];

  it.each(cases)(
    'averages squares of $by × $by pixels, of which the rows $rows',
    ({ part, by, mostRows, rows }) => {
      const reduced = reduceBox(noise, part, by, mostRows);
      expect(reduced).toMatchObject({
        width: Math.floor(part.width / by),
        height: Math.floor(part.height / by),
      });
      expect(reduced.data).toHaveLength(reduced.width * reduced.height * 3);
      for (const [i, value] of reduced.data.entries()) {
        const [column, row] = [
          Math.floor(i / 3) % reduced.width,
          Math.floor(i / 3 / reduced.width),
        ];
        let sum = 0;
        for (const y of rows) {
          for (let x = 0; x < by; x++)
            sum +=
              noise.data[((part.y + row * by + y) * 61 + part.x + column * by + x) * 3 + (i % 3)]!;
        }
        expect(Math.abs(value - sum / (by * rows.length)), `byte ${i}`).toBeLessThanOrEqual(0.5001);
      }
    },
  );
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
      // Turn back about the frame's center, into the crop.
      const center = { x: frame.x + frame.width / 2, y: frame.y + frame.height / 2 };
      const eye = turn(-18, 0);
      const [dx, dy] = [eye.x - center.x, eye.y - center.y];
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
  ])("gives faces in CelebA's images the frame of alignedFrame: %o", (framing) => {
    // The eyes of CelebA's 178×218 images, as frameOf has them.
    const [y, apart] = [(0.604 + 0.5 * (218 / 178 - 192 / 160)) * 178, 0.225 * 178];
    const eyes = [
      { x: 89 - apart / 2, y },
      { x: 89 + apart / 2, y },
    ] as const;
    const found = frameOf(eyes, { x: 89, y: y + apart }, framing);
    const aligned = alignedFrame({ width: 178, height: 218 }, framing);
    for (const side of ['x', 'y', 'width', 'height'] as const)
      expect(found[side]).toBeCloseTo(aligned[side], 6);
  });

  it('takes the size of a face in profile from its height', () => {
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
  it('returns the box around a turned frame', () => {
    const bounds = boundsOf({ x: 0, y: 0, width: 40, height: 20, angle: Math.PI / 2 });
    expect(bounds.x).toBeCloseTo(10, 9);
    expect(bounds.y).toBeCloseTo(-10, 9);
    expect(bounds.width).toBeCloseTo(20, 9);
    expect(bounds.height).toBeCloseTo(40, 9);
  });
});
