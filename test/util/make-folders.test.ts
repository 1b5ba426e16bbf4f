import { existsSync } from 'node:fs';
import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeFolders } from '../../src/util/make-folders';
import { temporaryFolder } from '../support/images';

describe('makeFolders', () => {
  it('makes what is missing, and says what it made first', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'a', 'b', 'c');
    expect(makeFolders(path, 0o700)).toBe(join(folder, 'a'));
    expect((await stat(path)).isDirectory()).toBe(true);
    expect(makeFolders(path, 0o700)).toBeUndefined();
  });

  it('refuses a file in its place, or above it', async () => {
    const file = join(await temporaryFolder(), 'file');
    await writeFile(file, 'mine');
    expect(() => makeFolders(file, 0o700)).toThrow('EEXIST');
    expect(() => makeFolders(join(file, 'below'), 0o700)).toThrow(/ENOTDIR|ENOENT/);
  });

  it.skipIf(!existsSync('/proc/self'))('ends where no folder can be made', () => {
    expect(() => makeFolders('/proc/no-process/below', 0o700)).toThrow('ENOENT');
  });
});
