import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import type { PageHeader } from 'hyparquet';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import { entryPlace } from '../../src/archives/archive-path';
import { makeIndex } from '../../src/archives/open-archives';
import { pageValues } from '../../src/archives/parquet-page';
import { readEntry } from '../../src/archives/read-entry';
import { scanImages } from '../../src/images/scan-folders';
import { temporaryFolder } from '../support/images';
import { binaryParquet, imageParquet } from '../support/parquet';

async function written(bytes: Uint8Array): Promise<string> {
  const path = join(await temporaryFolder(), 'a.parquet');
  await writeFile(path, bytes);
  return path;
}

async function read(archive: string, name: string, limit = 1e6): Promise<Buffer> {
  const place = entryPlace(`${archive}/${name}`)!;
  const bytes = await readEntry(place, limit, { ahead: false });
  expect(await readEntry(place, limit, { ahead: true })).toEqual(bytes);
  return bytes;
}

async function names(archive: string): Promise<string[]> {
  const { entries } = await makeIndex(archive);
  return Array.from({ length: entries.length }, (_, row) => entries.nameAt(row));
}

/** Bytes as of images, some of them equal. */
const images = Array.from({ length: 60 }, (_, i) =>
  i % 10 === 0 ? Buffer.from('the same') : randomBytes((i * 97) % 3000),
);
const rows = images.map((bytes, i) => ({ bytes, path: `${i % 2}/${i}.jpg` }));

/** A frame of Zstandard without compression (RFC 8878). */
function storedZstandard(bytes: Uint8Array): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt32LE(bytes.length);
  const parts = [Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0xa0]), size];
  for (let at = 0; at === 0 || at < bytes.length; at += 1 << 17) {
    const block = bytes.subarray(at, at + (1 << 17));
    const isLast = at + block.length >= bytes.length ? 1 : 0;
    const header = Buffer.alloc(3);
    header.writeUIntLE(block.length * 8 + isLast, 0, 3);
    parts.push(header, Buffer.from(block));
  }
  return Buffer.concat(parts);
}

