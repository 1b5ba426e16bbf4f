/** Writes .zip files whose fields can be wrong. */
import { deflateRawSync } from 'node:zlib';
import { crc32 } from '../../src/util/crc32';

export interface ZipEntry {
  name: string | Buffer;
  content?: Uint8Array | string;
  method?: number;
  flags?: number;
  /** What the headers say instead of the truth. */
  size?: number;
  crc?: number;
  /** Position of the local header that the directory names. */
  position?: number;
  /** Extra field of the directory. */
  extra?: Buffer;
  /** Unix permissions with the file type. */
  mode?: number;
}

const UTF8 = 1 << 11;

export function zipOf(
  entries: readonly ZipEntry[],
  { declared = entries.length, disk = 0 }: { declared?: number; disk?: number } = {},
): Buffer {
  const local: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const entry of entries) {
    const content = Buffer.from(entry.content ?? '');
    const name = Buffer.from(entry.name);
    const { method = 8, flags = typeof entry.name === 'string' ? UTF8 : 0 } = entry;
    const data = method === 8 ? deflateRawSync(content) : content;
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(flags, 2);
    fields.writeUInt16LE(method, 4);
    fields.writeUInt32LE(entry.crc ?? crc32(content), 10);
    fields.writeUInt32LE(data.length, 14);
    fields.writeUInt32LE(entry.size ?? content.length, 18);
    fields.writeUInt16LE(name.length, 22);
    const header = Buffer.concat([Buffer.from('PK\x03\x04'), fields, name, data]);
    local.push(header);
    const { extra = Buffer.alloc(0), mode = 0 } = entry;
    fields.writeUInt16LE(extra.length, 24);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(mode * 0x10000, 6);
    rest.writeUInt32LE(entry.position ?? at, 10);
    const madeBy = Buffer.from([20, mode === 0 ? 0 : 3]);
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02'), madeBy, fields, rest, name, extra]));
    at += header.length;
  }
  const size = directory.reduce((sum, { length }) => sum + length, 0);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(disk, 0);
  end.writeUInt16LE(declared, 4);
  end.writeUInt16LE(declared, 6);
  end.writeUInt32LE(size, 8);
  end.writeUInt32LE(at, 12);
  return Buffer.concat([...local, ...directory, Buffer.from('PK\x05\x06'), end]);
}
