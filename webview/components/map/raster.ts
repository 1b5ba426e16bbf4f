/**
 * Draws points into pixels. Plain loops draw 200,000 points in a few milliseconds on any machine,
 * also where there is no GPU.
 */
import type { MapView } from './view';

/** Pixels of a picture, as in an `ImageData`: 0xAABBGGRR. */
export interface Raster {
  pixels: Uint32Array;
  width: number;
  height: number;
}

export interface Points {
  /** `[points, 2]`. */
  places: Float32Array;
  /** Position of each point's color in a palette. */
  shades: Uint32Array;
}

/** Which of the points are drawn, and how. */
export interface Pass {
  /** Opaque colors: 0xFFBBGGRR. */
  palette: Uint32Array;
  /** 1 for points that are marked; undefined where none is. */
  marks: Uint8Array | undefined;
  /** The mark of the points that are drawn. */
  mark: 0 | 1;
  /** Draws each point, or each second, third, … */
  step: number;
  disc: Disc;
}

/** The pixels of a point, relative to its center. */
export interface Disc {
  across: Int32Array;
  down: Int32Array;
  /** Share of the point's color, 0 to 256. */
  cover: Int32Array;
  /** Largest distance of a pixel from the center, along an axis. */
  reach: number;
}

/**
 * A disc with a smooth edge.
 * @param radius in pixels.
 * @param opacity of its middle, in [0, 1].
 */
export function discOf(radius: number, opacity: number): Disc {
  const reach = Math.ceil(radius);
  const pixels: { across: number; down: number; cover: number }[] = [];
  for (let down = -reach; down <= reach; down++) {
    for (let across = -reach; across <= reach; across++) {
      const inside = Math.min(1, Math.max(0, radius + 0.5 - Math.hypot(across, down)));
      const cover = Math.round(256 * opacity * inside);
      if (cover > 0) pixels.push({ across, down, cover });
    }
  }
  return {
    across: Int32Array.from(pixels, (each) => each.across),
    down: Int32Array.from(pixels, (each) => each.down),
    cover: Int32Array.from(pixels, (each) => each.cover),
    reach,
  };
}

/** Draws points over what is there; later points cover earlier ones. */
export function drawPoints(raster: Raster, view: MapView, points: Points, pass: Pass): void {
  const { places, shades } = points;
  const { palette, marks, mark, step, disc } = pass;
  const { reach } = disc;
  const { width, height } = raster;
  const { scale } = view;
  const [shiftX, shiftY] = [view.x + 0.5, view.y + 0.5];
  const count = shades.length;
  for (let i = 0; i < count; i += step) {
    if (marks !== undefined && marks[i] !== mark) continue;
    const x = Math.floor(places[2 * i]! * scale + shiftX);
    const y = Math.floor(places[2 * i + 1]! * scale + shiftY);
    if (x < -reach || y < -reach || x >= width + reach || y >= height + reach) continue;
    const color = palette[shades[i]!]!;
    if (x >= reach && y >= reach && x < width - reach && y < height - reach)
      drawDisc(raster.pixels, y * width + x, width, color, disc);
    else drawCutDisc(raster, x, y, color, disc);
  }
}

function drawDisc(pixels: Uint32Array, at: number, width: number, color: number, disc: Disc): void {
  const { across, down, cover } = disc;
  for (let i = 0; i < cover.length; i++) {
    const pixel = at + down[i]! * width + across[i]!;
    pixels[pixel] = mixed(pixels[pixel]!, color, cover[i]!);
  }
}

/** Draws a disc at the edge of a picture. */
function drawCutDisc(
  { pixels, width, height }: Raster,
  x: number,
  y: number,
  color: number,
  { across, down, cover }: Disc,
): void {
  for (let i = 0; i < cover.length; i++) {
    const [left, top] = [x + across[i]!, y + down[i]!];
    if (left < 0 || top < 0 || left >= width || top >= height) continue;
    pixels[top * width + left] = mixed(pixels[top * width + left]!, color, cover[i]!);
  }
}

/** @param share of `color` over `below`, 0 to 256. @returns an opaque color. */
export function mixed(below: number, color: number, share: number): number {
  const rest = 256 - share;
  const redBlue =
    ((Math.imul(below & 0xff00ff, rest) + Math.imul(color & 0xff00ff, share)) >>> 8) & 0xff00ff;
  const green =
    ((Math.imul(below & 0xff00, rest) + Math.imul(color & 0xff00, share)) >>> 8) & 0xff00;
  return (0xff000000 | redBlue | green) >>> 0;
}

/** @returns 1 for each face that is selected; undefined where none is. */
export function marksOf(selection: ReadonlySet<number>, faces: number): Uint8Array | undefined {
  const marks = new Uint8Array(faces);
  let selected = 0;
  for (const row of selection) {
    if (row >= faces) continue;
    marks[row] = 1;
    selected += 1;
  }
  return selected === 0 ? undefined : marks;
}
