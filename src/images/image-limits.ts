/** How much a single image may cost: a file of some kilobytes can ask for minutes and gigabytes. */
import type { CropSize } from '../domain/faces';
import { megabytes } from '../text/sizes';
import { ImageError } from './image-error';
import type { ImageTraits } from './image-format';

/** All settable; see `faceClusters.maxImage…`. */
export interface ImageLimits {
  /** Largest file, in bytes. */
  fileBytes: number;
  /** Most pixels; a quarter of them where the format has to be held in memory as a whole. */
  pixels: number;
  /** Longest time for reading, decoding and searching, in seconds. */
  seconds: number;
  /** Most memory for decoding, in bytes; images under way at the same time share it. */
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

/**
 * Progressive and interlaced images are held in memory as a whole, and decoded again with every
 * scan.
 */
const WHOLE_SHARE = 1 / 4;

/**
 * Scans of a progressive JPEG. Encoders write about ten; a file with more is made to be slow, since
 * the decoder goes through all coefficients for each.
 */
const MAX_SCANS = 100;

/** RGB bytes of a decoded pixel. */
const RGB = 3;
/** What decoders hold beside that, in bytes a pixel (measured on the decoders of libvips 8.18). */
const BESIDE: Record<ImageTraits['format'], number> = {
  jpeg: 0,
  png: 0,
  webp: 5,
  avif: 10,
  gif: 5,
  tiff: 5,
};
/** The coefficients of a progressive JPEG, or all passes of an interlaced PNG. */
const BESIDE_WHOLE = 8;

/** Memory that decoding an image takes at most, in bytes. */
export function decodingMemory(
  { format, whole }: ImageTraits,
  { width, height }: CropSize,
): number {
  return width * height * (RGB + (whole ? BESIDE_WHOLE : BESIDE[format]));
}

/**
 * Checks an image by its header, before anything of it is decoded.
 * @throws ImageError naming the limit, the setting and what the image asks for.
 */
export function checkImage(traits: ImageTraits, size: CropSize, limits: ImageLimits): void {
  const { width, height } = size;
  const pixels = limits.pixels * (traits.whole ? WHOLE_SHARE : 1);
  if (width * height > pixels) {
    const kind = traits.whole
      ? traits.format === 'jpeg'
        ? ' in a progressive JPEG'
        : ' in an interlaced PNG'
      : '';
    throw new ImageError(
      `too large: expected at most ${megapixels(pixels)} megapixels${kind} (setting maxImageMegapixels), ` +
        `got ${String(width)}×${String(height)}`,
      { kept: 'limits' },
    );
  }
  if (traits.scans > MAX_SCANS) {
    throw new ImageError(
      `a progressive JPEG of ${String(traits.scans)} scans: expected at most ${String(MAX_SCANS)}, encoders write about 10`,
    );
  }
  const bytes = decodingMemory(traits, size);
  if (bytes > limits.memoryBytes) {
    throw new ImageError(
      `decoding it takes up to ${megabytes(bytes)} of memory: expected at most ` +
        `${megabytes(limits.memoryBytes)} (setting maxImageMemory)`,
      { kept: 'limits' },
    );
  }
}

const megapixels = (pixels: number) => String(Math.round(pixels / 1e5) / 10);
