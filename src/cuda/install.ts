/**
 * Downloads the libraries of the CUDA execution provider, verifies them, and installs them where
 * ONNX Runtime loads them from.
 */
import { createHash } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
import { chmod, copyFile, mkdir, rename } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { extract } from 'tar';
import { shortPath } from '../text/short-path';
import { messageOf, UserError } from '../util/errors';
import { fsReason, isSystemError } from '../util/fs-errors';
import { makeTemporaryFolder } from '../util/temporary-folder';
import { FOLDER_MODE, statOf, whatInstead } from '../util/user-files';
import { download, type DownloadLimits } from './download';
import type { CudaPackage } from './libraries';

export interface InstallOptions {
  signal: AbortSignal;
  /** Called with the bytes received so far. */
  onProgress: (bytes: number) => void;
  limits?: InstallLimits;
}

interface InstallLimits extends DownloadLimits {
  /** Maximum bytes of a library: an unpacked archive must not fill the disk. */
  largest: number;
}

const LIMITS: InstallLimits = { interval: 30_000, least: 30_000, largest: 2e9 };

/**
 * @param folder ONNX Runtime's folder of native libraries.
 * @throws UserError where the archive cannot be downloaded or is not the expected one, or the
 * folder cannot be written to; then nothing is left behind.
 */
export async function installCuda(
  source: CudaPackage,
  folder: string,
  options: InstallOptions,
): Promise<void> {
  const { limits = LIMITS, signal } = options;
  const work = await withUserErrors(
    `cannot make a temporary folder in '${shortPath(tmpdir())}'`,
    () => makeTemporaryFolder(),
  );
  try {
    const archive = join(work.path, 'archive.tgz');
    await download(source, archive, { ...options, limits });
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
    await withUserErrors(`cannot write to '${shortPath(folder)}'`, () =>
      publish(libraries, folder),
    );
  } finally {
    await work.remove();
  }
}

/** Extracts the libraries only, and only if they are regular files: a link could lead anywhere. */
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
      preserveOwner: false, // run as root, tar would restore the archive's owner
      filter: (path, entry) => {
        if (!paths.includes(path) || !('type' in entry)) return false;
        if (entry.type !== 'File') problem = `'${path}' is not a regular file in it`;
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

/** Copies next to the targets first, so that ONNX Runtime never loads an incomplete library. */
async function publish(libraries: readonly string[], folder: string): Promise<void> {
  const stage = await makeTemporaryFolder(folder, { hidden: true });
  try {
    for (const library of libraries) {
      const copy = join(stage.path, basename(library));
      await copyFile(library, copy, constants.COPYFILE_EXCL);
      await chmod(copy, 0o644);
    }
    for (const library of libraries)
      await rename(join(stage.path, basename(library)), join(folder, basename(library)));
  } finally {
    await stage.remove();
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

/**
 * Turns errors of the file system into user errors.
 * @param what beginning of their message.
 */
async function withUserErrors<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new UserError(`${what}: ${fsReason(error)}`, { cause: error });
  }
}
