/**
 * Tells JPEGs that are certainly stored upright from those whose orientation libvips has to read.
 * Exif allows its directories anywhere in the segment, and programs write more than it allows.
 */

/** The tag `Orientation` (Exif 3.0, 4.6.5). */
const ORIENTATION = 0x112;
const SHORT = 3;
/** The types of TIFF have numbers from 1 to this. */
const LAST_TYPE = 13;
const ENTRY_BYTES = 12;
const UPRIGHT = 1;

/**
 * @param segments the TIFF structures of the Exif segments, in their order.
 * @returns false where the image is turned, or where decoders might disagree.
 */
export function isCertainlyUpright(segments: readonly Buffer[]): boolean {
  const [segment, ...others] = segments;
  if (segment === undefined) return true;
  if (others.length > 0) return false;
  const order = segment.toString('latin1', 0, 2);
  if (order !== 'II' && order !== 'MM') return false;
  const exif = new Exif(segment, order === 'II');
  try {
    const values = exif.orientations();
    if (values.length === 0) return !exif.hasOrientationAnywhere();
    return values.length === 1 && values[0] === UPRIGHT;
  } catch (error) {
    if (error instanceof RangeError) return false; // beyond the end of the segment
    throw error;
  }
}

class Exif {
  constructor(
    private readonly bytes: Buffer,
    private readonly isLittleEndian: boolean,
  ) {}

  /**
   * Orientations in the first directory, which takes precedence over those of thumbnails. One that
   * is not a 16-bit number is NaN.
   * @throws RangeError where the directory is not inside the segment.
   */
  orientations(): number[] {
    const directory = this.uint32(4);
    const length = this.uint16(directory);
    const values: number[] = [];
    for (let i = 0; i < length; i++) {
      const entry = directory + 2 + i * ENTRY_BYTES;
      if (this.uint16(entry) !== ORIENTATION) continue;
      const isShort = this.uint16(entry + 2) === SHORT && this.uint32(entry + 4) === 1;
      values.push(isShort ? this.uint16(entry + 8) : NaN);
    }
    return values;
  }

  /** Whether bytes that look like an orientation of one value occur anywhere. */
  hasOrientationAnywhere(): boolean {
    const { bytes } = this;
    const tag = Buffer.alloc(2);
    if (this.isLittleEndian) tag.writeUInt16LE(ORIENTATION);
    else tag.writeUInt16BE(ORIENTATION);
    const last = bytes.length - ENTRY_BYTES;
    for (let at = bytes.indexOf(tag); at >= 0 && at <= last; at = bytes.indexOf(tag, at + 1)) {
      const type = this.uint16(at + 2);
      if (type >= 1 && type <= LAST_TYPE && this.uint32(at + 4) === 1) return true;
    }
    return false;
  }

  private uint16(at: number): number {
    return this.isLittleEndian ? this.bytes.readUInt16LE(at) : this.bytes.readUInt16BE(at);
  }

  private uint32(at: number): number {
    return this.isLittleEndian ? this.bytes.readUInt32LE(at) : this.bytes.readUInt32BE(at);
  }
}
