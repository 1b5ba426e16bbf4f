import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { describe, expect, it } from 'vitest';
import { openPromise } from 'yauzl';
import { ZipFile } from 'yazl';
import { entryPlace } from '../../src/archives/archive-path';
import { makeIndex } from '../../src/archives/open-archives';
import { readEntry } from '../../src/archives/read-entry';
import { crc32 } from '../../src/util/crc32';
import { entryNames, entryProblem, entryText, writtenArchive } from '../support/archives';
import { temporaryFolder } from '../support/images';
import { type ZipEntry, zipOf } from '../support/zip';

const LIMIT = 1e6;

const written = (...parts: Uint8Array[]) => writtenArchive('a.zip', ...parts);

const zipped = (...entries: ZipEntry[]) => written(zipOf(entries));

describe('the index of a .zip file', () => {
  it('lists the entries in the order in which folders are walked', async () => {
    const archive = await zipped(
      { name: 'b/c/1.jpg' },
      { name: 'b/' },
      { name: 'b/2.jpg' },
      { name: 'b-1.jpg' },
      { name: 'z.jpg' },
      { name: 'a/1.jpg' },
      { name: 'a-b/1.jpg' },
      { name: 'b/1.jpg' },
      { name: '\u{1F600}.jpg' },
      { name: '\uFF21.jpg' },
    );
    expect(await entryNames(archive)).toEqual([
      'b-1.jpg',
      'z.jpg',
      '\u{1F600}.jpg', // by code units
      '\uFF21.jpg',
      'a/1.jpg',
      'a-b/1.jpg',
      'b/1.jpg',
      'b/2.jpg',
      'b/c/1.jpg',
    ]);
  });

  it('reads what yazl writes, as yauzl does, with Zip64 and without', async () => {
    const contents = new Map<string, Buffer>();
    for (let i = 0; i < 300; i++)
      contents.set(`ordner ${i % 7}/bild ${i} ü.jpg`, Buffer.alloc((i * 997) % 70_000, `${i} `));
    for (const forceZip64Format of [false, true]) {
      const path = join(await temporaryFolder(), 'a.zip');
      const zip = new ZipFile();
      for (const [name, content] of contents)
        zip.addBuffer(content, name, { compress: content.length % 2 === 0, forceZip64Format });
      zip.end({ forceZip64Format, comment: 'a comment' });
      await pipeline(zip.outputStream, createWriteStream(path));

      const reference = new Map<string, number>();
      const opened = await openPromise(path);
      for await (const entry of opened.eachEntry())
        reference.set(entry.fileName, entry.uncompressedSize);

      const { entries } = await makeIndex(path);
      const found = new Map(
        Array.from({ length: entries.length }, (_, i) => [entries.nameAt(i), entries.sizeAt(i)]),
      );
      expect(found).toEqual(reference);
      for (const [name, content] of contents) {
        const bytes = await readEntry(entryPlace(`${path}/${name}`)!, LIMIT, { ahead: false });
        expect(bytes.equals(content), name).toBe(true);
      }
    }
  });

  it('decodes names as the standard has it: code page 437, UTF-8, and its extra field', async () => {
    const raw = Buffer.from([0x66, 0x81, 0x72, 0x2e, 0x6a, 0x70, 0x67]);
    const utf8 = Buffer.from('für.jpg');
    const extra = (crc: number) => {
      const bytes = Buffer.alloc(9);
      bytes.writeUInt16LE(0x7075, 0);
      bytes.writeUInt16LE(5 + utf8.length, 2);
      bytes.writeUInt8(1, 4);
      bytes.writeUInt32LE(crc, 5);
      return Buffer.concat([bytes, utf8]);
    };
    expect(await entryNames(await zipped({ name: raw }))).toEqual(['für.jpg']);
    expect(await entryNames(await zipped({ name: 'für.jpg' }))).toEqual(['für.jpg']);
    const odd = Buffer.from([0xb0, 0xff]);
    expect(await entryNames(await zipped({ name: odd }))).toEqual(['░\u00A0']);
    expect(await entryNames(await zipped({ name: odd, extra: extra(crc32(odd)) }))).toEqual([
      'für.jpg',
    ]);
    expect(await entryNames(await zipped({ name: odd, extra: extra(1) }))).toEqual(['░\u00A0']);
  });

  it('decodes names in UTF-8 that are not marked as such, as macOS writes them', async () => {
    const names = ['Bilder/für.jpg', 'Bilder/u\u0308.jpg', '顔.jpg', '\u{1F600}.jpg'];
    const unmarked = (name: string | number[]) => ({ name: Buffer.from(name) });
    const found = await entryNames(await zipped(...names.map(unmarked)));
    expect(found.sort()).toEqual([...names].sort());
    const hostile = await zipped(unmarked('ü/../../1.jpg'));
    expect(await entryProblem(hostile)).toEqual({
      reason: "its name leads out of the archive ('..')",
      isNoFile: true,
    });
    // '..' in too many bytes, a half of a surrogate pair, and a name that is cut off
    for (const bytes of [
      [0xc0, 0xae, 0xc0, 0xae, 0x2f, 0x61],
      [0xed, 0xa0, 0x80],
      [0x66, 0xc3],
    ]) {
      const [name] = await entryNames(await zipped(unmarked(bytes)));
      expect(name).not.toMatch(/\.\.|\uFFFD/);
      expect(name).toHaveLength(bytes.length);
    }
  });

  it('takes names as places in the archive, and refuses those that lead elsewhere', async () => {
    const archive = await zipped(
      { name: '/etc/1.jpg' },
      { name: './a//2.jpg' },
      { name: 'b\\3.jpg' },
      { name: 'c\u001b[2J.jpg' },
    );
    expect(await entryNames(archive)).toEqual([
      'c\u001b[2J.jpg',
      'a/2.jpg',
      'b/3.jpg',
      'etc/1.jpg',
    ]);
    for (const [name, reason] of [
      ['../1.jpg', "its name leads out of the archive ('..')"],
      ['a\\..\\..\\1.jpg', "its name leads out of the archive ('..')"],
      ['a\0.jpg', 'its name holds a NUL character'],
      [`${'a'.repeat(5000)}.jpg`, 'its name is too long: expected at most 4096 characters'],
    ] as const)
      expect(await entryProblem(await zipped({ name }))).toEqual({ reason, isNoFile: true });
    expect(await entryProblem(await zipped({ name: 'link.jpg', mode: 0o120777 }))).toMatchObject({
      isNoFile: true,
    });
    expect(await entryProblem(await zipped({ name: 'file.jpg', mode: 0o100644 }))).toBeUndefined();
  });

  it('takes the last of several entries of the same name', async () => {
    const archive = await zipped(
      { name: 'a.jpg', content: 'first' },
      { name: 'b.jpg', content: 'other' },
      { name: './a.jpg', content: 'second' },
      { name: 'a.jpg', content: 'third' },
    );
    const { entries } = await makeIndex(archive);
    expect(await entryNames(archive)).toEqual(['a.jpg', 'b.jpg']);
    expect(entries.replaced).toEqual(['a.jpg', 'a.jpg']);
    expect(await entryText(archive, 'a.jpg')).toBe('third');
  });

  it('says where an archive is cut off, damaged, or no archive', async () => {
    const whole = zipOf([{ name: 'a.jpg', content: 'x'.repeat(100) }]);
    const refused = async (bytes: Uint8Array, message: string | RegExp) =>
      expect(makeIndex(await written(bytes))).rejects.toThrow(message);
    await refused(whole.subarray(0, -10), `at its end (byte ${whole.length - 10})`);
    await refused(Buffer.alloc(0), 'it is no .zip file');
    await refused(Buffer.from('text'), 'it is no .zip file');
    await refused(whole.subarray(4), 'its directory should end at byte');
    await refused(zipOf([{ name: 'a' }], { disk: 1 }), 'a part of an archive of several files');
    await refused(
      zipOf([{ name: 'a' }], { declared: 3 }),
      'a directory of 47 bytes cannot hold 3 entries',
    );
    const damaged = Buffer.from(whole);
    damaged.writeUInt8(0, whole.indexOf('PK\x01\x02'));
    await refused(damaged, /its directory is damaged at byte \d+: expected 1 entries/);
  });

  it('counts the entries itself: some programs give their number without its upper bits', async () => {
    const entries = Array.from({ length: 65_540 }, (_, i) => ({ name: `${i}.jpg` }));
    const wrapped = await written(zipOf(entries, { declared: 4 }));
    expect(await entryNames(wrapped)).toHaveLength(65_540);
    await expect(makeIndex(await written(zipOf(entries, { declared: 3 })))).rejects.toThrow(
      'its directory is damaged: expected 3 entries, found 65,540',
    );
  });

  it('refuses ten million entries before it reads them', async () => {
    const zip64 = Buffer.alloc(56 + 20 + 22);
    zip64.write('PK\x06\x06', 0, 'latin1');
    zip64.writeBigUInt64LE(10_000_000n, 24);
    zip64.writeBigUInt64LE(10_000_000n, 32);
    zip64.write('PK\x06\x07', 56, 'latin1');
    zip64.writeUInt32LE(1, 56 + 16);
    zip64.write('PK\x05\x06', 76, 'latin1');
    await expect(makeIndex(await written(zip64))).rejects.toThrow(
      'it has 10,000,000 entries: expected at most 5,000,000',
    );
  });
});

