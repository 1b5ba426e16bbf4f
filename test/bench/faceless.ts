/**
 * Pictures without a face, made from nothing: textures, landscapes, text, patterns. The same every
 * time.
 */
import sharp, { type OverlayOptions } from 'sharp';
import { random } from '../support/vectors';
import { render, svgOf } from './svg';

const SIZES = [
  [640, 480],
  [1600, 1200],
  [1080, 1920],
  [300, 300],
] as const;

/** @returns 120 pictures as JPEGs. */
export async function facelessPictures(): Promise<{ name: string; bytes: Buffer }[]> {
  const makers = { texture, landscape, text, discs, plaid };
  const pictures: { name: string; bytes: Buffer }[] = [];
  for (let seed = 0; seed < 24; seed++) {
    const [width, height] = SIZES[seed % SIZES.length]!;
    for (const [name, make] of Object.entries(makers)) {
      pictures.push({
        name: `${name} ${seed}`,
        bytes: await make(width, height, random(seed * 7 + name.length)),
      });
    }
  }
  return pictures;
}

type Next = () => number;
const pick = (next: Next, low: number, high: number) => low + (high - low) * next();
const colour = (next: Next, low = 0, high = 255) =>
  `rgb(${[0, 1, 2].map(() => Math.round(pick(next, low, high))).join()})`;
/** Clouds of noise of several sizes: wood, plaster, foliage. */
async function texture(width: number, height: number, next: Next): Promise<Buffer> {
  const frequency = [0.004, 0.012, 0.03, 0.09][Math.floor(4 * next())]!;
  const [r, g, b] = [pick(next, 0.3, 1), pick(next, 0.3, 1), pick(next, 0.3, 1)];
  const layers: OverlayOptions[] = [];
  for (const scale of [1, 2.7, 7]) {
    const small = {
      width: Math.max(2, Math.round(width * frequency * scale)),
      height: Math.max(2, Math.round(height * frequency * scale)),
    };
    const noise = Buffer.from(
      Array.from({ length: small.width * small.height }, () => Math.round(255 * next())),
    );
    const grown = await sharp(noise, { raw: { ...small, channels: 1 } })
      .resize(width, height, { fit: 'fill', kernel: 'cubic' })
      .toColourspace('srgb')
      .tint({ r: 255 * r, g: 255 * g, b: 255 * b })
      .ensureAlpha(1 / scale)
      .png({ compressionLevel: 1 })
      .toBuffer();
    layers.push({ input: grown });
  }
  return sharp({ create: { width, height, channels: 3, background: '#888' } })
    .composite(layers)
    .jpeg({ quality: 90 })
    .toBuffer();
}

/** Sky, sun, hills and trees. */
function landscape(width: number, height: number, next: Next): Promise<Buffer> {
  const horizon = height * pick(next, 0.35, 0.65);
  const hills = Array.from({ length: 4 }, (_, i) => {
    const y = horizon + (i * (height - horizon)) / 5;
    const points = Array.from(
      { length: 13 },
      (__, k) => `${(k * width) / 12},${y - pick(next, 0, height / 6)}`,
    );
    return `<polygon points="0,${height} ${points.join(' ')} ${width},${height}" fill="rgb(${40 + 20 * i},${90 + 20 * i},${50 + 8 * i})"/>`;
  });
  const trees = Array.from({ length: 40 }, () => {
    const [x, y, size] = [width * next(), pick(next, horizon, height), pick(next, 10, height / 12)];
    return `<rect x="${x - size / 10}" y="${y}" width="${size / 5}" height="${size}" fill="#5b3a1e"/><circle cx="${x}" cy="${y}" r="${size / 2}" fill="${colour(next, 20, 120)}"/>`;
  });
  const sky = `<rect width="100%" height="100%" fill="${colour(next, 120, 240)}"/><circle cx="${width * next()}" cy="${(horizon * next()) / 2}" r="${height / 14}" fill="#ffe9a8"/>`;
  return render(svgOf(width, height, sky + hills.join('') + trees.join('')));
}

/** Pages and signs. */
function text(width: number, height: number, next: Next): Promise<Buffer> {
  const size = pick(next, 12, 48);
  const lines = Array.from({ length: Math.floor(height / (1.5 * size)) }, (_, i) => {
    const words = Array.from({ length: Math.floor(width / (4 * size)) }, () =>
      Math.floor(next() * 36 ** 5).toString(36),
    ).join(' ');
    return `<text x="${size}" y="${(i + 1) * 1.5 * size}" font-size="${size}" font-family="sans-serif" fill="${colour(next, 0, 110)}">${words}</text>`;
  });
  return render(
    svgOf(
      width,
      height,
      `<rect width="100%" height="100%" fill="${colour(next, 180, 255)}"/>${lines.join('')}`,
    ),
  );
}

/** Discs and rings of all sizes: what is round but no face. */
function discs(width: number, height: number, next: Next): Promise<Buffer> {
  const shapes = Array.from({ length: 60 }, () => {
    const radius = pick(next, 6, Math.min(width, height) / 5);
    const ring = next() < 0.4 ? `stroke="${colour(next)}" stroke-width="${radius / 5}"` : '';
    return `<ellipse cx="${width * next()}" cy="${height * next()}" rx="${radius}" ry="${radius * pick(next, 0.6, 1.4)}" fill="${colour(next)}" ${ring}/>`;
  });
  return render(
    svgOf(
      width,
      height,
      `<rect width="100%" height="100%" fill="${colour(next)}"/>${shapes.join('')}`,
    ),
  );
}

/** Stripes and checks: facades, fabric, screens. */
function plaid(width: number, height: number, next: Next): Promise<Buffer> {
  const stripes = Array.from({ length: 50 }, () => {
    const across = next() < 0.5;
    const at = next() * (across ? height : width);
    const thick = pick(next, 2, 60);
    const place = across
      ? `x="0" y="${at}" width="${width}" height="${thick}"`
      : `x="${at}" y="0" width="${thick}" height="${height}"`;
    return `<rect ${place} fill="${colour(next)}" fill-opacity="${pick(next, 0.3, 1)}"/>`;
  });
  return render(
    svgOf(
      width,
      height,
      `<rect width="100%" height="100%" fill="${colour(next)}"/>${stripes.join('')}`,
    ),
  );
}
