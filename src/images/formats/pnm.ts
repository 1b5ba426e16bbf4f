/**
 * The formats of Netpbm: PBM, PGM and PPM as text and as bytes (P1 to P6), PAM (P7), and their
 * sibling for floating-point numbers, PFM (Pf, PF). libvips, as sharp builds it, reads none.
 */
import { t } from '../../text/translate';
import { ImageError } from '../image-error';
import type { DecodedPixels, PixelFormat, PixelHeader } from './pixel-format';

/** What precedes the values. */
interface PnmHeader {
  kind: string;
  width: number;
  height: number;
  channels: 1 | 2 | 3 | 4;
  /** Largest value, white; for floating-point numbers the sign says their byte order. */
  max: number;
  /** Where the values begin. */
  start: number;
}

const MAX_16_BIT = 65_535;
const MAX_8_BIT = 255;
/** Longest header, and longest word in it, in bytes. */
const MAX_HEADER_BYTES = 100_000;
const MAX_WORD_BYTES = 40;

const HASH = 0x23;
const NEWLINE = 0x0a;
const ZERO = 0x30;
const isSpace = (byte: number) => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
const endsWord = (byte: number) => isSpace(byte) || byte === HASH;

/** Reads words that are separated by white space and comments. */
class Words {
  constructor(
    private readonly bytes: Buffer,
    public at: number,
    private readonly end = bytes.length,
  ) {}

  /** @throws Error at the end. */
  next(): string {
    this.skip();
    const start = this.at;
    while (this.at < this.end && !endsWord(this.bytes[this.at]!)) this.at++;
    if (this.at === start || this.at - start > MAX_WORD_BYTES) throw cutShort();
    return this.bytes.toString('latin1', start, this.at);
  }

  /** The next digit, which need not be separated from others. */
  digit(): number {
    this.skip();
    if (this.at >= this.end) throw cutShort();
    return this.bytes[this.at++]! - ZERO;
  }

  private skip(): void {
    for (; this.at < this.end; this.at++) {
      const byte = this.bytes[this.at]!;
      if (byte === HASH) {
        const line = this.bytes.indexOf(NEWLINE, this.at);
        this.at = line < 0 ? this.end : line;
      } else if (!isSpace(byte)) return;
    }
  }
}

const cutShort = () => new Error(t('values are missing'));

/** A whole number. @throws Error where it is none. */
function wholeNumber(text: string, most: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && value <= most) return value;
  throw new Error(t("expected a whole number up to {0}, got '{1}'", most, text));
}

const MAX_SIDE = 2 ** 31 - 1;

function headerOf(bytes: Buffer): PnmHeader {
  const words = new Words(bytes, 0, Math.min(bytes.length, MAX_HEADER_BYTES));
  const kind = words.next();
  if (kind === 'P7') return pamHeader(words, kind);
  const width = wholeNumber(words.next(), MAX_SIDE);
  const height = wholeNumber(words.next(), MAX_SIDE);
  const channels = ['P3', 'P6', 'PF'].includes(kind) ? 3 : 1;
  const isFloat = kind.toUpperCase() === 'PF';
  const isBits = kind === 'P1' || kind === 'P4';
  const max = isBits ? 1 : isFloat ? Number(words.next()) : wholeNumber(words.next(), MAX_16_BIT);
  return { kind, width, height, channels, max, start: words.at + 1 };
}

function pamHeader(words: Words, kind: string): PnmHeader {
  const values = new Map<string, string>();
  for (let name = words.next(); name !== 'ENDHDR'; name = words.next())
    values.set(name, words.next());
  const number = (name: string, most: number) => wholeNumber(values.get(name) ?? '', most);
  const [width, height] = [number('WIDTH', MAX_SIDE), number('HEIGHT', MAX_SIDE)];
  const [channels, max] = [number('DEPTH', MAX_SIDE), number('MAXVAL', MAX_16_BIT)];
  if (channels !== 1 && channels !== 2 && channels !== 3 && channels !== 4)
    throw new ImageError(t('it is a PAM of {0} values a pixel: expected at most 4', channels));
  return { kind, width, height, channels, max, start: words.at + 1 };
}

function header(bytes: Buffer): PixelHeader {
  const { kind, width, height, max } = headerOf(bytes);
  const depth = kind.toUpperCase() === 'PF' ? 'float' : max === MAX_16_BIT ? 'ushort' : 'uchar';
  return { width, height, depth };
}

function decode(bytes: Buffer): DecodedPixels {
  const { width, height, channels, ...rest } = headerOf(bytes);
  const header = { width, height, channels, ...rest };
  return { data: valuesOf(bytes, header), width, height, channels };
}

function valuesOf(bytes: Buffer, header: PnmHeader): DecodedPixels['data'] {
  const { kind, width, height, channels, start } = header;
  const count = width * height * channels;
  switch (kind) {
    case 'P1': {
      const words = new Words(bytes, start - 1);
      return Uint8Array.from({ length: count }, () => (words.digit() === 0 ? MAX_8_BIT : 0));
    }
    case 'P2':
    case 'P3': {
      const words = new Words(bytes, start - 1);
      return inRange(header, count, () => Number(words.next()));
    }
    case 'P4':
      return bits(bytes.subarray(start), width, height);
    case 'Pf':
    case 'PF':
      return floats(bytes.subarray(start), header);
    default: {
      const size = header.max > MAX_8_BIT ? 2 : 1;
      const values = bytes.subarray(start, start + count * size);
      if (values.length < count * size) throw cutShort();
      if (header.max === MAX_8_BIT) return values;
      return inRange(header, count, (i) => (size === 1 ? values[i]! : values.readUInt16BE(2 * i)));
    }
  }
}

/** Values from 0 to `max`, as bytes; those of 16 bits remain so, as in other formats. */
function inRange({ max }: PnmHeader, count: number, valueAt: (i: number) => number) {
  if (max === MAX_16_BIT) return Uint16Array.from({ length: count }, (_, i) => valueAt(i));
  const factor = MAX_8_BIT / max;
  const values = new Uint8ClampedArray(count);
  for (let i = 0; i < count; i++) values[i] = valueAt(i) * factor; // rounds
  return new Uint8Array(values.buffer);
}

/** Rows of bits that begin with a byte each; 1 is black. */
function bits(bytes: Buffer, width: number, height: number): Uint8Array {
  const stride = Math.ceil(width / 8);
  if (bytes.length < stride * height) throw cutShort();
  const values = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const bit = (bytes[y * stride + (x >> 3)]! >> (7 - (x & 7))) & 1;
      values[y * width + x] = bit === 0 ? MAX_8_BIT : 0;
    }
  }
  return values;
}

/** Rows from the last to the first. */
function floats(bytes: Buffer, { width, height, channels, max }: PnmHeader): Float32Array {
  const row = width * channels;
  if (bytes.length < 4 * row * height) throw cutShort();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const values = new Float32Array(row * height);
  for (let y = 0; y < height; y++) {
    const from = (height - 1 - y) * row;
    for (let i = 0; i < row; i++) values[y * row + i] = view.getFloat32(4 * (from + i), max < 0);
  }
  return values;
}

export const PNM: PixelFormat = { name: 'an image of the PNM family', header, decode };
