/** Fetches the CUDA provider's libraries, checks them, and puts them where ONNX Runtime looks for them. */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { copyFile, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { extract } from 'tar';
import { messageOf, UserError } from '../errors';
import type { CudaPackage } from './libraries';

export interface InstallOptions {
  signal: AbortSignal;
  /** Called with the bytes that came so far. */
  onProgress: (bytes: number) => void;
}

/**
 * @param folder where ONNX Runtime's own libraries lie.
 * @throws UserError where the archive cannot be had, is not the expected one, or the folder cannot be written; nothing is left behind then.
 */
export async function installCuda(source: CudaPackage, folder: string, options: InstallOptions): Promise<void> {
  const work = await mkdtemp(join(tmpdir(), 'face-clusters-cuda-'));
  try {
    const archive = join(work, 'archive.tgz');
    await download(source, archive, options);
    const integrity = await digest(archive, 'sha512', 'base64');
    if (integrity !== source.integrity) {
      throw new UserError(`the archive from ${source.url} is not the expected one: expected SHA-512 ${source.integrity}, got ${integrity}`);
    }
    const paths = source.files.map(({ path }) => path);
    await extract({ file: archive, cwd: work, filter: (path) => paths.includes(path) });
    for (const { path, sha256 } of source.files) {
      const got = await digest(join(work, path), 'sha256', 'hex');
      if (got !== sha256) throw new UserError(`'${path}' is not the expected file: expected SHA-256 ${sha256}, got ${got}`);
    }
    options.signal.throwIfAborted();
    for (const { path } of source.files) await put(join(work, path), join(folder, basename(path)));
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function download({ url, size }: CudaPackage, file: string, { signal, onProgress }: InstallOptions): Promise<void> {
  let body: ReadableStream;
  try {
    const response = await fetch(url, { signal });
    if (!response.ok || response.body === null) throw new Error(`status ${response.status}`);
    body = response.body;
  } catch (error) {
    signal.throwIfAborted();
    const reason = error instanceof Error && error.cause !== undefined ? messageOf(error.cause) : messageOf(error);
    throw new UserError(`cannot fetch ${url} (${(size / 1e6).toFixed(0)} MB): ${reason}`, { cause: error });
  }
  let bytes = 0;
  const counted = async function* (source: AsyncIterable<Uint8Array>) {
    for await (const chunk of source) {
      bytes += chunk.length;
      onProgress(bytes);
      yield chunk;
    }
  };
  await pipeline(Readable.fromWeb(body), counted, createWriteStream(file), { signal });
}

/** Copies beside the target first, so that a kill never leaves half a library where the runtime would load it. */
async function put(from: string, to: string): Promise<void> {
  try {
    await copyFile(from, `${to}.new`);
    await rename(`${to}.new`, to);
  } catch (error) {
    throw new UserError(`cannot write '${to}': ${messageOf(error)}`, { cause: error });
  }
}

async function digest(file: string, algorithm: 'sha256' | 'sha512', encoding: 'hex' | 'base64'): Promise<string> {
  const hash = createHash(algorithm);
  await pipeline(createReadStream(file), hash);
  return hash.digest(encoding);
}
