/** The image files of a cluster: where they lie, and copies of them in a folder of the user's. */
import { type FileHandle, mkdir, open, rm, utimes } from 'node:fs/promises';
import { basename, join, parse } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { codeOf, messageOf, UserError } from '../errors';
import type { Failure } from '../faces/scan';
import type { EngineCalls } from '../protocol';
import { membersOfCluster } from '../store/run-files';
import { imagePath, type StoredRun } from '../store/run-store';
import type { JobContext } from './analyse';
import { clusteringOf } from './inspect';
import { openRun } from './runs';

interface ClusterImage {
  /** A Buffer where it is not valid UTF-8. */
  path: string | Buffer;
  /** Path below its folder, for people. */
  name: string;
}

/** Where the images of a cluster lie, each once, those of the most typical faces first. */
export async function clusterPaths({ runDir, cluster }: EngineCalls['clusterPaths']['params']): Promise<string[]> {
  const images = await imagesOf(await openRun(runDir), cluster);
  return images.map(({ path }) => path.toString());
}

/**
 * Copies the images of a cluster into a folder, which is made where there is none. No file is ever replaced: one of the same name is left as it is, and the copy
 * takes another name, but for a file that holds the same already.
 * @throws UserError where the folder cannot be written or the disk is full; CancelledError. What was copied until then stays.
 */
export async function copyImages(
  { runDir, cluster, outDir }: EngineCalls['copyImages']['params'],
  { signal, onProgress }: JobContext,
): Promise<EngineCalls['copyImages']['result']> {
  const images = await imagesOf(await openRun(runDir), cluster);
  const failures: Failure[] = [];
  const counts = { copied: 0, there: 0 };
  try {
    await mkdir(outDir, { recursive: true });
  } catch (error) {
    throw new UserError(`cannot make the folder '${outDir}': ${messageOf(error)}`, { cause: error });
  }
  for (const [done, { path, name }] of images.entries()) {
    signal.throwIfAborted();
    onProgress({ stage: 'copy', done, total: images.length, failed: failures.length });
    try {
      counts[await copyInto(outDir, path, signal)] += 1;
    } catch (error) {
      signal.throwIfAborted();
      if (['ENOSPC', 'EDQUOT', 'EROFS'].includes(codeOf(error) ?? '')) {
        throw new UserError(
          `'${outDir}' cannot be written after ${String(counts.copied)} of ${String(images.length)} images: ${messageOf(error)}`,
          { cause: error },
        );
      }
      failures.push({ image: name, reason: messageOf(error) });
    }
  }
  onProgress({ stage: 'copy', done: images.length, total: images.length, failed: failures.length });
  return { ...counts, failures };
}

async function imagesOf(run: StoredRun, cluster: number): Promise<ClusterImage[]> {
  const { faces } = run;
  const members = membersOfCluster(await clusteringOf(run), cluster);
  if (members === undefined) throw new UserError(`there is no cluster ${String(cluster)} any more: the faces were clustered anew`);
  const images = new Map<string, ClusterImage>();
  for (const row of members) {
    const path = imagePath(run, row);
    images.set(faces.rawPaths[row] ?? path.toString(), { path, name: faces.image[row]! });
  }
  return [...images.values()];
}

/** Tries the file's own name, then `name (2)` and so on, until there is none of that name. */
async function copyInto(folder: string, path: string | Buffer, signal: AbortSignal): Promise<'copied' | 'there'> {
  const { name, ext } = parse(basename(path.toString()));
  for (let number = 1; ; number++) {
    const target = join(folder, number === 1 ? `${name}${ext}` : `${name} (${String(number)})${ext}`);
    const result = await copyAs(target, path, signal);
    if (result === 'copied') return 'copied';
    if (await holdTheSame(path, target)) return 'there';
  }
}

/** Not `fs.copyFile`: a large file on a slow disk could not be cancelled in the middle, and half of it would be left. */
async function copyAs(target: string, path: string | Buffer, signal: AbortSignal): Promise<'copied' | 'taken'> {
  const source = await open(path);
  try {
    const { atime, mtime } = await source.stat();
    let copy: FileHandle;
    try {
      copy = await open(target, 'wx');
    } catch (error) {
      if (codeOf(error) === 'EEXIST') return 'taken';
      throw error;
    }
    // From here on the file is ours.
    try {
      await pipeline(source.createReadStream({ autoClose: false }), copy.createWriteStream(), { signal });
      await utimes(target, atime, mtime); // what photos are sorted by
      return 'copied';
    } catch (error) {
      await copy.close().catch(() => undefined); // the stream has closed it, most likely
      await rm(target, { force: true });
      throw error;
    }
  } finally {
    await source.close();
  }
}

/** Bytes that are compared at a time. */
const COMPARED = 1 << 18;

async function holdTheSame(a: string | Buffer, b: string): Promise<boolean> {
  const [first, second] = await Promise.all([open(a), open(b)]);
  try {
    const [{ size }, other] = await Promise.all([first.stat(), second.stat()]);
    if (size !== other.size) return false;
    const [one, two] = [Buffer.alloc(COMPARED), Buffer.alloc(COMPARED)];
    for (let at = 0; at < size; at += COMPARED) {
      const [{ bytesRead: read }, { bytesRead }] = await Promise.all([first.read(one, 0, COMPARED, at), second.read(two, 0, COMPARED, at)]);
      if (read !== bytesRead || !one.subarray(0, read).equals(two.subarray(0, read))) return false;
    }
    return true;
  } finally {
    await Promise.all([first.close(), second.close()]);
  }
}
