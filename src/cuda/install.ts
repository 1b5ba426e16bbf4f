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
import { t } from '../text/translate';
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
    (reason) => t("cannot make a temporary folder in '{0}': {1}", shortPath(tmpdir()), reason),
    () => makeTemporaryFolder(),
  );
  try {
    const archive = join(work.path, 'archive.tgz');
    await download(source, archive, { ...options, limits });
    const integrity = await digest(archive, 'sha512', 'base64');
    if (integrity !== source.integrity) {
      throw new UserError(
        t(
          'the archive from {0} is not the expected one: expected SHA-512 {1}, got {2}',
          source.url,
          source.integrity,
          integrity,
        ),
      );
    }
    const unpacked = join(work.path, 'files');
    await unpack(archive, unpacked, source, limits);
    for (const { path, sha256 } of source.files) {
      const got = await digest(join(unpacked, path), 'sha256', 'hex');
      if (got !== sha256)
        throw new UserError(
          t("'{0}' is not the expected file: expected SHA-256 {1}, got {2}", path, sha256, got),
        );
    }
    signal.throwIfAborted();
    const libraries = source.files.map(({ path }) => join(unpacked, path));
    await withUserErrors(
      (reason) => t("cannot write to '{0}': {1}", shortPath(folder), reason),
      () => publish(libraries, folder),
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
  let problem: string | undefined;
  try {
    await mkdir(folder, { mode: FOLDER_MODE });
    await extract({
      file: archive,
      cwd: folder,
      preserveOwner: false, // run as root, tar would restore the archive's owner
      filter: (path, entry) => {
        if (!paths.includes(path) || !('type' in entry)) return false;
        if (entry.type !== 'File') problem = t("'{0}' is not a regular file in it", path);
        else if (entry.size > largest)
          problem = t("'{0}' has {1} bytes, expected at most {2}", path, entry.size, largest);
        return problem === undefined;
      },
    });
  } catch (error) {
    if (problem === undefined) {
      const reason = isSystemError(error) ? fsReason(error) : messageOf(error);
      throw new UserError(
        t(
          "the archive from {0} cannot be unpacked in '{1}': {2}",
          url,
          shortPath(tmpdir()),
          reason,
        ),
        { cause: error },
      );
    }
  }
  for (const path of paths) {
    if (problem !== undefined) break;
    const stats = await statOf(join(folder, path));
    if (stats === undefined) problem = t("it has no '{0}'", path);
    else if (!stats.isFile()) problem = t("'{0}' {1}", path, whatInstead(stats));
  }
  if (problem !== undefined)
    throw new UserError(t('the archive from {0} is not the expected one: {1}', url, problem));
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

/** Turns errors of the file system into user errors, with the reason in their message. */
async function withUserErrors<T>(
  message: (reason: string) => string,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new UserError(message(fsReason(error)), { cause: error });
  }
}
