import { execFileSync } from 'node:child_process';
import { symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { create, Header, type HeaderData, Pax } from 'tar';
import { describe, expect, it } from 'vitest';
import { makeIndex } from '../../src/archives/open-archives';
import { entryNames, entryProblem, entryText, writtenArchive } from '../support/archives';
import { temporaryFolder, writeFiles } from '../support/images';

const hasGnuTar = process.platform === 'linux';

const ZEROS = Buffer.alloc(1024);

/** A header and its data. */
function tarEntry(header: HeaderData, content: string | Buffer = ''): Buffer {
  const data = Buffer.from(content);
  const block = Buffer.alloc(512);
  const fields = { mode: 0o644, size: data.length, mtime: new Date(0), type: 'File', ...header };
  new Header(fields as HeaderData).encode(block);
  return Buffer.concat([block, data, Buffer.alloc(-data.length & 511)]);
}

/** Changes bytes of a header, and its checksum. */
function changed(entry: Buffer, at: number, bytes: string | Buffer): Buffer {
  const block = Buffer.from(entry);
  Buffer.from(bytes).copy(block, at);
  block.write('        ', 148);
  const sum = block.subarray(0, 512).reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}

const written = (...parts: Uint8Array[]) => writtenArchive('a.tar', ...parts);

const LONG = `${'long folder/'.repeat(30)}${'x'.repeat(120)}.jpg`;

describe('the index of a .tar file', () => {
  it('reads what the package tar and GNU tar write, in all formats', async () => {
    const folder = await temporaryFolder();
    const files = {
      'b/1.jpg': 'one',
      'a.jpg': 'two',
      'für/ä.jpg': 'three',
      [LONG]: 'four',
      empty: '',
    };
    await writeFiles(folder, files);
    const expected = ['a.jpg', 'empty', 'b/1.jpg', 'für/ä.jpg', LONG].sort();
    const check = async (archive: string) => {
      expect((await entryNames(archive)).sort()).toEqual(expected);
      for (const [name, content] of Object.entries(files))
        expect(await entryText(archive, name)).toBe(content);
    };
    const target = await temporaryFolder();
    await create({ file: join(target, 'npm.tar'), cwd: folder }, ['.']);
    await check(join(target, 'npm.tar'));
    for (const format of hasGnuTar ? ['gnu', 'oldgnu', 'pax', 'posix'] : []) {
      const file = join(target, `${format}.tar`);
      execFileSync('tar', ['-cf', file, `--format=${format}`, '-C', folder, '.']);
      await check(file);
    }
  });

  it('reads long names and sizes of extended headers, of the next entry only', async () => {
    const pax = new Pax({ path: 'from/pax.jpg', size: 3 }).encode();
    const archive = await written(
      pax,
      changed(
        tarEntry({ path: 'short.jpg', size: 512 }, Buffer.alloc(512, 'x')),
        124,
        '00000000000\0',
      ),
      tarEntry({ path: 'next.jpg' }, 'next'),
      tarEntry({ path: 'prefix/'.repeat(20) + 'name.jpg' }, 'prefixed'),
      ZEROS,
      tarEntry({ path: 'after the end.jpg' }, 'not there'),
    );
    expect(await entryNames(archive)).toEqual([
      'next.jpg',
      'from/pax.jpg',
      'prefix/'.repeat(20) + 'name.jpg',
    ]);
    expect(await entryText(archive, 'from/pax.jpg')).toBe('xxx');
    expect(await entryText(archive, 'next.jpg')).toBe('next');
  });

  it('reports links and devices, and refuses sparse files', async () => {
    for (const type of ['Link', 'SymbolicLink', 'CharacterDevice', 'BlockDevice', 'FIFO'] as const)
      expect(
        await entryProblem(
          await written(tarEntry({ path: 'a.jpg', type, linkpath: '/etc/passwd' })),
        ),
      ).toEqual({
        reason: 'it is a link or a device: expected a file',
        isNoFile: true,
      });
    expect(await entryNames(await written(tarEntry({ path: 'a.jpg', type: 'Directory' })))).toEqual(
      [],
    );

    const folder = await temporaryFolder();
    await writeFile(join(folder, 'a.jpg'), 'x');
    await truncate(join(folder, 'a.jpg'), 1e6);
    await writeFile(join(folder, 'b.jpg'), 'after it');
    await symlink('b.jpg', join(folder, 'c.jpg'));
    for (const format of hasGnuTar ? ['gnu', 'posix'] : []) {
      const file = join(await temporaryFolder(), 'a.tar');
      execFileSync('tar', [
        '-cSf',
        file,
        `--format=${format}`,
        '-C',
        folder,
        'a.jpg',
        'b.jpg',
        'c.jpg',
      ]);
      expect(await entryNames(file)).toEqual(['a.jpg', 'b.jpg', 'c.jpg']);
      await expect(entryText(file, 'a.jpg')).rejects.toThrow('it is a sparse file');
      expect(await entryText(file, 'b.jpg')).toBe('after it');
    }
  });

  it.each(['Link', 'SymbolicLink', 'CharacterDevice', 'BlockDevice', 'Directory', 'FIFO'] as const)(
    'goes on after a size that no data follow, and after data: %s',
    async (type) => {
      const header = tarEntry({ path: 'a.jpg', type, linkpath: 'b.jpg', size: 700 });
      const old = changed(tarEntry({ path: 'folder/', size: 700 }), 156, '\0');
      const next = tarEntry({ path: 'next.jpg' }, 'next');
      const data = Buffer.alloc(1024, 'data');
      const names = type === 'Directory' ? ['next.jpg'] : ['a.jpg', 'next.jpg'];
      for (const parts of [
        [header, next, ZEROS],
        [header, next],
        [header, data, next],
        [header, Buffer.alloc(1024), next],
        [old, header, old, data, next, ZEROS],
        [next, header, ZEROS],
        [next, header],
        [new Pax({ path: 'a.jpg', size: 900 }).encode(), header, next],
      ]) {
        const archive = await written(...parts);
        expect(await entryNames(archive)).toEqual(names);
        expect(await entryText(archive, 'next.jpg')).toBe('next');
      }
      await expect(makeIndex(await written(header, data.subarray(0, 600)))).rejects.toThrow(
        'expected 700 bytes from byte 512 on, but it ends at byte 1,112',
      );
    },
  );

  it('takes names as places in the archive, and refuses those that lead elsewhere', async () => {
    const archive = await written(
      tarEntry({ path: '/etc/1.jpg' }),
      tarEntry({ path: './2.jpg' }),
      changed(tarEntry({ path: 'x' }), 0, Buffer.from([0xff, 0x2e, 0x6a])),
    );
    expect(await entryNames(archive)).toEqual(['2.jpg', 'ÿ.j', 'etc/1.jpg']);
    expect(await entryProblem(await written(tarEntry({ path: 'a/../../1.jpg' })))).toEqual({
      reason: "its name leads out of the archive ('..')",
      isNoFile: true,
    });
  });

  it('takes the last of several entries of the same name, as tar does after --append', async () => {
    const archive = await written(
      tarEntry({ path: 'a.jpg' }, 'first'),
      tarEntry({ path: './a.jpg' }, 'second'),
    );
    expect((await makeIndex(archive)).entries.replaced).toEqual(['a.jpg']);
    expect(await entryText(archive, 'a.jpg')).toBe('second');
  });

  it('says where an archive is cut off, damaged, or no archive', async () => {
    const refused = async (message: string, ...parts: Uint8Array[]) =>
      expect(makeIndex(await written(...parts))).rejects.toThrow(message);
    const good = tarEntry({ path: 'a.jpg' }, 'x'.repeat(700));
    await refused(
      'expected 700 bytes from byte 512 on, but it ends at byte 1,000',
      good.subarray(0, 1000),
    );
    await refused(
      'expected 512 bytes from byte 1,536 on, but it ends at byte 1,736',
      good,
      good.subarray(0, 200),
    );
    await refused('expected the header of an entry at byte 1,536', good, Buffer.alloc(512, 'x'));
    await refused('it is no .tar file', Buffer.alloc(2000, 'text'));
    await refused('it is cut off: expected 512 bytes from byte 0 on', Buffer.alloc(0));
    await refused(
      'it is no .tar file',
      changed(good, 124, Buffer.from([0x80, ...Array<number>(11).fill(0xff)])),
    );
    await refused('it is no .tar file', changed(good, 124, 'size of it!!'));
    const pax = (text: string | Buffer) => tarEntry({ path: 'pax', type: 'ExtendedHeader' }, text);
    await refused('expected an extended header at byte 512', pax('999 path=a\n'), good);
    await refused('expected an extended header at byte 512', pax('0 path=a\n'), good);
    await refused('expected the size of an entry at byte 512', pax('11 size=-1\n'), good);
    await refused('has 3 MB: expected at most 1 MB', pax(Buffer.alloc(3e6, 'x')), good);
  });

  it('never reads more than the limit', async () => {
    const archive = await written(tarEntry({ path: 'a.jpg' }, 'x'.repeat(2000)));
    await expect(entryText(archive, 'a.jpg', 1000)).rejects.toThrow(
      'it has 2,000 bytes: expected at most 1,000 bytes',
    );
  });
});
