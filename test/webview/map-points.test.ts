/** How points of the map are drawn and found, against the plain definitions. */
import { describe, expect, it } from 'vitest';
import { discOf, drawPoints, mixed } from '../../webview/components/map/raster';
import { nextPoint, PointGrid, pointsInside } from '../../webview/components/map/search';
import {
  boundsOf,
  fitted,
  onMap,
  onScreen,
  revealed,
  zoomed,
} from '../../webview/components/map/view';
import { random } from '../support/vectors';

function scattered(count: number, seed = 3): Float32Array {
  const next = random(seed);
  return Float32Array.from({ length: 2 * count }, () => next());
}

const WHITE = 0xffffffff;
const RED = 0xff0000ff;
const BLUE = 0xffff0000;

describe('drawPoints', () => {
  const drawn = (points: number[][], changes: Partial<Parameters<typeof drawPoints>[3]> = {}) => {
    const raster = { pixels: new Uint32Array(100).fill(WHITE), width: 10, height: 10 };
    const scene = {
      places: Float32Array.from(points.flat()),
      shades: Uint32Array.from(points, (_, i) => i % 2),
    };
    const palette = Uint32Array.of(RED, BLUE);
    const pass = { palette, marks: undefined, mark: 0, step: 1, disc: discOf(1, 1) } as const;
    drawPoints(raster, { scale: 10, x: 0, y: 0 }, scene, { ...pass, ...changes });
    return raster.pixels;
  };

  it('draws a disc of the color of each point, within the picture', () => {
    const pixels = drawn([
      [0.5, 0.5],
      [0, 0.9],
      [3, 3],
    ]);
    expect(pixels[5 * 10 + 5]).toBe(RED);
    expect(pixels[5 * 10 + 6]).toBe(0xff7f7fff); // its edge is smooth
    expect(pixels[9 * 10]).toBe(BLUE);
    expect(pixels[2 * 10 + 2]).toBe(WHITE);
    expect(pixels[8 * 10 + 9]).toBe(WHITE); // what is cut off does not come in at the other side
  });

  it('draws the points of a mark only, and each second one', () => {
    const points = [
      [0.2, 0.2],
      [0.5, 0.5],
      [0.8, 0.8],
    ];
    const isDrawn = (pixels: Uint32Array) => [22, 55, 88].map((at) => pixels[at] !== WHITE);
    const marks = Uint8Array.of(0, 1, 0);
    expect(isDrawn(drawn(points, { marks, mark: 1 }))).toEqual([false, true, false]);
    expect(isDrawn(drawn(points, { marks, mark: 0 }))).toEqual([true, false, true]);
    expect(isDrawn(drawn(points, { step: 2 }))).toEqual([true, false, true]);
  });

  it('mixes each channel by itself', () => {
    expect(mixed(0xff102030, 0xff908070, 0)).toBe(0xff102030);
    expect(mixed(0xff102030, 0xff908070, 256)).toBe(0xff908070);
    expect(mixed(0xff000000, 0xffffffff, 128)).toBe(0xff7f7f7f);
    expect(mixed(0xffff00ff, 0xff00ff00, 64)).toBe(0xffbf3fbf);
  });
});

