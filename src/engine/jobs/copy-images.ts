/** The image files of a cluster: where they lie, and copies of them in a folder of the user's. */
import { type BigIntStats, constants } from 'node:fs';
import { type FileHandle, mkdir, open, realpath, rm } from 'node:fs/promises';
import { basename, join, parse, sep } from 'node:path';
import type { Failure } from '../../domain/run';
import type { EngineCalls } from '../../protocol/engine';
import { membersOfCluster } from '../../runs/run-files';
import { imagePath, type StoredRun } from '../../runs/run-store';
import { shortPath } from '../../text/short-path';
import { codeOf, UserError } from '../../util/errors';
import { fsReason, isFull } from '../../util/fs-errors';
import { makeTemporaryFolder, type TemporaryFolder } from '../../util/temporary-folder';
import { FILE_MODE, FOLDER_MODE, openRegular, publishNew, statOf } from '../../util/user-files';
import { openRun } from '../open-runs';
import { clusteringOf } from './inspect';
import type { JobContext } from './job-context';

interface ClusterImage {
  /** A Buffer where it is not valid UTF-8. */
  path: string | Buffer;
  /** Path below its folder, for people. */
  name: string;
}

/** Where the images of a cluster lie, each once, those of the most typical faces first. */
export async function clusterPaths({
  runDir,
  cluster,
}: EngineCalls['clusterPaths']['params']): Promise<string[]> {
  const images = await imagesOf(await openRun(runDir), cluster);
  return images.map(({ path }) => path.toString());
}

/**
 * Copies the images of a cluster into a folder, which is made if there is none. No file is ever
 * replaced: one of the same name is left as it is, and the copy takes another name, unless that
 * file holds the same. Copies keep permissions and times.
 * @throws UserError if the folder cannot be written or the disk is full; CancelledError. What was
 * copied until then stays, whole.
 */
