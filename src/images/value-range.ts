/** Brings images of more than 8 bits, whose values do not use their type's range, to 8 bits. */
import { t } from '../text/translate';
import type { Sharp } from 'sharp';
import type { Remarks } from '../domain/run';
import { decodeError } from './decode-reason';
import type { EncodedImage } from './encoded-image';
import type { DecodedPixels } from './formats/pixel-format';
import { ImageError } from './image-error';
import { sharp } from './lazy-sharp';

/** Largest values of programs, cameras and scanners that store 8, 10 or 12 bits as 16. */
const MAX_OF_FEWER_BITS = [255, 1023, 4095];
/** The same for 14 bits. */
const MAX_14_BIT = 16_383;
/**
 * Share of that from which a largest value is taken for one of 14 bits: a photo at night may have
 * no larger values in 16 bits, but seldom just these. What has up to 12 bits would be black.
 */
const FULL_RANGE = 63 / 64;
const MAX_16_BIT = 65_535;
const MAX_8_BIT = 255;

/**
 * Opens an image in libvips, upright. Images of 16 bits that hold fewer are multiplied. libvips
 * takes the values of floating-point and 32-bit images for levels of linear light, which they
 * seldom are: they are scaled by their range instead.
 * @throws ImageError where values are not numbers, or the image is damaged.
 */
export async function openScaled(image: EncodedImage): Promise<Sharp> {
  const { depth, decode, remarks } = image;
  const decoded = await decode?.();
  if (depth !== 'uchar' && depth !== 'ushort') remarks.scaled = 1;
  if (decoded?.data instanceof Float32Array) return scaled(decoded.data, decoded);
  const opened = decoded === undefined ? openEncoded(image) : openDecoded(decoded, image);
  if (depth === 'uchar') return opened;
  try {
    return await (depth === 'ushort' ? withFactor(opened, remarks) : eightBits(opened));
  } catch (error) {
    if (error instanceof ImageError) throw error;
    throw decodeError(error, image);
  }
}

function openEncoded({ bytes, page, lacksEnd, colorSpace, limits }: EncodedImage): Sharp {
  return sharp(bytes, {
    failOn: lacksEnd ? 'warning' : 'error',
    limitInputPixels: limits.pixels,
    sequentialRead: true,
    ignoreIcc: colorSpace !== 'unknown',
    page,
  })
    .timeout({ seconds: Math.ceil(limits.seconds) })
    .autoOrient();
}

function openDecoded(
  { data, width, height, channels }: DecodedPixels,
  { limits }: EncodedImage,
): Sharp {
  return sharp(data, {
    raw: { width, height, channels },
    limitInputPixels: limits.pixels,
  }).timeout({ seconds: Math.ceil(limits.seconds) });
}

async function withFactor(image: Sharp, remarks: Remarks): Promise<Sharp> {
  const { channels } = await image.clone().stats();
  const colors = channels.slice(0, channels.length < 3 ? 1 : 3); // without alpha
  const max = Math.max(...colors.map((channel) => channel.max));
  const range = rangeOf(max);
  if (range === MAX_16_BIT) return image;
  remarks.scaled = 1;
  return image.linear(MAX_16_BIT / range, 0);
}

/** The largest value that an image could have whose largest value is `max`. */
function rangeOf(max: number): number {
  const isFull14 = max <= MAX_14_BIT && max >= FULL_RANGE * MAX_14_BIT;
  return MAX_OF_FEWER_BITS.find((most) => max <= most) ?? (isFull14 ? MAX_14_BIT : MAX_16_BIT);
}

async function eightBits(image: Sharp): Promise<Sharp> {
  const { space } = await image.metadata();
  const { data, info } = await image
    .removeAlpha()
    .toColourspace(space) // libvips would convert to sRGB
    .raw({ depth: 'float' })
    .toBuffer({ resolveWithObject: true });
  const values = new Float32Array(data.buffer, data.byteOffset, data.length / 4);
  return scaled(values, info);
}

function scaled(
  values: Float32Array,
  { width, height, channels }: Pick<DecodedPixels, 'width' | 'height' | 'channels'>,
): Sharp {
  let min = Infinity;
  let max = -Infinity;
  for (const value of values) {
    if (!Number.isFinite(value))
      throw new ImageError(t('expected values that are numbers, got {0}', value));
    if (value < min) min = value;
    if (value > max) max = value;
  }
  const factor = max > min ? MAX_8_BIT / (max - min) : 0;
  const pixels = Uint8ClampedArray.from(values, (value) => (value - min) * factor);
  return sharp(pixels, { raw: { width, height, channels } });
}
