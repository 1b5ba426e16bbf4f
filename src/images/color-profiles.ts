/**
 * Converts the colors of JPEGs with an ICC profile to sRGB. libvips (lcms) takes twice as long to
 * convert a photo as to decode it, and most profiles are sRGB anyway. So the effect of each profile
 * is measured once, on a chart of colors that libvips converts. A profile without effect is
 * ignored. Others become a table, which is applied only to the pixels that the network or a user
 * sees.
 */
import { profileSegments } from './jpeg-markers';
import { sharp } from './lazy-sharp';

/** The effect of a profile on a grid of colors; between them it is interpolated. */
interface ColorTable {
  /**
   * Differences to add to the red, green and blue of a color, in levels of 255, by its red, green
   * and blue: `[GRID, GRID, GRID, 3]`.
   */
  change: Float32Array;
}

/**
 * Color space of an image's stored pixels: sRGB, one that a table converts to sRGB, or an unknown
 * one, which libvips has to convert.
 */
export type ColorSpace = 'srgb' | 'unknown' | ColorTable;

/** Levels from one color of the grid to the next; divides 255. */
const STEP = 15;
/** Colors of the grid along each of red, green and blue. */
const GRID = 255 / STEP + 1;
/** Side of a field of the chart, in pixels. A field is one block of the JPEG, of one color. */
const FIELD_SIDE = 8;
const FIELDS_ACROSS = Math.ceil(GRID ** 1.5);
/** Largest effect of a profile that counts as sRGB, in levels: sRGB profiles round differently. */
const SRGB_TOLERANCE = 1;
/** Profiles that are remembered, at most: most folders have one or two. */
const MAX_COLOR_SPACES = 16;

const colorSpaces = new Map<string, Promise<ColorSpace>>();

/**
 * @param profile the segments with the ICC profile of an RGB JPEG, as they are in the file.
 * @returns `unknown` where the profile is damaged.
 */
export function colorSpaceOf(profile: Buffer): Promise<ColorSpace> {
  const key = profile.toString('latin1');
  let colorSpace = colorSpaces.get(key);
  if (colorSpace === undefined) {
    if (colorSpaces.size >= MAX_COLOR_SPACES) colorSpaces.clear();
    // If libvips fails on the chart, it converts the images themselves, and reports its errors.
    colorSpace = learnColorSpace(profile).catch(() => 'unknown' as const);
    colorSpaces.set(key, colorSpace);
  }
  return colorSpace;
}

/**
 * @param profile an ICC profile, or Display P3, of pixels that libvips does not decode.
 * @returns `srgb` where the profile is damaged, or not of RGB: then the colors are shown as they
 * are stored, as programs do that know no profiles.
 */
export async function colorSpaceOfProfile(profile: Buffer | 'p3'): Promise<ColorSpace> {
  const icc = profile === 'p3' ? await (displayP3 ??= readDisplayP3()) : profile;
  const colorSpace = await colorSpaceOf(profileSegments(icc));
  return colorSpace === 'unknown' ? 'srgb' : colorSpace;
}

let displayP3: Promise<Buffer> | undefined;

/** libvips brings this profile along, and gives it only inside images. */
async function readDisplayP3(): Promise<Buffer> {
  const raw = { width: 1, height: 1, channels: 3 } as const;
  const image = await sharp(Buffer.alloc(3), { raw }).withIccProfile('p3').png().toBuffer();
  const { icc } = await sharp(image).metadata();
  return icc ?? Buffer.alloc(0);
}

