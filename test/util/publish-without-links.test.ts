/**
 * File systems without hard links (FAT, many network drives), which cannot be mounted everywhere:
 * `link` fails as it does there.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { publishNew } from '../../src/util/user-files';
import { temporaryFolder, writeFiles } from '../support/images';

vi.mock('node:fs/promises', async (original) => ({
  ...(await original<typeof import('node:fs/promises')>()),
  link: () =>
    Promise.reject(
      Object.assign(new Error('operation not permitted'), { code: 'EPERM', errno: -1 }),
    ),
}));

describe('a file, where there are no hard links,', () => {
  it('gets a name only if nothing has it', async () => {
    const folder = await temporaryFolder();
    await writeFiles(folder, { temporary: 'new', taken: 'mine' });
    expect(await publishNew(join(folder, 'temporary'), join(folder, 'taken'))).toBe(false);
    expect(await readFile(join(folder, 'taken'), 'utf8')).toBe('mine');
    expect(await publishNew(join(folder, 'temporary'), join(folder, 'free'))).toBe(true);
    expect((await readdir(folder)).sort()).toEqual(['free', 'taken']);
    expect(await readFile(join(folder, 'free'), 'utf8')).toBe('new');
  });

  it('leaves no empty file where it cannot come', async () => {
    const folder = await temporaryFolder();
    await expect(publishNew(join(folder, 'none'), join(folder, 'free'))).rejects.toThrow(/ENOENT/);
    expect(await readdir(folder)).toEqual([]);
  });
});
