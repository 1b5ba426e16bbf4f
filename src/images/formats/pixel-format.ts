/** What a format brings along that libvips does not read. */

/** Decoded pixels, upright, in their own color space. */
export interface DecodedPixels {
  /**
   * Gray or RGB values of each pixel, with or without alpha. Values of 16 bits use their range, or
   * 8, 10, 12 or 14 bits of it; floating-point ones have any range.
   */
  data: Uint8Array | Uint16Array | Float32Array;
  width: number;
  height: number;
  channels: 1 | 2 | 3 | 4;
}

/** What the header of a file says. */
export interface PixelHeader {
  /** In pixels of the upright image. */
  width: number;
  height: number;
  /** Type of the decoded values, as libvips names it. */
  depth: 'uchar' | 'ushort' | 'float';
  /**
   * ICC profile of the decoded values, or `p3` for Display P3; undefined where they are sRGB.
   */
  profile?: Buffer | 'p3' | undefined;
}

type FormatName = 'a BMP' | 'a HEIC' | 'a JPEG XL' | 'a JPEG 2000' | 'an image of the PNM family';

/** A format that is decoded here; both functions throw where a file is damaged. */
export interface PixelFormat {
  /** For users: `a BMP`. */
  name: FormatName;
  /** Decodes nothing: the header has to be within the limits first. */
  header: (bytes: Buffer) => PixelHeader | Promise<PixelHeader>;
  decode: (bytes: Buffer) => DecodedPixels | Promise<DecodedPixels>;
}
