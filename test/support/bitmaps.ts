/** BMPs of all kinds, of the picture `quarters`. */

/** Colors of the four quarters, in rows from the upper one. */
const COLORS = [
  [250, 0, 0],
  [0, 0, 250],
  [120, 0, 0],
  [0, 0, 120],
] as const;

export interface BitmapKind {
  bits: 1 | 2 | 4 | 8 | 16 | 24 | 32;
  /** Length of the header of the bitmap. */
  header?: 12 | 16 | 40 | 56 | 64 | 108 | 124;
  topDown?: boolean;
  /** Compression 1 or 2, with both kinds of runs. */
  runs?: boolean;
  /** Of red, green, blue and alpha. */
  masks?: readonly number[];
  profile?: Buffer;
}

/** The index of a color at a position. */
const quarterAt = (x: number, y: number, width: number, height: number) =>
  (y < height / 2 ? 0 : 2) + (x < width / 2 ? 0 : 1);

export function bitmap(width: number, height: number, kind: BitmapKind): Buffer {
  const { bits, header: length = 40, topDown = false, runs = false, masks, profile } = kind;
  const palette = bits <= 8 ? paletteOf(length === 12 ? 3 : 4) : Buffer.alloc(0);
  const separate = length === 40 && masks !== undefined ? 4 * masks.length : 0;
  const rows = Array.from({ length: height }, (_, row) => {
    const y = topDown ? row : height - 1 - row;
    const indices = Array.from({ length: width }, (__, x) => quarterAt(x, y, width, height));
    return runs ? runsOf(indices, bits, row === height - 1) : rowOf(indices, bits, masks);
  });
  const pixels = Buffer.concat(rows);
  const start = 14 + length + separate + palette.length;
  const head = Buffer.alloc(14 + length + separate);
  head.write('BM', 'latin1');
  head.writeUInt32LE(start + pixels.length, 2);
  head.writeUInt32LE(start, 10);
  head.writeUInt32LE(length, 14);
  if (length === 12) {
    head.writeUInt16LE(width, 18);
    head.writeUInt16LE(height, 20);
    head.writeUInt16LE(bits, 24);
    return Buffer.concat([head, palette, pixels]);
  }
  head.writeInt32LE(width, 18);
  head.writeInt32LE(topDown ? -height : height, 22);
  head.writeUInt16LE(1, 26);
  head.writeUInt16LE(bits, 28);
  if (length >= 40) {
    const compression = runs ? (bits === 8 ? 1 : 2) : masks === undefined ? 0 : 3;
    head.writeUInt32LE(separate > 12 ? 6 : compression, 30);
    if (bits <= 8) head.writeUInt32LE(4, 46);
    masks?.forEach((mask, i) => head.writeUInt32LE(mask, 54 + 4 * i));
  }
  if (profile !== undefined) {
    head.write('DEBM', 14 + 56, 'latin1');
    head.writeUInt32LE(start - 14 + pixels.length, 14 + 112);
    head.writeUInt32LE(profile.length, 14 + 116);
  }
  return Buffer.concat([head, palette, pixels, profile ?? Buffer.alloc(0)]);
}

function paletteOf(entry: number): Buffer {
  const palette = Buffer.alloc(4 * entry);
  COLORS.forEach(([red, green, blue], i) => {
    palette.set([blue, green, red], i * entry);
  });
  return palette;
}

/** Pads to a multiple of some bytes. */
const padded = (bytes: Buffer, to: number) =>
  Buffer.concat([bytes, Buffer.alloc((to - (bytes.length % to)) % to)]);

function rowOf(indices: number[], bits: number, masks: readonly number[] | undefined): Buffer {
  if (bits <= 8) {
    const row = Buffer.alloc(Math.ceil((indices.length * bits) / 8));
    indices.forEach((index, x) => {
      const at = (x * bits) >> 3;
      row[at]! |= (index & (2 ** bits - 1)) << (8 - bits - ((x * bits) & 7));
    });
    return padded(row, 4);
  }
  const colors = indices.map((index) => COLORS[index]!);
  if (bits === 24) return padded(Buffer.from(colors.flatMap(([r, g, b]) => [b, g, r])), 4);
  const used = masks ?? (bits === 16 ? [0x7c00, 0x3e0, 0x1f] : [0xff0000, 0xff00, 0xff]);
  const values = colors.map((color) => {
    let value = 0n;
    used.forEach((mask, i) => {
      const shift = Math.log2((mask & -mask) >>> 0);
      const share = (color[i] ?? 255) / 255; // alpha is opaque
      value |= BigInt(Math.round(share * (mask >>> shift))) << BigInt(shift);
    });
    return Number(value);
  });
  const row = Buffer.alloc((values.length * bits) / 8);
  values.forEach((value, x) =>
    bits === 16 ? row.writeUInt16LE(value, 2 * x) : row.writeUInt32LE(value, 4 * x),
  );
  return padded(row, 4);
}

/** The first five pixels one by one, the others in runs. */
function runsOf(indices: readonly number[], bits: number, isLast: boolean): Buffer {
  const single = indices.slice(0, 5);
  const asBytes = (values: readonly number[]) =>
    bits === 8
      ? [...values]
      : values.flatMap((value, i) => (i % 2 === 0 ? [(value << 4) | (values[i + 1] ?? 0)] : []));
  const parts = [Buffer.from([0, single.length]), padded(Buffer.from(asBytes(single)), 2)];
  let x = single.length;
  while (x < indices.length) {
    const index = indices[x]!;
    let length = 1;
    while (length < 255 && indices[x + length] === index) length += 1;
    parts.push(Buffer.from([length, bits === 8 ? index : (index << 4) | index]));
    x += length;
  }
  parts.push(Buffer.from([0, isLast ? 1 : 0]));
  return Buffer.concat(parts);
}
