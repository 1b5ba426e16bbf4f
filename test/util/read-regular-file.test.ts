import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { appendFile, mkdir, readFile, symlink, truncate, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { UserError } from '../../src/util/errors';
import {
  readRegularFile,
  readRegularFileSync,
  regularFilePieces,
} from '../../src/util/read-regular-file';
import { temporaryFolder } from '../support/images';

const LIMIT = 50e6;
const isPosix = process.platform !== 'win32';

/** All variants, under one signature. */
const READERS: [string, (path: string | Buffer, limit: number) => Promise<Buffer>][] = [
  ['readRegularFile', (path, limit) => readRegularFile(path, limit)],
  [
    'readRegularFileSync',
    async (path, limit) => Promise.resolve().then(() => readRegularFileSync(path, limit)),
  ],
  [
    'regularFilePieces',
    async (path, limit) => {
      const pieces: Buffer[] = [];
      for await (const piece of regularFilePieces(path, { limit, size: 300_000 }))
        pieces.push(piece);
      return Buffer.concat(pieces);
    },
  ],
];

describe.each(READERS)('%s', (_, read) => {
  it('reads files up to the limit, also through links and by paths that are not UTF-8', async () => {
    const folder = await temporaryFolder();
    for (const size of [0, 1, 4096, 20e6]) {
      const bytes = Buffer.alloc(size, 'abc');
      await writeFile(join(folder, 'file'), bytes);
      expect((await read(join(folder, 'file'), 20e6)).equals(bytes)).toBe(true);
    }
    await symlink(join(folder, 'file'), join(folder, 'link'));
    expect(await read(join(folder, 'link'), LIMIT)).toHaveLength(20e6);
    if (process.platform !== 'linux') return;
    const raw = Buffer.concat([Buffer.from(folder), Buffer.from([0x2f, 0xff, 0xfe])]);
    await writeFile(raw, 'x');
    expect((await read(raw, LIMIT)).toString()).toBe('x');
  });

  it('refuses a file above the limit before it reads any of it', async () => {
    const file = join(await temporaryFolder(), 'sparse');
    await writeFile(file, 'x');
    await truncate(file, 2e12); // would not fit into memory
    await expect(read(file, LIMIT)).rejects.toThrow('it has 2,000,000 MB: expected at most 50 MB');
    await truncate(file, LIMIT + 1);
    await expect(read(file, LIMIT)).rejects.toBeInstanceOf(UserError);
  });

  it('refuses folders', async () => {
    const folder = join(await temporaryFolder(), 'labels.csv');
    await mkdir(folder);
    await expect(read(folder, LIMIT)).rejects.toThrow('it is a folder: expected a regular file');
  });

  it.skipIf(!isPosix)('refuses pipes, sockets and devices without blocking', async () => {
    const folder = await temporaryFolder();
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    await expect(read(join(folder, 'pipe'), LIMIT)).rejects.toThrow(
      'it is a pipe: expected a regular file',
    );
    await symlink(join(folder, 'pipe'), join(folder, 'link'));
    await expect(read(join(folder, 'link'), LIMIT)).rejects.toThrow('it is a pipe');
    const server = createServer().listen(join(folder, 'socket'));
    onTestFinished(() => {
      server.close();
    });
    await new Promise((resolve) => server.once('listening', resolve));
    await expect(read(join(folder, 'socket'), LIMIT)).rejects.toThrow(
      /it is a socket.*: expected a regular file/,
    );
    for (const device of ['/dev/zero', '/dev/null', '/dev/tty']) {
      await expect(read(device, LIMIT)).rejects.toThrow(
        /it is a device|it is a socket, or a device that is not there/,
      );
    }
  });

  it('passes on system errors', async () => {
    await expect(read('/nowhere/file', LIMIT)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it.skipIf(process.platform !== 'linux')(
    'ends on files of /proc, which report a size of 0',
    async () => {
      expect((await read('/proc/self/maps', LIMIT)).length).toBeLessThanOrEqual(LIMIT);
    },
  );

  it.skipIf(process.platform !== 'linux')('closes every file', async () => {
    const file = join(await temporaryFolder(), 'file');
    await writeFile(file, 'x'.repeat(100));
    const open = () => readdirSync('/proc/self/fd').length;
    const before = open();
    for (let i = 0; i < 50; i++) {
      await read(file, LIMIT);
      await expect(read(file, 10)).rejects.toThrow(UserError);
      await expect(read('/dev/zero', LIMIT)).rejects.toThrow(UserError);
    }
    expect(open()).toBeLessThanOrEqual(before + 1);
  });
});

describe('readRegularFile', () => {
  it('reads only as much as the file had when it was opened, though it grows', async () => {
    const file = join(await temporaryFolder(), 'growing');
    await writeFile(file, Buffer.alloc(40e6));
    const reading = readRegularFile(file, 100e6);
    const state = { done: false };
    const growing = (async () => {
      while (!state.done) await appendFile(file, Buffer.alloc(1e6, 1));
    })();
    const bytes = await reading;
    state.done = true;
    await growing;
    expect((await readFile(file)).length).toBeGreaterThan(bytes.length);
    expect(bytes.length).toBeGreaterThanOrEqual(40e6);
    expect(bytes.length).toBeLessThanOrEqual(100e6);
  });

  it('is cancelled by its signal', async () => {
    const file = join(await temporaryFolder(), 'file');
    await writeFile(file, Buffer.alloc(40e6));
    const controller = new AbortController();
    const reading = readRegularFile(file, LIMIT, controller.signal);
    controller.abort(new Error('enough'));
    await expect(reading).rejects.toThrow('enough');
  });
});
