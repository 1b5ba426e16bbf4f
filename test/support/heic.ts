/** HEIC files: no encoder is at hand, so properties are added to one small file. */

/**
 * The picture `quarters(62, 44)`, as a grid of one tile, written by libheif's heif-enc 1.15 with x265:
 * `heif-enc -q 80 quarters.png -o quarters.heic`.
 */
const QUARTERS = Buffer.from(
  [
    'AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAa1tZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAA',
    'AAAAAA5waXRtAAAAAAACAAAAEGlkYXQAAAAAAD4ALAAAADhpbG9jAQAAAERAAAIAAQAAAAAAAAHRAAEAAAAAAAABOAACAAEA',
    'AAAAAAAAAQAAAAAAAAAIAAAAOGlpbmYAAAAAAAIAAAAVaW5mZQIAAAEAAQAAaHZjMQAAAAAVaW5mZQIAAAAAAgAAZ3JpZAAA',
    'AADYaXBycAAAALZpcGNvAAAAdmh2Y0MBA3AAAAAAAAAAAAAe8AD8/fj4AAAPAyAAAQAYQAEMAf//A3AAAAMAkAAAAwAAAwAe',
    'ugJAIQABACpCAQEDcAAAAwCQAAADAAADAB6gIIEFlurkprm4EBAwIAAAAwAgAAADACEiAAEABkQBwXPAiQAAABRpc3BlAAAA',
    'AAAAAEAAAABAAAAAFGlzcGUAAAAAAAAAPgAAACwAAAAQcGl4aQAAAAADCAgIAAAAGmlwbWEAAAAAAAAAAgABAoECAAICA4QA',
    'AAAaaXJlZgAAAAAAAAAOZGltZwACAAEAAQAAAUBtZGF0AAABNCgBrwT43BzNfept/5Q///+T7uy/IUqUeVAiQc1ePnc3yQLW',
    '+/3iLhl+zmqsAC45FlvjvLtvFcCI1W8FKBlYGWMOWrtf4C3JbuWONAkCk5jRO0ZxPaWYYmo+yDJKSaZ7TtLTTNLZO1k05XnE',
    'Sq5q/vEIKKgWLCEj365/GhykxKiXMPdWU3ZspvIIIY0CZtVGqdY/3LKv5C1O+19gMRpDInghu/6FvVKT+umV15vNjhXIfG5R',
    'H7NLx/tSUKQ2tN490Rvs//RPlVn/+KTDB47vH/f5fOTDuavqziexXc8n8B3yN2yPLhO/cY9cW/B9qGD9Bt5XpGa00a7sKBBb',
    'm2PAJtvgNvKrRtH6TgzKAava2ZVG58lHi76ZgQ817o9zd+BB8KZaKgIdRD38lWtSXm/amaUdBvhu',
  ].join(''),
  'base64',
);

export const HEIC_SIZE = { width: 62, height: 44 };

/** A property of an image (ISO/IEC 14496-12 and 23008-12): a box. */
export function property(type: string, content: readonly number[] | Buffer): Buffer {
  const bytes = Buffer.from(content);
  const box = Buffer.concat([Buffer.alloc(4), Buffer.from(type, 'latin1'), bytes]);
  box.writeUInt32BE(box.length);
  return box;
}

/** Crops to a size around the center. */
export const cropTo = (width: number, height: number): Buffer =>
  property('clap', Buffer.from(Uint32Array.of(width, 1, height, 1, 0, 1, 0, 1).buffer).swap32());

export const profileProperty = (icc: Buffer, type = 'prof'): Buffer =>
  property('colr', Buffer.concat([Buffer.from(type, 'latin1'), icc]));

/** The HEIC with properties, in their order, of its primary image. */
export function heicWith(properties: readonly Buffer[] = []): Buffer {
  let bytes = Buffer.from(QUARTERS);
  const sizeAt = (type: string) => bytes.indexOf(type) - 4;
  const grow = (type: string, by: number) =>
    bytes.writeUInt32BE(bytes.readUInt32BE(sizeAt(type)) + by, sizeAt(type));
  let index = 4; // the file has as many
  for (const box of properties) {
    bytes = Buffer.from(bytes);
    index += 1;
    // The primary image is the last in 'ipma', and so are its associations.
    const end = sizeAt('ipma') + bytes.readUInt32BE(sizeAt('ipma'));
    const count = sizeAt('ipma') + 16 + 5 + 2;
    bytes[count]! += 1;
    for (const type of ['meta', 'iprp', 'ipma']) grow(type, 1);
    for (const type of ['meta', 'iprp', 'ipco']) grow(type, box.length);
    const base = bytes.indexOf('iloc') + 4 + 8 + 6; // of the tile
    bytes.writeUInt32BE(bytes.readUInt32BE(base) + 1 + box.length, base);
    const properties = sizeAt('ipma');
    bytes = Buffer.concat([
      bytes.subarray(0, properties),
      box,
      bytes.subarray(properties, end),
      Buffer.of(0x80 | index),
      bytes.subarray(end),
    ]);
  }
  return bytes;
}

/** The HEIC with another size in its header. */
export function heicOfSize(width: number, height: number): Buffer {
  const bytes = heicWith();
  const at = bytes.lastIndexOf('ispe') + 8;
  bytes.writeUInt32BE(width, at);
  bytes.writeUInt32BE(height, at + 4);
  return bytes;
}
