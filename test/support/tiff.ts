/** Writes uncompressed TIFFs (TIFF 6.0) of kinds that sharp does not write. */

export interface TiffPage {
  width: number;
  height: number;
  /** Samples of each pixel, one after the other. */
  samples: Uint8Array | Float32Array | Uint16Array;
  samplesPerPixel: number;
  /** 0: the last sample of four is not alpha. */
  extraSamples?: number;
}

const SHORT = 3;
const LONG = 4;
const ENTRY_BYTES = 12;

/** @param pages in the order of the file. */
export function tiff(pages: readonly TiffPage[]): Buffer {
  const parts: Buffer[] = [Buffer.from('II*\0\0\0\0\0', 'latin1')];
  let end = 8;
  const append = (part: Buffer) => {
    const at = end;
    parts.push(part);
    end += part.length;
    return at;
  };
  let link = { part: parts[0]!, at: 4 };
  for (const { width, height, samples, samplesPerPixel, extraSamples } of pages) {
    const bytes = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
    const strip = append(bytes);
    const bits = append(
      Buffer.from(new Uint16Array(samplesPerPixel).fill(8 * samples.BYTES_PER_ELEMENT).buffer),
    );
    const isFloat = samples instanceof Float32Array;
    const entries: [tag: number, type: number, count: number, value: number][] = [
      [256, LONG, 1, width],
      [257, LONG, 1, height],
      samplesPerPixel === 1
        ? [258, SHORT, 1, 8 * samples.BYTES_PER_ELEMENT]
        : [258, SHORT, samplesPerPixel, bits],
      [259, SHORT, 1, 1], // no compression
      [262, SHORT, 1, samplesPerPixel < 3 ? 1 : 2], // gray or RGB
      [273, LONG, 1, strip],
      [277, SHORT, 1, samplesPerPixel],
      [278, LONG, 1, height],
      [279, LONG, 1, bytes.length],
    ];
    if (extraSamples !== undefined) entries.push([338, SHORT, 1, extraSamples]);
    if (isFloat) entries.push([339, SHORT, 1, 3]);
    const directory = Buffer.alloc(2 + entries.length * ENTRY_BYTES + 4);
    directory.writeUInt16LE(entries.length, 0);
    entries.forEach(([tag, type, count, value], i) => {
      const at = 2 + i * ENTRY_BYTES;
      directory.writeUInt16LE(tag, at);
      directory.writeUInt16LE(type, at + 2);
      directory.writeUInt32LE(count, at + 4);
      directory.writeUInt32LE(value, at + 8);
    });
    link.part.writeUInt32LE(append(directory), link.at);
    link = { part: directory, at: directory.length - 4 };
  }
  return Buffer.concat(parts);
}
