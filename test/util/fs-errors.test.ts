import { execFileSync } from 'node:child_process';
import { copyFile, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { scanImages } from '../../src/images/scan-folders';
import { shortPath } from '../../src/text/short-path';
import { messageOf } from '../../src/util/errors';
import { fsReason } from '../../src/util/fs-errors';
import { temporaryFolder } from '../support/images';

/** What reading a path fails with. */
// prettier-ignore
const failure = (path: string | Buffer): Promise<unknown> => readFile(path).then(() => expect.fail('it can be read'), (error: unknown) => error);

describe('reasons of file system errors', () => {
  it('are words with the code, and do not repeat a path of 4,000 characters', async () => {
    const folder = await temporaryFolder();
    const long = join(folder, ...Array.from({ length: 80 }, () => 'x'.repeat(49)), 'end.jpg');
    for (const path of [long, Buffer.from(long)]) {
      const error = await failure(path);
      expect(String(error)).toContain('x'.repeat(49)); // what Node.js says
      expect(fsReason(error)).toBe('it does not exist (ENOENT)');
      expect(messageOf(error).length).toBeLessThan(260);
      expect(messageOf(error)).toMatch(
        /^ENOENT: no such file or directory, open '\/.*…[x/]+\/end\.jpg'$/,
      );
    }
    expect(fsReason(await failure(join(folder, 'y'.repeat(300))))).toBe(
      'the name is too long (ENAMETOOLONG)',
    );
    const both: unknown = await copyFile(long, `${long}2`).catch((error: unknown) => error);
    expect(messageOf(both).length).toBeLessThan(420);
  });

  it("take the system's words where there are none of their own, and other errors as they are", async () => {
    const directory: unknown = await open(await temporaryFolder(), 'w').catch(
      (error: unknown) => error,
    );
    expect(fsReason(directory)).toBe('it is a folder (EISDIR)');
    const rare = Object.assign(new Error('ETXTBSY: text file is busy, open /x'), {
      code: 'ETXTBSY',
      errno: -26,
      path: '/x',
    });
    expect(fsReason(rare)).toBe('text file is busy (ETXTBSY)');
    expect(fsReason(new Error('something\nelse'))).toBe('something else');
  });
});

describe.skipIf(process.platform !== 'linux')(
  'a folder whose path is too long for the system',
  () => {
    it('is listed with a reason that does not repeat the path', async () => {
      const folder = await temporaryFolder();
      try {
        const nest =
          "const fs = require('fs'); for (let i = 0; i < 45; i++) { fs.mkdirSync('x'.repeat(99)); process.chdir('x'.repeat(99)); }";
        execFileSync(process.execPath, ['-e', nest], { cwd: folder });
        const { failures } = await scanImages([folder]);
        expect(failures).toHaveLength(1);
        expect(failures[0]!.image.length).toBeGreaterThan(3900);
        expect(failures[0]!.reason).toMatch(/ENAMETOOLONG/);
        expect(failures[0]!.reason.length).toBeLessThan(260);
      } finally {
        execFileSync('rm', ['-rf', folder]); // which knows how to, unlike fs.rm
      }
    });
  },
);

describe('shortPath', () => {
  it('keeps both ends of a long path and splits no character', () => {
    expect(shortPath('/a/b.jpg')).toBe('/a/b.jpg');
    for (const length of [1000, 1001, 1002, 1003]) {
      const cut = shortPath(`/${'😀'.repeat(length)}.jpg`, 100);
      expect(cut.length).toBeLessThanOrEqual(100);
      expect(cut).toMatch(/^\/(😀)+…(😀)+\.jpg$/u);
    }
  });
});