describe('a .parquet file', () => {
  it.each([
    ['one page', {}],
    ['several pages', { pageSize: 4000 }],
    ['several groups of rows', { rowGroupSize: 7 }],
    ['no compression', { codec: 'UNCOMPRESSED' as const }],
    ['gzip', { codec: 'GZIP' as const, compressors: { GZIP: gzipSync } }],
    ['Zstandard', { codec: 'ZSTD' as const, compressors: { ZSTD: storedZstandard } }],
    ['Brotli', { codec: 'BROTLI' as const, compressors: { BROTLI: brotliCompressSync } }],
  ])('is read with %s', async (_, options) => {
    const archive = await written(imageParquet(rows, options));
    expect((await names(archive)).sort()).toEqual(rows.map(({ path }) => path).sort());
    for (const { bytes, path } of rows)
      expect((await read(archive, path)).equals(bytes), path).toBe(true);
    const plain = await written(binaryParquet(images, options));
    for (const [i, bytes] of images.entries())
      expect((await read(plain, `${String(i).padStart(2, '0')}.jpg`)).equals(bytes)).toBe(true);
  });

  it('names rows by their numbers where they have no name of their own', async () => {
    const png = Buffer.from('\x89PNG\r\n', 'latin1');
    const archive = await written(
      imageParquet([
        { bytes: png, path: 'a.jpg' },
        { bytes: png, path: null },
        { bytes: png, path: 'a.jpg' },
        { bytes: png, path: '../b.jpg' },
        { bytes: png, path: 'c' },
        { bytes: null, path: 'elsewhere.jpg' },
        null,
      ]),
    );
    expect(await names(archive)).toEqual([
      '1.png',
      '3.png',
      '6.png',
      'a (row 2).jpg',
      'a.jpg',
      'c.png',
      'elsewhere.jpg',
    ]);
    await expect(read(archive, 'elsewhere.jpg')).rejects.toThrow('its row holds no image');
    await expect(read(archive, '6.png')).rejects.toThrow('its row holds no image');
    await expect(read(archive, 'a.jpg', 4)).rejects.toThrow('it has 6 bytes: expected at most 4');
  });

  it('adds an extension to names that have none of an image, so that no row is left out', async () => {
    const paths = [
      'Mr.White',
      'b.1',
      'v1.2/c',
      'd.JPG',
      'e.mov',
      'f.',
      'g.jpg',
      'g.jpg',
      'g (row 7).jpg',
    ];
    const archive = await written(
      imageParquet(paths.map((path) => ({ bytes: Buffer.from('GIF89a'), path }))),
    );
    const { images } = await scanImages([archive]);
    expect(Array.from(images, ({ name }) => name)).toEqual([
      'Mr.White.gif',
      'b.1.gif',
      'd.JPG',
      'e.mov.gif',
      'f..gif',
      'g (row 7) (row 8).jpg',
      'g (row 7).jpg',
      'g.jpg',
      'v1.2/c.gif',
    ]);
  });

  it('is refused with the reason where it holds no images, or is damaged', async () => {
    const refused = async (bytes: Uint8Array, message: string | RegExp) =>
      expect(makeIndex(await written(bytes))).rejects.toThrow(message);
    const text = parquetWriteBuffer({
      columnData: [{ name: 'image', data: ['a', 'b'], type: 'STRING' }],
    });
    await refused(new Uint8Array(text), 'it has no column of images');
    const good = imageParquet(rows);
    await refused(good.subarray(0, -9), 'it is cut off: it begins as a .parquet file does');
    await refused(Buffer.from('text'), 'it is too short');
    await refused(Buffer.alloc(100), 'it is no .parquet file');
    await refused(good.subarray(5000), /expected a column at bytes|it is damaged/);
    const encrypted = Buffer.from(good);
    encrypted.write('PARE', good.length - 4);
    await refused(encrypted, 'it is encrypted');
    const long = Buffer.from(good);
    long.writeUInt32LE(0xffffffff, good.length - 8);
    await refused(long, 'its metadata have 4,295 MB: expected at most 17 MB');
    long.writeUInt32LE(1 << 23, good.length - 8);
    await refused(long, 'its metadata have 8,388,608 bytes');
    await refused(imageParquet(rows, { codec: 'LZ4', compressors: { LZ4: gzipSync } }), 'with LZ4');
  });

  it('makes no more values than a page declares', () => {
    const values = (run: number[], { levels = [] as number[], dictionary = ['a', 'b'] } = {}) => {
      const body = Buffer.from([...levels, 1, ...run]);
      const header: PageHeader = {
        type: 'DATA_PAGE',
        uncompressed_page_size: body.length,
        compressed_page_size: body.length,
        data_page_header: {
          num_values: 3,
          encoding: 'RLE_DICTIONARY',
          definition_level_encoding: 'RLE',
          repetition_level_encoding: 'RLE',
        },
      };
      const format = { codec: 'UNCOMPRESSED' as const, maxLevel: levels.length === 0 ? 0 : 1 };
      return pageValues(
        header,
        body,
        format,
        dictionary.map((each) => Buffer.from(each)),
      ).map((value) => (value === null ? null : String(value)));
    };
    const endless = [0xfe, 0xff, 0xff, 0xff, 0x07];
    expect(values([...endless, 1])).toEqual(['b', 'b', 'b']);
    expect(values([6, 0], { levels: [6, 0, 0, 0, ...endless, 1] })).toEqual(['a', 'a', 'a']);
    expect(values([3, 0b101])).toEqual(['b', 'a', 'b']);
    expect(values([3, 0b1], { levels: [2, 0, 0, 0, 3, 0b110] })).toEqual([null, 'b', 'a']);
    expect(() => values([6, 1], { dictionary: ['a'] })).toThrow('it is damaged');
    expect(() => values([0xff, 0xff, 0xff, 0xff, 0xff, 0xff])).toThrow('it is damaged');
    expect(() => values([])).toThrow('it is damaged');
    expect(() => values([0, 0, 0, 0])).toThrow('it is damaged');
  });
});
