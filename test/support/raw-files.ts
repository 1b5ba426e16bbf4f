/** Raw files of cameras as their makers build them, without the sensors' images. */

const LONG = 4;
const SHORT = 3;
const ENTRY_BYTES = 12;

/** An entry of a directory: a number, or several, or the position of a part of the file. */
type Value = number | readonly number[] | { part: number } | { directory: number };
export type Entries = Record<number, Value>;

interface RawOptions {
  /** The first directory, and the subdirectories that its entry 330 may name. */
  directories: readonly Entries[];
  /** JPEGs and other data that follow the header. */
  parts?: readonly Buffer[];
  /** First bytes, with the byte order. */
  magic?: string;
  /** Between the header and everything else. */
  after?: string;
}

/** A file that is built like a TIFF. */
export function rawFile({ directories, parts = [], magic = 'II*\0', after = '' }: RawOptions) {
  const little = magic.startsWith('II');
  const number = (value: number, size: number) => {
    const bytes = Buffer.alloc(size);
    if (little) bytes.writeUIntLE(value, 0, size);
    else bytes.writeUIntBE(value, 0, size);
    return bytes;
  };
  const start = 8 + after.length;
  const lengths = directories.map((entries) => 2 + Object.keys(entries).length * ENTRY_BYTES + 4);
  const ends = (from: number, sizes: readonly number[]) =>
    sizes.reduce((all, size) => [...all, all.at(-1)! + size], [from]);
  const directoryAt = ends(start, lengths);
  const partAt = ends(
    directoryAt.at(-1)!,
    parts.map(({ length }) => length),
  );
  const lists: Buffer[] = [];
  let listAt = partAt.at(-1)!;
  const entry = (tag: number, value: Value) => {
    if (Array.isArray(value) && value.length > 1) {
      const list = Buffer.concat(value.map((each: number) => number(each, 4)));
      const at = listAt;
      listAt += list.length;
      lists.push(list);
      return Buffer.concat([
        number(tag, 2),
        number(LONG, 2),
        number(value.length, 4),
        number(at, 4),
      ]);
    }
    const single =
      typeof value === 'number'
        ? value
        : 'part' in value
          ? partAt[value.part]!
          : 'directory' in value
            ? directoryAt[value.directory]!
            : value[0]!;
    const isShort = typeof value === 'number' && value < 65_536;
    return Buffer.concat([
      number(tag, 2),
      number(isShort ? SHORT : LONG, 2),
      number(1, 4),
      ...(isShort ? [number(single, 2), number(0, 2)] : [number(single, 4)]),
    ]);
  };
  const written = directories.map((entries) =>
    Buffer.concat([
      number(Object.keys(entries).length, 2),
      ...Object.entries(entries).map(([tag, value]) => entry(Number(tag), value)),
      number(0, 4),
    ]),
  );
  const header = Buffer.concat([
    Buffer.from(magic, 'latin1'),
    number(start, 4),
    Buffer.from(after, 'latin1'),
  ]);
  return Buffer.concat([header, ...written, ...parts, ...lists]);
}

/** A box of an ISO base media file. */
function box(type: string, ...content: readonly Buffer[]): Buffer {
  const bytes = Buffer.concat([Buffer.alloc(4), Buffer.from(type, 'latin1'), ...content]);
  bytes.writeUInt32BE(bytes.length);
  return bytes;
}

/** Canon's CR3. @param metadata a TIFF structure with the orientation. */
export const cr3 = (metadata: Buffer, thumbnail: Buffer, preview: Buffer): Buffer =>
  Buffer.concat([
    box('ftyp', Buffer.from('crx \0\0\0\x01crx isom', 'latin1')),
    box(
      'moov',
      box(
        'uuid',
        Buffer.alloc(16, 0x85),
        box('CNCV', Buffer.from('CanonCR3')),
        box('CMT1', metadata),
        box('THMB', Buffer.alloc(16), thumbnail),
      ),
    ),
    box('mdat', preview, Buffer.alloc(500, 0x5a)),
  ]);

/** Fujifilm's RAF. */
export function raf(preview: Buffer): Buffer {
  const header = Buffer.alloc(148);
  header.write('FUJIFILMCCD-RAW 0201FF383501X-T1', 'latin1');
  header.writeUInt32BE(header.length, 84);
  header.writeUInt32BE(preview.length, 88);
  return Buffer.concat([header, preview, Buffer.alloc(500, 0x5a)]);
}

/** A lossless JPEG, as cameras compress the sensors' images: only its header is one. */
export const losslessJpeg = (width: number, height: number): Buffer => {
  const frame = Buffer.from('ffd8ffc3000b0e000000000100110000ffda0008010000010000', 'hex');
  frame.writeUInt16BE(height, 7);
  frame.writeUInt16BE(width, 9);
  return Buffer.concat([frame, Buffer.alloc(2000, 0x33), Buffer.from([0xff, 0xd9])]);
};
