/** The formats that are decoded here and not by libvips. */
import type { PixelFormatName } from '../image-format';
import { BMP } from './bmp';
import { HEIC } from './heic';
import { JPEG_2000 } from './jpeg-2000';
import { JPEG_XL } from './jpeg-xl';
import type { PixelFormat } from './pixel-format';
import { PNM } from './pnm';

/** By the format's name in `ImageTraits`. */
export const PIXEL_FORMATS: Readonly<Record<PixelFormatName, PixelFormat>> = {
  heic: HEIC,
  jxl: JPEG_XL,
  jp2: JPEG_2000,
  bmp: BMP,
  pnm: PNM,
};
