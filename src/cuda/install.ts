/**
 * Fetches the CUDA provider's libraries, checks them, and puts them where ONNX Runtime looks for
 * them.
 */
import { createHash } from 'node:crypto';
import { constants, createReadStream, createWriteStream } from 'node:fs';
import { chmod, copyFile, mkdir, rename } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { extract } from 'tar';
import { shortPath } from '../text/short-path';
import { messageOf, UserError } from '../util/errors';
import { fsReason, isSystemError } from '../util/fs-errors';
import { makeTemporaryFolder } from '../util/temporary-folder';
import { FILE_MODE, FOLDER_MODE, statOf, whatInstead } from '../util/user-files';
import type { CudaPackage } from './libraries';

export interface InstallOptions {
  signal: AbortSignal;
  /** Called with the bytes that came so far. */
  onProgress: (bytes: number) => void;
  limits?: InstallLimits;
}

interface InstallLimits {
  /** Milliseconds in which at least `least` bytes must come, … */
  interval: number;
  /**
   * … or the download counts as stalled: a server that sends a byte now and then would never end.
   */
  least: number;
  /** Bytes of a library, at most: what is unpacked must not fill the disk. */
  largest: number;
}

const LIMITS: InstallLimits = { interval: 30_000, least: 30_000, largest: 2e9 };

/**
 * @param folder where ONNX Runtime's own libraries lie.
 * @throws UserError where the archive cannot be had, is not the expected one, or the folder cannot
 * be written; nothing is left behind then.
 */
export async function installCuda(
  source: CudaPackage,
  folder: string,
  options: InstallOptions,
): Promise<void> {
  const { limits = LIMITS, signal } = options;
  const work = await wordErrors(`cannot make a temporary folder in '${shortPath(tmpdir())}'`, () =>
    makeTemporaryFolder(),
  );
  try {
    const archive = join(work.path, 'archive.tgz');
    await download(source, archive, options, limits);
    const integrity = await digest(archive, 'sha512', 'base64');
    if (integrity !== source.integrity) {
      throw new UserError(
        `the archive from ${source.url} is not the expected one: expected SHA-512 ${source.integrity}, got ${integrity}`,
      );
    }
    const unpacked = join(work.path, 'files');
    await unpack(archive, unpacked, source, limits);
    for (const { path, sha256 } of source.files) {
      const got = await digest(join(unpacked, path), 'sha256', 'hex');
      if (got !== sha256)
        throw new UserError(
          `'${path}' is not the expected file: expected SHA-256 ${sha256}, got ${got}`,
        );
    }
    signal.throwIfAborted();
    const libraries = source.files.map(({ path }) => join(unpacked, path));
    await wordErrors(`cannot write to '${shortPath(folder)}'`, () => put(libraries, folder));
  } finally {
    await work.remove();
  }
}

/** `12.3 of 179.1 MB` */
const share = (bytes: number, size: number) =>
  `${(bytes / 1e6).toFixed(1)} of ${(size / 1e6).toFixed(1)} MB`;

const TRY_AGAIN = 'Check the connection and the proxy, and try again';

