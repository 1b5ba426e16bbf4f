/** Brings images of more than 8 bits, whose values do not use their type's range, to 8 bits. */
import { t } from '../text/translate';
import type { Sharp } from 'sharp';
import type { Remarks } from '../domain/run';
import { decodeError } from './decode-reason';
import type { EncodedImage } from './encoded-image';
import type { DecodedPixels } from './formats/pixel-format';
import { ImageError } from './image-error';
import { sharp } from './lazy-sharp';

/** Largest value of cameras and scanners that store 12 bits as 16. */
const MAX_12_BIT = 4095;
const MAX_16_BIT = 65_535;
const MAX_8_BIT = 255;

/**
 * Opens an image in libvips, upright. Images of 16 bits that hold 12 are multiplied by 16. libvips
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
  if (max > MAX_12_BIT) return image;
  remarks.scaled = 1;
  return image.linear(MAX_16_BIT / MAX_12_BIT, 0);
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
