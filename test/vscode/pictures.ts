/** Looks at screenshots by their pixels: is anything there, and can it be read? */
import sharp from 'sharp';

/** Relative luminance of WCAG 2, in [0, 1]. */
export function luminance([red, green, blue]: readonly number[]): number {
  const linear = (value: number) =>
    value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4;
  return 0.2126 * linear(red!) + 0.7152 * linear(green!) + 0.0722 * linear(blue!);
}

/** Contrast ratio of WCAG 2, in [1, 21]. */
function contrast(a: readonly number[], b: readonly number[]): number {
  const [light, dark] = [
    Math.max(luminance(a), luminance(b)),
    Math.min(luminance(a), luminance(b)),
  ];
  return (light + 0.05) / (dark + 0.05);
}

/**
 * What a picture of a piece of text shows: the colour of most of it, and the pixel that stands out
 * most from that.
 */
export async function textContrast(png: Buffer): Promise<{ background: number[]; ratio: number }> {
  const { data, info } = await sharp(png).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const counts = new Map<number, number>();
  for (let i = 0; i < data.length; i += info.channels) {
    const key = (data[i]! << 16) | (data[i + 1]! << 8) | data[i + 2]!;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const rgb = (key: number) => [key >> 16, (key >> 8) & 255, key & 255];
  const [most] = [...counts].sort(([, a], [, b]) => b - a)[0]!;
  const background = rgb(most);
  const ratio = Math.max(...[...counts.keys()].map((key) => contrast(rgb(key), background)));
  return { background, ratio };
}

/** Standard deviation of a picture's grey values: near 0 for an empty one. */
export async function variety(png: Buffer): Promise<number> {
  const { channels } = await sharp(png).removeAlpha().greyscale().stats();
  return channels[0]!.stdev;
}
