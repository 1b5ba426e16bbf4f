/** The image files of a cluster: their paths, and copies of them in a folder of the user's. */
import { type BigIntStats, constants } from 'node:fs';
import {
  chmod,
  type FileHandle,
  mkdir,
  open,
  realpath,
  rm,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { basename, join, parse, sep } from 'node:path';
import { type EntryPlace, entryPlace } from '../../archives/archive-path';
import { readEntry } from '../../archives/read-entry';
import type { Failure } from '../../domain/run';
import { analysisSettingsSchema } from '../../domain/settings';
import { imageLimits } from '../../images/image-limits';
import type { EngineCalls } from '../../protocol/engine';
import { membersOfCluster } from '../../runs/run-files';
import { imagePath, type StoredRun } from '../../runs/run-store';
import { shortPath } from '../../text/short-path';
import { codeOf, UserError } from '../../util/errors';
import { fsReason, isFull } from '../../util/fs-errors';
import { makeTemporaryFolder, type TemporaryFolder } from '../../util/temporary-folder';
import { FILE_MODE, FOLDER_MODE, openRegular, publishNew, statOf } from '../../util/user-files';
import { openRun } from '../open-runs';
import { clusteringOf } from './stored-clustering';
import type { JobContext } from './job-context';

interface ClusterImage {
  /** A Buffer where it is not valid UTF-8. */
  path: string | Buffer;
  /** Path below its folder, for people. */
  name: string;
}

/** Paths of the images of a cluster, each once, those of the most typical faces first. */
export async function clusterPaths({
  runDir,
  cluster,
}: EngineCalls['clusterPaths']['params']): Promise<string[]> {
  const images = await imagesOf(await openRun(runDir), cluster);
  return images.map(({ path }) => path.toString());
}

/**
 * Copies the images of a cluster into a folder, which is made if it does not exist. No file is ever
 * replaced: if there is another file of the same name, the copy gets another name. Copies keep
 * permissions and times; those of entries of an archive are the archive's.
 * @throws UserError if the folder cannot be written or the disk is full; CancelledError. Complete
 * copies stay then.
 */
export async function copyImages(
  { runDir, cluster, outDir }: EngineCalls['copyImages']['params'],
  { signal, onProgress }: JobContext,
): Promise<EngineCalls['copyImages']['result']> {
  const run = await openRun(runDir);
  const images = await imagesOf(run, cluster);
  const { fileBytes } = imageLimits(analysisSettingsSchema.parse(run.manifest.settings));
  const failures: Failure[] = [];
  const counts = { copied: 0, there: 0 };
  const { folder, stage } = await openTarget(outDir);
  try {
    const copier = new ImageCopier(folder, join(stage.path, 'copy'), fileBytes, signal);
    for (const [done, { path, name }] of images.entries()) {
      signal.throwIfAborted();
      onProgress({ stage: 'copy', done, total: images.length, failed: failures.length });
      try {
        counts[await copier.add(path)] += 1;
      } catch (error) {
        signal.throwIfAborted();
        if (isFull(error) || codeOf(error) === 'EROFS') {
          throw new UserError(
            `cannot write to '${shortPath(folder)}' after ${counts.copied} of ${images.length} images: ${fsReason(error)}`,
            { cause: error },
          );
        }
        failures.push({ image: name, reason: fsReason(error) });
      }
    }
  } finally {
    await stage.remove();
  }
  onProgress({ stage: 'copy', done: images.length, total: images.length, failed: failures.length });
  return { ...counts, failures, folder };
}

/** Makes the target folder, with links to it resolved, and a temporary folder in it. */
async function openTarget(outDir: string): Promise<{ folder: string; stage: TemporaryFolder }> {
  try {
    await mkdir(outDir, { recursive: true, mode: FOLDER_MODE });
    const folder = await realpath(outDir);
    return { folder, stage: await makeTemporaryFolder(folder, { hidden: true }) };
  } catch (error) {
    throw new UserError(`cannot write into the folder '${shortPath(outDir)}': ${fsReason(error)}`, {
      cause: error,
    });
  }
}

async function imagesOf(run: StoredRun, cluster: number): Promise<ClusterImage[]> {
  const { faces } = run;
  const members = membersOfCluster(await clusteringOf(run), cluster);
  if (members === undefined)
    throw new UserError(
      `there is no cluster ${String(cluster)} any more: the faces were clustered anew`,
    );
  const images = new Map<string, ClusterImage>();
  for (const row of members) {
    const path = imagePath(run, row);
    images.set(faces.rawPaths[row] ?? path.toString(), { path, name: faces.image[row]! });
  }
  return [...images.values()];
}

/** Bytes that are copied or compared at a time. */
const CHUNK_BYTES = 1 << 18;

/** Copies images into one folder. */
class ImageCopier {
  /** Sizes of the files in the folder, by name: thousands of images may have the same name. */
  private readonly sizes = new Map<string, bigint | null>();

  /**
   * @param folder an existing folder; its path has no links.
   * @param temporary an unused path in the same file system.
   * @param maxBytes maximum size of an entry of an archive.
   */
  constructor(
    private readonly folder: string,
    private readonly temporary: string,
    private readonly maxBytes: number,
    private readonly signal: AbortSignal,
  ) {}

  /**
   * Copies an image under its own name, else as `name (2)` and so on.
   * @returns 'there' if a file of one of these names has the same content.
   * @throws a system error, or the reason of `signal`; nothing is left behind then.
   */
  async add(path: string | Buffer): Promise<'copied' | 'there'> {
    const entry = entryPlace(path);
    if (entry !== undefined) return this.addEntry(entry);
    try {
      return await this.addAs(baseName(path), path);
    } catch (error) {
      // Some file systems refuse names that are not UTF-8.
      if (typeof path === 'string' || !['EILSEQ', 'EINVAL'].includes(codeOf(error) ?? ''))
        throw error;
      return this.addAs(baseName(path.toString()), path);
    }
  }

  private async addEntry(entry: EntryPlace): Promise<'copied' | 'there'> {
    const unpacked = `${this.temporary}-unpacked`;
    try {
      const bytes = await readEntry(entry, this.maxBytes, { ahead: true });
      const { mode, atime, mtime } = entry.stats;
      await writeFile(unpacked, bytes, { flag: 'wx', mode: FILE_MODE });
      await chmod(unpacked, mode & 0o777).catch(ignoreMissingModes);
      await utimes(unpacked, atime, mtime);
      return await this.addAs(basename(entry.name), unpacked);
    } finally {
      await rm(unpacked, { force: true });
    }
  }

  private async addAs(name: string | Buffer, path: string | Buffer): Promise<'copied' | 'there'> {
    // Without O_NONBLOCK, opening a pipe would wait for its writer.
    const source = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stats = await source.stat({ bigint: true });
      if (!stats.isFile()) throw new Error('it is no longer a regular file');
      let isCopied = false;
      for (let number = 1; ;) {
        const target = joinName(this.folder, numberedName(name, number));
        const key = typeof target === 'string' ? target : target.toString('latin1');
        const size = this.sizes.has(key) ? this.sizes.get(key) : await sizeOf(target);
        if (size !== undefined) {
          this.sizes.set(key, size);
          if (size === stats.size && (await haveSameContent(source, target))) return 'there';
          number += 1;
          continue;
        }
        if (!isCopied) await this.copy(source, stats);
        isCopied = true;
        if (await publishNew(this.temporary, target)) {
          this.sizes.set(key, stats.size);
          return 'copied';
        } // else another program was faster, and its file is compared
      }
    } finally {
      await source.close();
      await rm(this.temporary, { force: true });
    }
  }

  /** Unlike `fs.copyFile`, it can be cancelled in the middle of a large file. */
  private async copy(
    source: FileHandle,
    { mode, atimeNs, mtimeNs, size }: BigIntStats,
  ): Promise<void> {
    const copy = await open(this.temporary, 'wx', FILE_MODE);
    try {
      const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
      // The size is fixed, even if the file grows meanwhile.
      for (let at = 0; at < size;) {
        this.signal.throwIfAborted();
        const { bytesRead } = await source.read(
          chunk,
          0,
          Math.min(CHUNK_BYTES, Number(size) - at),
          at,
        );
        if (bytesRead === 0) break; // it was truncated meanwhile
        for (let from = 0; from < bytesRead;)
          from += (await copy.write(chunk, from, bytesRead - from)).bytesWritten;
        at += bytesRead;
      }
      await copy.chmod(Number(mode & 0o777n)).catch(ignoreMissingModes);
      await copy.utimes(Number(atimeNs) / 1e9, Number(mtimeNs) / 1e9); // photos are sorted by them
    } finally {
      await copy.close();
    }
  }
}

