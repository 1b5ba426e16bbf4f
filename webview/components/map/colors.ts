/** Colors of the points of a map. */
import type { Clustering } from '../../../src/domain/clustering';
import { clusterColor } from '../../../src/domain/cluster-colors';

/** CSS colors as opaque pixels: 0xFFBBGGRR. */
export function packedColors(colors: readonly string[]): Uint32Array {
  const canvas = new OffscreenCanvas(Math.max(1, colors.length), 1);
  const context = canvas.getContext('2d', { willReadFrequently: true })!;
  colors.forEach((color, i) => {
    context.fillStyle = color;
    context.fillRect(i, 0, 1, 1);
  });
  const { data } = context.getImageData(0, 0, canvas.width, 1);
  return new Uint32Array(data.buffer).slice(0, colors.length).map((pixel) => pixel | 0xff000000);
}

/** A canvas can be this wide at least; clusters beyond it take the colors of the first again. */
const MOST_COLORS = 4096;

/** Positions of the clusters' colors in their palette; others share the first. */
export const clusterShades = (clusters: Int32Array): Uint32Array =>
  Uint32Array.from(clusters, (id) => Math.max(0, id + 1) % MOST_COLORS);

/** Colors that clusters were given, by id. */
export type OwnColors = ReadonlyMap<number, string>;

export const ownColors = ({ clusters }: Clustering): OwnColors =>
  new Map(
    clusters.flatMap(({ id, said }) => (said?.color === undefined ? [] : [[id, said.color]])),
  );

/** A color for each of the clusters. */
export function clusterPalette(clusters: Int32Array, own: OwnColors): Uint32Array {
  const count = clusters.reduce((most, id) => Math.max(most, id + 1), 0);
  const length = Math.min(count + 1, MOST_COLORS);
  return packedColors(
    Array.from({ length }, (_, shade) => own.get(shade - 1) ?? clusterColor(shade - 1)),
  );
}

/** Colors of an attribute from 0 to 1, as CSS: away from the background, and ever farther. */
export function rampColors(isDark: boolean, steps = 256): string[] {
  const [from, to] = isDark ? [DARK.low, DARK.high] : [LIGHT.low, LIGHT.high];
  return Array.from({ length: steps }, (_, step) => {
    const share = step / (steps - 1);
    const [lightness, chroma, hue] = from.map((value, i) => value + (to[i]! - value) * share);
    return `oklch(${lightness!.toFixed(3)} ${chroma!.toFixed(3)} ${hue!.toFixed(1)})`;
  });
}

/** Lightness, chroma and hue: blue to yellow on dark, sand to indigo on light. */
const DARK = { low: [0.5, 0.13, 280], high: [0.95, 0.16, 100] };
const LIGHT = { low: [0.65, 0.13, 75], high: [0.28, 0.15, 285] };

/** Whether text on a color is white: by its relative luminance. */
export function isDarkColor(pixel: number): boolean {
  const channel = (shift: number) => (((pixel >>> shift) & 0xff) / 255) ** 2.2;
  return 0.2126 * channel(0) + 0.7152 * channel(8) + 0.0722 * channel(16) < 0.18;
}