/** Compares the chart's colors before and after the conversion by libvips. */
async function learnColorSpace(profile: Buffer): Promise<ColorSpace> {
  const side = FIELDS_ACROSS * FIELD_SIDE;
  const pixels = Buffer.alloc(side * side * 3);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) pixels.set(gridColor(fieldAt(x, y)), (y * side + x) * 3);
  }
  const jpeg = await sharp(pixels, { raw: { width: side, height: side, channels: 3 } })
    .jpeg({ quality: 100, chromaSubsampling: '4:4:4' })
    .toBuffer();
  const withProfile = Buffer.concat([jpeg.subarray(0, 2), profile, jpeg.subarray(2)]);
  const decode = (ignoreIcc: boolean) =>
    sharp(withProfile, { ignoreIcc }).toColourspace('srgb').raw().toBuffer();
  const [stored, converted] = await Promise.all([decode(true), decode(false)]);
  if (stored.length !== pixels.length || converted.length !== pixels.length) return 'unknown';

  const change = new Float32Array(GRID ** 3 * 3);
  let most = 0;
  for (let field = 0; field < GRID ** 3; field++) {
    // The center of the field. The JPEG's rounding changes both images alike.
    const [x, y] = [
      (field % FIELDS_ACROSS) * FIELD_SIDE + FIELD_SIDE / 2,
      Math.floor(field / FIELDS_ACROSS) * FIELD_SIDE + FIELD_SIDE / 2,
    ];
    for (let channel = 0; channel < 3; channel++) {
      const at = (y * side + x) * 3 + channel;
      const difference = converted[at]! - stored[at]!;
      change[field * 3 + channel] = difference;
      most = Math.max(most, Math.abs(difference));
    }
  }
  return most <= SRGB_TOLERANCE ? 'srgb' : { change };
}

const fieldAt = (x: number, y: number) =>
  Math.floor(y / FIELD_SIDE) * FIELDS_ACROSS + Math.floor(x / FIELD_SIDE);

function gridColor(field: number): [red: number, green: number, blue: number] {
  if (field >= GRID ** 3) return [0, 0, 0]; // fills up the last row
  return [
    Math.floor(field / GRID ** 2) * STEP,
    (Math.floor(field / GRID) % GRID) * STEP,
    (field % GRID) * STEP,
  ];
}

/** By level: index of the next lower grid color, and the distance above it, in [0, 1]. */
const LOWER_GRID_LEVEL = Uint8Array.from({ length: 256 }, (_, level) =>
  Math.min(GRID - 2, Math.floor(level / STEP)),
);
const CELL_POSITION = Float32Array.from(
  { length: 256 },
  (_, level) => (level - LOWER_GRID_LEVEL[level]! * STEP) / STEP,
);
/** Distances in `change` between neighbors along red, green and blue. */
const [RED, GREEN, BLUE] = [GRID * GRID * 3, GRID * 3, 3];

/**
 * Converts RGB bytes to sRGB in place, by tetrahedral interpolation between the colors of the grid
 * (Sakamoto and Itooka 1981), which keeps grays neutral. `unknown` colors were converted by
 * libvips.
 */
export function toSrgb(pixels: Uint8Array, colorSpace: ColorSpace): void {
  if (typeof colorSpace === 'string') return;
  const { change } = colorSpace;
  // Uint8ClampedArray also rounds.
  const clamped = new Uint8ClampedArray(pixels.buffer, pixels.byteOffset, pixels.length);
  for (let i = 0; i < pixels.length; i += 3) {
    const [red, green, blue] = [pixels[i]!, pixels[i + 1]!, pixels[i + 2]!];
    const [r, g, b] = [CELL_POSITION[red]!, CELL_POSITION[green]!, CELL_POSITION[blue]!];
    const low =
      LOWER_GRID_LEVEL[red]! * RED +
      LOWER_GRID_LEVEL[green]! * GREEN +
      LOWER_GRID_LEVEL[blue]! * BLUE;
    const high = low + RED + GREEN + BLUE;
    // The path from the low corner of the cell to the high one, along the axes in the order of the
    // color's positions, the largest first.
    let [first, second] = [RED, RED + GREEN];
    let [most, middle, least] = [r, g, b];
    if (r >= g) {
      if (b > r) [first, second, most, middle, least] = [BLUE, BLUE + RED, b, r, g];
      else if (b > g) [second, middle, least] = [RED + BLUE, b, g];
    } else if (b > g) [first, second, most, middle, least] = [BLUE, BLUE + GREEN, b, g, r];
    else if (b > r) [first, second, most, middle, least] = [GREEN, GREEN + BLUE, g, b, r];
    else [first, second, most, middle, least] = [GREEN, GREEN + RED, g, r, b];
    const [atLow, atFirst, atSecond, atHigh] = [1 - most, most - middle, middle - least, least];
    for (let channel = 0; channel < 3; channel++) {
      clamped[i + channel] =
        pixels[i + channel]! +
        atLow * change[low + channel]! +
        atFirst * change[low + first + channel]! +
        atSecond * change[low + second + channel]! +
        atHigh * change[high + channel]!;
    }
  }
}
