/**
 * Colours of a JPEG with an ICC profile → sRGB. Converting a photo takes libvips (lcms) twice as
 * long as decoding it, though most profiles say no more than that its colours are sRGB. So what a
 * profile does is learnt once, from a chart of colours that libvips converts; then it is skipped
 * where it does nothing, and done by a table where it does, to the few pixels that the network or a
 * person sees.
 */
import { sharp } from './lazy-sharp';

/** What a profile does to each colour of a grid; between them it is interpolated. */
interface ColourTable {
  /**
   * What is to be added to red, green and blue, in levels of 255: `[GRID, GRID, GRID, 3]` by red,
   * green and blue.
   */
  change: Float32Array;
}

/**
 * Of an image's pixels as they are decoded: sRGB, to be converted by a table, or nothing that is
 * known here, so that libvips must convert them.
 */
export type Colours = 'srgb' | 'unknown' | ColourTable;

/** Levels between two colours of the grid: 255 is a multiple of it. */
const STEP = 15;
const GRID = 255 / STEP + 1;
/** Side of a field of the chart, in pixels: a block of a JPEG, which makes it one colour. */
const FIELD = 8;
const FIELDS_ACROSS = Math.ceil(GRID ** 1.5);
/**
 * A profile that changes no colour of the chart by more levels than this is sRGB's: sRGB's own
 * profiles round differently.
 */
const SAME = 1;
/** Profiles that are remembered: a folder mostly has one or two. */
const KEPT = 16;

const learnt = new Map<string, Promise<Colours>>();

/**
 * @param profile the segments of a JPEG of red, green and blue that hold its ICC profile, as they
 * stand in the file.
 */
export function coloursOf(profile: Buffer): Promise<Colours> {
  const key = profile.toString('latin1');
  let colours = learnt.get(key);
  if (colours === undefined) {
    if (learnt.size >= KEPT) learnt.clear();
    // libvips meets the same trouble with the image, and its word counts there
    colours = learn(profile).catch(() => 'unknown' as const);
    learnt.set(key, colours);
  }
  return colours;
}

/** By two tables: the chart as it is, and as the profile has it. */
async function learn(profile: Buffer): Promise<Colours> {
  const side = FIELDS_ACROSS * FIELD;
  const pixels = Buffer.alloc(side * side * 3);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) pixels.set(gridColour(fieldAt(x, y)), (y * side + x) * 3);
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
    // The middle of the field. What the JPEG's rounding moved there, it moved before the profile.
    const [x, y] = [
      (field % FIELDS_ACROSS) * FIELD + FIELD / 2,
      Math.floor(field / FIELDS_ACROSS) * FIELD + FIELD / 2,
    ];
    for (let channel = 0; channel < 3; channel++) {
      const at = (y * side + x) * 3 + channel;
      const difference = converted[at]! - stored[at]!;
      change[field * 3 + channel] = difference;
      most = Math.max(most, Math.abs(difference));
    }
  }
  return most <= SAME ? 'srgb' : { change };
}

const fieldAt = (x: number, y: number) =>
  Math.floor(y / FIELD) * FIELDS_ACROSS + Math.floor(x / FIELD);

function gridColour(field: number): [red: number, green: number, blue: number] {
  if (field >= GRID ** 3) return [0, 0, 0]; // the rest of the last row
  return [
    Math.floor(field / GRID ** 2) * STEP,
    (Math.floor(field / GRID) % GRID) * STEP,
    (field % GRID) * STEP,
  ];
}

/** Of a colour's level: which colour of the grid is below it, and how far above that it is. */
const CELL = Uint8Array.from({ length: 256 }, (_, level) =>
  Math.min(GRID - 2, Math.floor(level / STEP)),
);
const SHARE = Float32Array.from(
  { length: 256 },
  (_, level) => (level - CELL[level]! * STEP) / STEP,
);
/** Distances between neighbours of the grid along red, green and blue. */
const [RED, GREEN, BLUE] = [GRID * GRID * 3, GRID * 3, 3];

/**
 * Converts RGB bytes in place. Between the colours of the grid tetrahedra are interpolated, as
 * colour management does, since greys then stay what they are (Sakamoto and Itooka 1981).
 */
export function toSrgb(pixels: Uint8Array, colours: Colours): void {
  if (typeof colours === 'string') return;
  const { change } = colours;
  // rounds, too
  const clamped = new Uint8ClampedArray(pixels.buffer, pixels.byteOffset, pixels.length);
  for (let i = 0; i < pixels.length; i += 3) {
    const [red, green, blue] = [pixels[i]!, pixels[i + 1]!, pixels[i + 2]!];
    const [r, g, b] = [SHARE[red]!, SHARE[green]!, SHARE[blue]!];
    const low = CELL[red]! * RED + CELL[green]! * GREEN + CELL[blue]! * BLUE;
    const high = low + RED + GREEN + BLUE;
    // From the low corner to the high one along the axes, the one along which the colour lies
    // furthest first.
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