async function download(
  { url, size }: CudaPackage,
  file: string,
  { signal, onProgress }: InstallOptions,
  { interval, least }: InstallLimits,
): Promise<void> {
  const end = new AbortController();
  let bytes = 0;
  let before = 0;
  const timer = setInterval(() => {
    const came = bytes - before;
    before = bytes;
    if (came >= least) return;
    const seconds = (interval / 1000).toFixed(0);
    end.abort(
      new UserError(
        `${url} sent ${came} bytes in ${seconds} s, after ${share(before, size)}: given up. ${TRY_AGAIN}`,
      ),
    );
  }, interval);
  const wrongSize = (got: string) =>
    new UserError(
      `the archive from ${url} is not the expected one: expected ${size} bytes, got ${got}`,
    );
  const counted = async function* (source: AsyncIterable<Uint8Array>) {
    for await (const chunk of source) {
      bytes += chunk.length;
      if (bytes > size) throw wrongSize('more');
      onProgress(bytes);
      yield chunk;
    }
  };
  const either = AbortSignal.any([signal, end.signal]);
  try {
    const response = await fetch(url, { signal: either });
    if (!response.ok || response.body === null) throw new Error(`status ${response.status}`);
    const announced = response.headers.get('content-length');
    const isPlain = !response.headers.has('content-encoding');
    if (announced !== null && isPlain && Number(announced) !== size) throw wrongSize(announced);
    await pipeline(
      Readable.fromWeb(response.body),
      counted,
      createWriteStream(file, { flags: 'wx', mode: FILE_MODE }),
      { signal: either },
    );
    if (bytes < size) throw wrongSize(String(bytes));
  } catch (error) {
    either.throwIfAborted();
    if (error instanceof UserError) throw error;
    if (isSystemError(error)) {
      throw new UserError(
        `cannot write to '${shortPath(tmpdir())}' after ${share(bytes, size)}: ${fsReason(error)}`,
        { cause: error },
      );
    }
    const reason =
      error instanceof Error && error.cause !== undefined
        ? messageOf(error.cause)
        : messageOf(error);
    throw new UserError(`cannot fetch ${url} (${share(bytes, size)}): ${reason}. ${TRY_AGAIN}`, {
      cause: error,
    });
  } finally {
    clearInterval(timer);
    end.abort(); // what the server still sends is of no use
  }
}

/**
 * Takes the libraries, and nothing else, out of the archive: regular files only, as a link could
 * lead anywhere.
 */
async function unpack(
  archive: string,
  folder: string,
  { url, files }: CudaPackage,
  { largest }: InstallLimits,
): Promise<void> {
  const paths = files.map(({ path }) => path);
  const what = `the archive from ${url}`;
  let problem: string | undefined;
  try {
    await mkdir(folder, { mode: FOLDER_MODE });
    await extract({
      file: archive,
      cwd: folder,
      preserveOwner: false, // as root tar would take the archive's
      filter: (path, entry) => {
        if (!paths.includes(path) || !('type' in entry)) return false;
        if (entry.type !== 'File') problem = `'${path}' is no regular file in it`;
        else if (entry.size > largest)
          problem = `'${path}' has ${entry.size} bytes, expected at most ${largest}`;
        return problem === undefined;
      },
    });
  } catch (error) {
    if (problem === undefined) {
      const reason = isSystemError(error) ? fsReason(error) : messageOf(error);
      throw new UserError(`${what} cannot be unpacked in '${shortPath(tmpdir())}': ${reason}`, {
        cause: error,
      });
    }
  }
  for (const path of paths) {
    if (problem !== undefined) break;
    const stats = await statOf(join(folder, path));
    if (stats === undefined) problem = `it has no '${path}'`;
    else if (!stats.isFile()) problem = `'${path}' ${whatInstead(stats)}`;
  }
  if (problem !== undefined) throw new UserError(`${what} is not the expected one: ${problem}`);
}

/**
 * Copies beside the targets first, so that a kill never leaves half a library where the runtime
 * would load it.
 */
async function put(libraries: readonly string[], folder: string): Promise<void> {
  const beside = await makeTemporaryFolder(folder, { hidden: true });
  try {
    for (const library of libraries) {
      const copy = join(beside.path, basename(library));
      await copyFile(library, copy, constants.COPYFILE_EXCL);
      await chmod(copy, 0o644);
    }
    for (const library of libraries)
      await rename(join(beside.path, basename(library)), join(folder, basename(library)));
  } finally {
    await beside.remove();
  }
}

async function digest(
  file: string,
  algorithm: 'sha256' | 'sha512',
  encoding: 'hex' | 'base64',
): Promise<string> {
  const hash = createHash(algorithm);
  await pipeline(createReadStream(file), hash);
  return hash.digest(encoding);
}

/** Errors of the file system as what the user can mend. @param what cannot be done. */
async function wordErrors<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new UserError(`${what}: ${fsReason(error)}`, { cause: error });
  }
}
