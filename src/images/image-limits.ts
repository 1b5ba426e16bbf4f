/** Limits of a single image: a file of some kilobytes can take minutes and gigabytes. */
import type { CropSize } from '../domain/faces';
import { megabytes } from '../text/sizes';
import { t } from '../text/translate';
import { ImageError } from './image-error';
import type { ImageTraits } from './image-format';

/** Limits that users can set, see `faceClusters.maxImage…`. */
export interface ImageLimits {
  /** Size of the file. */
  fileBytes: number;
  /** Pixels; a quarter of them where decoding needs the whole image in memory. */
  pixels: number;
  /** Time for reading, decoding and searching. */
  seconds: number;
  /** Memory for decoding; images that are decoded at the same time share it. */
  memoryBytes: number;
}

/** The settings' defaults. */
export const DEFAULT_IMAGE_LIMITS: ImageLimits = {
  fileBytes: 500e6,
  pixels: 400e6,
  seconds: 20,
  memoryBytes: 2000e6,
};

interface LimitSettings {
  maxImageFileSize: number;
  maxImageMegapixels: number;
  maxImageSeconds: number;
  maxImageMemory: number;
}

export const imageLimits = (settings: LimitSettings): ImageLimits => ({
  fileBytes: settings.maxImageFileSize * 1e6,
  pixels: settings.maxImageMegapixels * 1e6,
  seconds: settings.maxImageSeconds,
  memoryBytes: settings.maxImageMemory * 1e6,
});

/** Share of the pixel limit for progressive and interlaced images, which cost more to decode. */
const WHOLE_PIXELS_SHARE = 1 / 4;

/**
 * Scans of a progressive JPEG, at most. Encoders write about ten. The decoder goes through all
 * coefficients for each scan, so many scans are a way to make decoding slow.
 */
const MAX_SCANS = 100;

/** Bytes of a decoded pixel. */
const RGB_BYTES = 3;
/**
 * Further memory of decoders, in bytes per pixel, measured with libvips 8.18. The pixels of the
 * last five (images/formats/) are kept beside those that libvips makes of them.
 */
const EXTRA_BYTES: Record<ImageTraits['format'], number> = {
  jpeg: 0,
  png: 0,
  webp: 5,
  avif: 10,
  gif: 5,
  tiff: 5,
  heic: 17,
  bmp: 7,
  pnm: 7,
  jxl: 40,
  jp2: 30,
};
/** The same for the coefficients of a progressive JPEG, or all passes of an interlaced PNG. */
const EXTRA_WHOLE_BYTES = 8;

/** The same for values of more than 8 bits, which may be scaled (images/value-range.ts). */
const EXTRA_DEEP_BYTES = 16;

/** Memory for decoding an image, at most, in bytes. */
export function decodingMemory(
  { format, whole, deep = false }: ImageTraits,
  { width, height }: CropSize,
): number {
  const extra = whole ? EXTRA_WHOLE_BYTES : EXTRA_BYTES[format];
  return width * height * (RGB_BYTES + extra + (deep ? EXTRA_DEEP_BYTES : 0));
}

/**
 * Checks an image by its header, before it is decoded.
 * @throws ImageError naming the limit, the setting and the image's value.
 */
export function checkImage(traits: ImageTraits, size: CropSize, limits: ImageLimits): void {
  const { width, height } = size;
  const pixels = limits.pixels * (traits.whole ? WHOLE_PIXELS_SHARE : 1);
  if (width * height > pixels) {
    const kind = traits.whole
      ? traits.format === 'jpeg'
        ? t(' in a progressive JPEG')
        : t(' in an interlaced PNG')
      : '';
    throw new ImageError(
      t(
        'too large: expected at most {0} megapixels{1} (setting maxImageMegapixels), got {2}×{3}',
        megapixels(pixels),
        kind,
        width,
        height,
      ),
      { validity: 'untilLimitsChange' },
    );
  }
  if (traits.scans > MAX_SCANS) {
    throw new ImageError(
      t(
        'a progressive JPEG of {0} scans: expected at most {1}, encoders write about 10',
        traits.scans,
        MAX_SCANS,
      ),
    );
  }
  const bytes = decodingMemory(traits, size);
  if (bytes > limits.memoryBytes) {
    throw new ImageError(
      t(
        'decoding it takes up to {0} of memory: expected at most {1} (setting maxImageMemory)',
        megabytes(bytes),
        megabytes(limits.memoryBytes),
      ),
      { validity: 'untilLimitsChange' },
    );
  }
}

const megapixels = (pixels: number) => String(Number((pixels / 1e6).toPrecision(3)));
