/**
 * The installation from a server of the test's own; what the pinned archives hold was checked by
 * hand against these sums.
 */
import { createHash, randomBytes } from 'node:crypto';
import { chmod, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { create, Header } from 'tar';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { diagnoseCuda, libraryPath, missingLibraries } from '../../src/cuda/diagnose';
import { installCuda } from '../../src/cuda/install';
import { CUDA_PACKAGES, type CudaPackage, RUNTIME_VERSION } from '../../src/cuda/libraries';
import { CancelledError, UserError } from '../../src/util/errors';
import { ROOT, temporaryFolder } from '../support/images';
import { smallDisk } from '../support/small-disk';

const sum = (bytes: Buffer, algorithm: string, encoding: 'hex' | 'base64') =>
  createHash(algorithm).update(bytes).digest(encoding);

/** Answers at an address of this machine. */
async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/archive.tgz`;
}

const CONTENTS = { 'a.so': Buffer.from('library a'), 'b.so': Buffer.from('library b') };

const FILES = Object.entries(CONTENTS).map(([name, content]) => ({
  path: `package/${name}`,
  sha256: sum(content, 'sha256', 'hex'),
}));

/** An archive with two libraries. @param change what is to be made of its files before. */
async function libraries(
  change: (folder: string) => Promise<unknown> = () => Promise.resolve(),
): Promise<Buffer> {
  const work = await temporaryFolder();
  await mkdir(join(work, 'package'));
  for (const [name, content] of Object.entries(CONTENTS))
    await writeFile(join(work, 'package', name), content);
  await change(join(work, 'package'));
  await create({ gzip: true, file: join(work, 'archive.tgz'), cwd: work }, ['package']);
  return readFile(join(work, 'archive.tgz'));
}

/**
 * An archive behind a real server, and a folder to install it into.
 * @param answer of the server; the archive by default.
 */
async function served(archive?: Buffer, answer?: RequestListener) {
  const bytes = archive ?? (await libraries());
  const plain: RequestListener = (request, response) => {
    if (request.url === '/archive.tgz') response.end(bytes);
    else response.writeHead(404).end();
  };
  const source: CudaPackage = {
    url: await serve(answer ?? plain),
    size: bytes.length,
    integrity: sum(bytes, 'sha512', 'base64'),
    files: FILES,
  };
  // What lies in the system's temporary folder is to be seen as well.
  const [temporary, folder] = [await temporaryFolder(), await temporaryFolder()];
  vi.stubEnv('TMPDIR', temporary);
  onTestFinished(() => void vi.unstubAllEnvs());
  return { source, temporary, folder, contents: CONTENTS };
}

const quiet = { signal: new AbortController().signal, onProgress: () => undefined };

describe('installing CUDA support', () => {
  it('fetches, checks and puts the libraries in their place', async () => {
    const { source, folder, contents } = await served();
    const seen: number[] = [];
    await installCuda(source, folder, { ...quiet, onProgress: (bytes) => seen.push(bytes) });
    expect((await readdir(folder)).sort()).toEqual(['a.so', 'b.so']);
    expect(await readFile(join(folder, 'a.so'))).toEqual(contents['a.so']);
    expect(seen.at(-1)).toBe(source.size);
  });

  it.each([
    ['archive', { integrity: 'x' }, /not the expected one: expected SHA-512 x, got/],
    ['address', { url: 'http://127.0.0.1:59999/none.tgz' }, /cannot fetch http:.*ECONNREFUSED/],
  ])('refuses a wrong %s and leaves nothing', async (_, change, reason) => {
    const { source, folder, temporary } = await served();
    await expect(installCuda({ ...source, ...change }, folder, quiet)).rejects.toThrow(reason);
    expect(await readdir(folder)).toEqual([]);
    expect(await readdir(temporary)).toEqual([]);
  });

  // The limits of the real installation are half a minute and some kilobytes.
  const limits = { interval: 300, least: 20, largest: 1e6 };

  it.each<[string, (bytes: Buffer) => RequestListener, RegExp]>([
    [
      'never answers',
      () => () => undefined,
      /sent 0 bytes in 0 s, after 0\.0 of 0\.0 MB: given up\. Check the connection/,
    ],
    [
      'stops in the middle',
      (bytes) => (_, response) => {
        response.writeHead(200, { 'content-length': bytes.length });
        response.write(bytes.subarray(0, 50));
      },
      /sent 0 bytes in 0 s, after 0\.0 of 0\.0 MB: given up/,
    ],
    [
      'sends a byte now and then',
      (bytes) => (_, response) => {
        let sent = 0;
        const timer = setInterval(() => response.write(bytes.subarray(sent, ++sent)), 100);
        response.on('close', () => {
          clearInterval(timer);
        });
      },
      /sent \d bytes in 0 s, .* given up/,
    ],
    [
      'hangs up in the middle',
      (bytes) => (_, response) => {
        response.writeHead(200, { 'content-length': bytes.length });
        response.write(bytes.subarray(0, 50), () => response.destroy());
      },
      /cannot fetch http.*: (other side closed|read ECONNRESET)\. Check the connection/,
    ],
    [
      'sends less than expected',
      (bytes) => (_, response) => {
        response.write(bytes.subarray(0, 50));
        response.end();
      },
      /is not the expected one: expected \d+ bytes, got 50$/,
    ],
    [
      'announces more than expected',
      () => (_, response) => {
        response.writeHead(200, { 'content-length': 1e12 });
        response.write('x');
      },
      /is not the expected one: expected \d+ bytes, got 1000000000000$/,
    ],
  ])('gives up where the server %s, says why, and leaves nothing', async (_, answer, reason) => {
    const bytes = await libraries();
    const { source, folder, temporary } = await served(bytes, answer(bytes));
    const installing = installCuda(source, folder, { ...quiet, limits });
    await expect(installing).rejects.toThrow(reason);
    await expect(installing).rejects.toThrow(UserError);
    expect(await readdir(folder)).toEqual([]);
    expect(await readdir(temporary)).toEqual([]);
  });

  it('stops at once where the server sends more than expected, compressed or not', async () => {
    const bytes = await libraries();
    for (const bomb of [Buffer.alloc(1 << 20), gzipSync(Buffer.alloc(1 << 26))]) {
      let closed: () => void = () => undefined;
      const over = new Promise<void>((resolve) => (closed = resolve));
      const { source, folder, temporary } = await served(bytes, (_, response) => {
        if (bomb.length < 1 << 20) response.setHeader('content-encoding', 'gzip');
        // For as long as it is taken.
        const send = (error?: Error | null) => {
          if (error == null) response.write(bomb, send);
        };
        response.on('close', closed);
        send();
      });
      const seen: number[] = [];
      const installing = installCuda(source, folder, {
        ...quiet,
        limits,
        onProgress: (count) => seen.push(count),
      });
      await expect(installing).rejects.toThrow(
        /is not the expected one: expected \d+ bytes, got more/,
      );
      await over; // the connection is closed
      expect(Math.max(0, ...seen)).toBeLessThanOrEqual(source.size);
      expect(await readdir(temporary)).toEqual([]);
      expect(await readdir(folder)).toEqual([]);
    }
  });

  it.each<[string, (folder: string) => Promise<unknown>, RegExp]>([
    [
      'a link in the place of a library',
      async (folder) => {
        await rm(join(folder, 'b.so'));
        await symlink('/etc/passwd', join(folder, 'b.so'));
      },
      /is not the expected one: 'package\/b\.so' is not a regular file in it/,
    ],
    [
      'a folder in the place of a library',
      async (folder) => {
        await rm(join(folder, 'b.so'));
        await mkdir(join(folder, 'b.so'));
      },
      /is not the expected one: it has no 'package\/b\.so'/,
    ],
    [
      'no library',
      (folder) => rm(join(folder, 'b.so')),
      /is not the expected one: it has no 'package\/b\.so'/,
    ],
    [
      'a library too large',
      (folder) => writeFile(join(folder, 'b.so'), Buffer.alloc(2e6)),
      /'package\/b\.so' has 2000000 bytes, expected at most/,
    ],
  ])('refuses an archive with %s', async (_, change, reason) => {
    const { source, folder, temporary } = await served(await libraries(change));
    await expect(installCuda(source, folder, { ...quiet, limits })).rejects.toThrow(reason);
    expect(await readdir(folder)).toEqual([]);
    expect(await readdir(temporary)).toEqual([]);
  });

  it('refuses an archive that is damaged, or says that a library is larger than the disk', async () => {
    const header = new Header({
      path: 'package/a.so',
      type: 'File',
      size: 1e12,
      mode: 0o644,
      mtime: new Date(0),
    });
    const block = Buffer.alloc(512);
    header.encode(block, 0);
    for (const [archive, reason] of [
      [gzipSync(block), /is not the expected one: 'package\/a\.so' has 1000000000000 bytes/],
      [Buffer.from('no archive'), /(cannot be unpacked|is not the expected one)/],
    ] as const) {
      const { source, folder } = await served(archive);
      await expect(installCuda(source, folder, quiet)).rejects.toThrow(reason);
      expect(await readdir(folder)).toEqual([]);
    }
  });

  it('gives the libraries no permissions that the archive asks for', async () => {
    const { source, folder } = await served(
      await libraries((work) => chmod(join(work, 'a.so'), 0o6777)),
    );
    await installCuda(source, folder, quiet);
    if (process.platform !== 'win32')
      expect((await stat(join(folder, 'a.so'))).mode & 0o7777).toBe(0o644);
  });

  it('says so where the disk is full', async ({ skip }) => {
    const disk = smallDisk(1 << 20);
    if (disk === undefined) return skip();
    const large = randomBytes(3 << 20);
    const { source, folder, temporary } = await served(
      await libraries((work) => writeFile(join(work, 'b.so'), large)),
    );
    vi.stubEnv('TMPDIR', disk);
    await expect(installCuda(source, folder, quiet)).rejects.toThrow(
      /cannot write to '.*' after .* MB: the disk is full \(ENOSPC\)/,
    );
    expect(await readdir(disk)).toEqual([]);
    vi.stubEnv('TMPDIR', temporary);
    const files = source.files.map((file, i) =>
      i === 1 ? { ...file, sha256: sum(large, 'sha256', 'hex') } : file,
    );
    await expect(installCuda({ ...source, files }, disk, quiet)).rejects.toThrow(
      /cannot write to '.*': the disk is full \(ENOSPC\)/,
    );
    expect(await readdir(disk)).toEqual([]);
  });

  it('says so where the folder is not there', async () => {
    const { source, folder } = await served();
    await expect(installCuda(source, join(folder, 'none'), quiet)).rejects.toThrow(
      /cannot write to '.*none': it does not exist \(ENOENT\)/,
    );
  });

  it('refuses a library that is not the expected one', async () => {
    const { source, folder } = await served();
    const files = source.files.map((file, i) => (i === 1 ? { ...file, sha256: '00' } : file));
    await expect(installCuda({ ...source, files }, folder, quiet)).rejects.toThrow(
      /'package\/b.so' is not the expected file/,
    );
    expect(await readdir(folder)).toEqual([]);
  });

  it('is cancelled', async () => {
    const { source, folder } = await served();
    const controller = new AbortController();
    controller.abort(new CancelledError());
    await expect(
      installCuda(source, folder, { ...quiet, signal: controller.signal }),
    ).rejects.toThrow(CancelledError);
    expect(await readdir(folder)).toEqual([]);
  });

  it('is for the version of ONNX Runtime that is installed', async () => {
    const { version } = JSON.parse(
      await readFile(join(ROOT, 'node_modules', 'onnxruntime-node', 'package.json'), 'utf8'),
    ) as {
      version: string;
    };
    expect(version).toBe(RUNTIME_VERSION);
  });
});

describe.skipIf(
  process.platform !== 'linux' ||
    CUDA_PACKAGES[`${process.platform}-${process.arch}`] === undefined,
)('what is missing', () => {
  it('is said in words', async () => {
    const { ready, lines } = await diagnoseCuda(await temporaryFolder(), []);
    expect(ready).toBe(false);
    expect(lines.at(-1)).toMatch(/CUDA provider is not installed in/);
  });

  it('is found by the loader', async () => {
    // Node runs, so it has its libraries
    expect(await missingLibraries(process.execPath, [])).toEqual([]);
    expect(libraryPath(['/a', '/b']).LD_LIBRARY_PATH).toMatch(/^\/a:\/b/);
    expect(libraryPath([])).toEqual({});
  });
});