describe('reading an entry of a .zip file', () => {
  const bomb = { name: 'bomb.jpg', content: Buffer.alloc(2_000_000) };

  it('never inflates more than is declared, or than the limit', async () => {
    await expect(entryText(await zipped(bomb), 'bomb.jpg')).rejects.toThrow(
      'it has 2 MB: expected at most 1 MB',
    );
    await expect(entryText(await zipped({ ...bomb, size: 1000 }), 'bomb.jpg')).rejects.toThrow(
      'it is damaged: expected 1,000 bytes, got more',
    );
    await expect(
      entryText(await zipped({ ...bomb, size: 2_000_001 }), 'bomb.jpg', 1e7),
    ).rejects.toThrow('it is damaged: expected 2,000,001 bytes, got 2,000,000');
  });

  it('says why an entry cannot be read', async () => {
    const failing = async (entry: Partial<ZipEntry>) => {
      const archive = await zipped({ name: 'a.jpg', content: 'content', ...entry });
      return entryText(archive, 'a.jpg').catch((error: unknown) => (error as Error).message);
    };
    expect(await failing({})).toBe('content');
    expect(await failing({ method: 0 })).toBe('content');
    expect(await failing({ crc: 5 })).toContain('its checksum (CRC-32)');
    expect(await failing({ flags: 1 })).toContain('it is encrypted');
    expect(await failing({ method: 12 })).toContain('it is compressed with bzip2');
    expect(await failing({ method: 77 })).toContain('with an unknown method');
    expect(await failing({ method: 0x108 })).toContain('with an unknown method');
    expect(await failing({ position: 3 })).toBe(
      'the archive is damaged: expected an entry at byte 3',
    );
    expect(await failing({ position: 1000 })).toMatch(
      /^it is cut off: expected 30 bytes from byte/,
    );
  });

  it('refuses entries that share data', async () => {
    const archive = await zipped(
      { name: 'a.jpg', content: 'content' },
      { name: 'b.jpg', content: 'content', position: 0 },
    );
    await expect(entryText(archive, 'a.jpg')).rejects.toThrow('its data overlap');
  });
});