describe('the search among points', () => {
  const places = scattered(2000);
  const distance = (row: number, x: number, y: number) =>
    Math.hypot(places[2 * row]! - x, places[2 * row + 1]! - y);

  it('finds the nearest point, or none', () => {
    const grid = new PointGrid(places);
    const next = random(8);
    for (let i = 0; i < 200; i++) {
      const [x, y] = [1.2 * next() - 0.1, 1.2 * next() - 0.1];
      const radius = 0.05 * next();
      const row = grid.nearest({ x, y }, radius);
      let best = -1;
      for (let each = 0; each < 2000; each++)
        if (
          distance(each, x, y) <= radius &&
          !(best >= 0 && distance(each, x, y) >= distance(best, x, y))
        )
          best = each;
      expect(row).toBe(best);
    }
    expect(new PointGrid(new Float32Array()).nearest({ x: 0.5, y: 0.5 }, 1)).toBe(-1);
    expect(new PointGrid(Float32Array.of(1, 1)).nearest({ x: 0.9, y: 0.9 }, 1)).toBe(0);
  });

  it('finds the points inside an outline', () => {
    const square = [
      { x: 0.2, y: 0.2 },
      { x: 0.6, y: 0.2 },
      { x: 0.6, y: 0.6 },
      { x: 0.2, y: 0.6 },
    ];
    const inside = (row: number) =>
      places[2 * row]! > 0.2 &&
      places[2 * row]! < 0.6 &&
      places[2 * row + 1]! > 0.2 &&
      places[2 * row + 1]! < 0.6;
    const expected = Array.from({ length: 2000 }, (_, row) => row).filter(inside);
    expect(pointsInside(places, square)).toEqual(expected);
    expect(pointsInside(places, [])).toEqual([]);
    // A line that crosses itself leaves out what it encloses twice, as every even-odd rule.
    expect(pointsInside(places, [...square, ...square])).toEqual([]);
  });

  it('goes from point to point in each direction, and back', () => {
    const cross = Float32Array.of(0.5, 0.5, 0.7, 0.5, 0.9, 0.55, 0.3, 0.5, 0.5, 0.2, 0.52, 0.9);
    const [left, right, up, down] = [
      { x: -1, y: 0 },
      { x: 1, y: 0 },
      { x: 0, y: -1 },
      { x: 0, y: 1 },
    ];
    expect([left, right, up, down].map((each) => nextPoint(cross, 0, each, 0.01))).toEqual([
      3, 1, 4, 5,
    ]);
    expect(nextPoint(cross, 1, right, 0.01)).toBe(2);
    expect(nextPoint(cross, 0, right, 0.3)).toBe(2); // the nearer one is too near
    expect(nextPoint(cross, 1, right, 0.5)).toBe(2); // all are: the farthest of them
    expect(nextPoint(cross, 2, right, 0.01)).toBe(-1);
    expect(nextPoint(cross, 3, up, 0.01)).toBe(4);
    expect(nextPoint(cross, 2, up, 0.01)).toBe(1); // none is at most 45° off
  });
});

describe('the view', () => {
  const size = { width: 400, height: 200 };

  it('shows all points with a margin, also where there is one or none', () => {
    const places = Float32Array.of(0, 0.4, 1, 0.6);
    const view = fitted(boundsOf(places), size);
    expect(onScreen(view, places, 0)).toEqual({ x: 16, y: expect.closeTo(63.2, 3) as number });
    expect(onScreen(view, places, 1).x).toBe(384);
    for (const few of [Float32Array.of(0.3, 0.7), new Float32Array()]) {
      const one = fitted(boundsOf(few), size);
      expect(Object.values(one).every(Number.isFinite)).toBe(true);
    }
    const one = Float32Array.of(0.3, 0.7);
    expect(onScreen(fitted(boundsOf(one), size), one, 0).x).toBeCloseTo(200, 1);
  });

  it('zooms around a position, within bounds', () => {
    const whole = { scale: 100, x: 10, y: 20 };
    const at = { x: 50, y: 60 };
    const view = zoomed(whole, 3, at, whole);
    expect(view.scale).toBe(300);
    expect(onMap(view, at)).toEqual(onMap(whole, at));
    expect(zoomed(whole, 1e9, at, whole).scale).toBe(50_000);
    expect(zoomed(whole, 1e-9, at, whole).scale).toBe(50);
  });

  it('moves only as far as a position comes into sight', () => {
    const view = { scale: 100, x: 0, y: 0 };
    expect(revealed(view, { x: 200, y: 100 }, size)).toEqual(view);
    expect(revealed(view, { x: 500, y: -10 }, size)).toEqual({ scale: 100, x: -116, y: 26 });
  });
});