/** Some file systems have no permissions, or not all of them. */
function ignoreMissingModes(error: unknown): void {
  if (!['EPERM', 'ENOTSUP', 'ENOSYS', 'EINVAL'].includes(codeOf(error) ?? '')) throw error;
}

/** Size of the file at a path; null if it is not a regular file; undefined if there is nothing. */
async function sizeOf(path: string | Buffer): Promise<bigint | null | undefined> {
  const stats = await statOf(path);
  if (stats === undefined) return undefined;
  return stats.isFile() ? stats.size : null;
}

function baseName(path: string | Buffer): string | Buffer {
  if (typeof path === 'string') return basename(path);
  return path.subarray(path.lastIndexOf('/') + 1); // on Windows, paths are strings
}

function joinName(folder: string, name: string | Buffer): string | Buffer {
  if (typeof name === 'string') return join(folder, name);
  return Buffer.concat([Buffer.from(`${folder}${sep}`), name]);
}

/** Maximum length of a file name: in bytes on Linux, in UTF-16 code units elsewhere. */
const MAX_NAME_LENGTH = 255;

/** `name (2).jpg`; the name is truncated where the number would make it too long. */
export function numberedName(name: string | Buffer, number: number): string | Buffer {
  if (number === 1) return name;
  // In latin1, each byte is one character.
  if (typeof name !== 'string')
    return Buffer.from(
      numbered(name.toString('latin1'), number, (text) => text.length),
      'latin1',
    );
  const isLinux = process.platform === 'linux';
  return numbered(name, number, (text) => (isLinux ? Buffer.byteLength(text) : text.length));
}

function numbered(text: string, number: number, lengthOf: (text: string) => number): string {
  const { name, ext } = parse(text);
  const end = ` (${number})${ext}`;
  const stem = Array.from(name); // by code points
  while (stem.length > 0 && lengthOf(stem.join('')) + lengthOf(end) > MAX_NAME_LENGTH) stem.pop();
  return stem.join('') + end;
}

async function haveSameContent(one: FileHandle, path: string | Buffer): Promise<boolean> {
  const other = await openRegular(path);
  if (other === undefined) return false;
  try {
    const [{ size }, { size: otherSize }] = await Promise.all([one.stat(), other.stat()]);
    if (size !== otherSize) return false;
    const [a, b] = [Buffer.alloc(CHUNK_BYTES), Buffer.alloc(CHUNK_BYTES)];
    for (let at = 0; at < size; at += CHUNK_BYTES) {
      const [{ bytesRead: read }, { bytesRead }] = await Promise.all([
        one.read(a, 0, CHUNK_BYTES, at),
        other.read(b, 0, CHUNK_BYTES, at),
      ]);
      if (read !== bytesRead || !a.subarray(0, read).equals(b.subarray(0, read))) return false;
    }
    return true;
  } finally {
    await other.close();
  }
}