export async function copyImages(
  { runDir, cluster, outDir }: EngineCalls['copyImages']['params'],
  { signal, onProgress }: JobContext,
): Promise<EngineCalls['copyImages']['result']> {
  const images = await imagesOf(await openRun(runDir), cluster);
  const failures: Failure[] = [];
  const counts = { copied: 0, there: 0 };
  const { folder, stage } = await openTarget(outDir);
  try {
    const copies = new Copies(folder, join(stage.path, 'copy'), signal);
    for (const [done, { path, name }] of images.entries()) {
      signal.throwIfAborted();
      onProgress({ stage: 'copy', done, total: images.length, failed: failures.length });
      try {
        counts[await copies.add(path)] += 1;
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

/**
 * The folder that is copied into, links to it resolved once and for all, and a temporary one in it.
 */
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
const CHUNK = 1 << 18;

/** Copies of images in one folder. */
class Copies {
  /** Sizes of the files that were found or made, by name: thousands of images may share one. */
  private readonly sizes = new Map<string, bigint | null>();

  /**
   * @param folder it exists, and no link leads to it.
   * @param temporary a path in the same file system that is free.
   */
  constructor(
    private readonly folder: string,
    private readonly temporary: string,
    private readonly signal: AbortSignal,
  ) {}

  /**
   * Copies an image under its own name, else as `name (2)` and so on.
   * @returns 'there' if a file of one of these names holds the same.
   * @throws a system error, or the reason of `signal`; nothing is left behind then.
   */
  async add(path: string | Buffer): Promise<'copied' | 'there'> {
    try {
      return await this.addAs(baseName(path), path);
    } catch (error) {
      // A name that is not UTF-8 is fine on some file systems and refused by others.
      if (typeof path === 'string' || !['EILSEQ', 'EINVAL'].includes(codeOf(error) ?? ''))
        throw error;
      return this.addAs(baseName(path.toString()), path);
    }
  }

  private async addAs(name: string | Buffer, path: string | Buffer): Promise<'copied' | 'there'> {
    // a pipe would be waited for
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
          if (size === stats.size && (await holdTheSame(source, target))) return 'there';
          number += 1;
          continue;
        }
        if (!isCopied) await this.copy(source, stats);
        isCopied = true;
        if (await publishNew(this.temporary, target)) {
          this.sizes.set(key, stats.size);
          return 'copied';
        } // else another program was faster, and what it made is looked at
      }
    } finally {
      await source.close();
      await rm(this.temporary, { force: true });
    }
  }

  /** Not `fs.copyFile`: a large file on a slow disk could not be cancelled in the middle. */
  private async copy(
    source: FileHandle,
    { mode, atimeNs, mtimeNs, size }: BigIntStats,
  ): Promise<void> {
    const copy = await open(this.temporary, 'wx', FILE_MODE);
    try {
      const chunk = Buffer.allocUnsafe(CHUNK);
      // Of a file that grows meanwhile, what there was.
      for (let at = 0; at < size;) {
        this.signal.throwIfAborted();
        const { bytesRead } = await source.read(chunk, 0, Math.min(CHUNK, Number(size) - at), at);
        if (bytesRead === 0) break; // it was cut short meanwhile
        for (let from = 0; from < bytesRead;)
          from += (await copy.write(chunk, from, bytesRead - from)).bytesWritten;
        at += bytesRead;
      }
      await copy.chmod(Number(mode & 0o777n)).catch(ignoreMissingModes);
      await copy.utimes(Number(atimeNs) / 1e9, Number(mtimeNs) / 1e9); // what photos are sorted by
    } finally {
      await copy.close();
    }
  }
}

/** Some file systems have no permissions, or not these. */
function ignoreMissingModes(error: unknown): void {
  if (!['EPERM', 'ENOTSUP', 'ENOSYS', 'EINVAL'].includes(codeOf(error) ?? '')) throw error;
}

/** Bytes of the file at a path; null for what is no file; undefined if there is nothing. */
async function sizeOf(path: string | Buffer): Promise<bigint | null | undefined> {
  const stats = await statOf(path);
  if (stats === undefined) return undefined;
  return stats.isFile() ? stats.size : null;
}

function baseName(path: string | Buffer): string | Buffer {
  if (typeof path === 'string') return basename(path);
  return path.subarray(path.lastIndexOf('/') + 1); // there are no Buffers on Windows
}

function joinName(folder: string, name: string | Buffer): string | Buffer {
  if (typeof name === 'string') return join(folder, name);
  return Buffer.concat([Buffer.from(`${folder}${sep}`), name]);
}

/** Longest name of a file: in bytes on Linux, in UTF-16 code units elsewhere. */
const LONGEST_NAME = 255;

/** `name (2).jpg`; the name is cut where the number would make it too long. */
export function numberedName(name: string | Buffer, number: number): string | Buffer {
  if (number === 1) return name;
  // Each byte is one character of latin1.
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
  while (stem.length > 0 && lengthOf(stem.join('')) + lengthOf(end) > LONGEST_NAME) stem.pop();
  return stem.join('') + end;
}

async function holdTheSame(one: FileHandle, path: string | Buffer): Promise<boolean> {
  const other = await openRegular(path);
  if (other === undefined) return false;
  try {
    const [{ size }, { size: otherSize }] = await Promise.all([one.stat(), other.stat()]);
    if (size !== otherSize) return false;
    const [a, b] = [Buffer.alloc(CHUNK), Buffer.alloc(CHUNK)];
    for (let at = 0; at < size; at += CHUNK) {
      const [{ bytesRead: read }, { bytesRead }] = await Promise.all([
        one.read(a, 0, CHUNK, at),
        other.read(b, 0, CHUNK, at),
      ]);
      if (read !== bytesRead || !a.subarray(0, read).equals(b.subarray(0, read))) return false;
    }
    return true;
  } finally {
    await other.close();
  }
}
