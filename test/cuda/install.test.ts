/** The installation from a server of the test's own; what the pinned archives hold was checked by hand against these sums. */
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { create } from 'tar';
import { describe, expect, it, onTestFinished } from 'vitest';
import { diagnoseCuda, libraryPath, missingLibraries } from '../../src/cuda/diagnose';
import { installCuda } from '../../src/cuda/install';
import { CUDA_PACKAGES, type CudaPackage, RUNTIME_VERSION } from '../../src/cuda/libraries';
import { CancelledError } from '../../src/errors';
import { ROOT, temporaryFolder } from '../support/images';

const sum = (bytes: Buffer, algorithm: string, encoding: 'hex' | 'base64') => createHash(algorithm).update(bytes).digest(encoding);

/** An archive with two libraries behind a real server, and a folder to install them into. */
async function served() {
  const work = await temporaryFolder();
  const contents = { 'a.so': Buffer.from('library a'), 'b.so': Buffer.from('library b') };
  await mkdir(join(work, 'package'));
  for (const [name, content] of Object.entries(contents)) await writeFile(join(work, 'package', name), content);
  await create({ gzip: true, file: join(work, 'archive.tgz'), cwd: work }, ['package']);
  const archive = await readFile(join(work, 'archive.tgz'));
  const server = createServer((request, response) => {
    if (request.url === '/archive.tgz') response.end(archive);
    else response.writeHead(404).end();
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  onTestFinished(() => void server.close());
  const source: CudaPackage = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/archive.tgz`,
    size: archive.length,
    integrity: sum(archive, 'sha512', 'base64'),
    files: Object.entries(contents).map(([name, content]) => ({ path: `package/${name}`, sha256: sum(content, 'sha256', 'hex') })),
  };
  return { source, folder: await temporaryFolder(), contents };
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
    const { source, folder } = await served();
    await expect(installCuda({ ...source, ...change }, folder, quiet)).rejects.toThrow(reason);
    expect(await readdir(folder)).toEqual([]);
  });

  it('refuses a library that is not the expected one', async () => {
    const { source, folder } = await served();
    const files = source.files.map((file, i) => (i === 1 ? { ...file, sha256: '00' } : file));
    await expect(installCuda({ ...source, files }, folder, quiet)).rejects.toThrow(/'package\/b.so' is not the expected file/);
    expect(await readdir(folder)).toEqual([]);
  });

  it('is cancelled', async () => {
    const { source, folder } = await served();
    const controller = new AbortController();
    controller.abort(new CancelledError());
    await expect(installCuda(source, folder, { ...quiet, signal: controller.signal })).rejects.toThrow(CancelledError);
    expect(await readdir(folder)).toEqual([]);
  });

  it('is for the version of ONNX Runtime that is installed', async () => {
    const { version } = JSON.parse(await readFile(join(ROOT, 'node_modules', 'onnxruntime-node', 'package.json'), 'utf8')) as {
      version: string;
    };
    expect(version).toBe(RUNTIME_VERSION);
  });
});

describe.skipIf(process.platform !== 'linux' || CUDA_PACKAGES[`${process.platform}-${process.arch}`] === undefined)(
  'what is missing',
  () => {
    it('is said in words', async () => {
      const { ready, lines } = await diagnoseCuda(await temporaryFolder(), []);
      expect(ready).toBe(false);
      expect(lines.at(-1)).toMatch(/run 'Install CUDA Support'/);
    });

    it('is found by the loader', async () => {
      expect(await missingLibraries(process.execPath, [])).toEqual([]); // Node runs, so it has its libraries
      expect(libraryPath(['/a', '/b']).LD_LIBRARY_PATH).toMatch(/^\/a:\/b/);
      expect(libraryPath([])).toEqual({});
    });
  },
);
