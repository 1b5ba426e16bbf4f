/** What tells a file from another without reading it. */
import { stat } from 'node:fs/promises';
import pMap from 'p-map';
import type { ImageFile } from '../faces/scan';

/** Size in bytes, times in milliseconds since 1970, number of the inode. */
export interface FileIdentity {
  size: number;
  modified: number;
  /** When its content or its attributes were changed last; no program can set it, so it does not lie where `modified` does. */
  changed: number;
  inode: number;
}

/** Files asked for at a time: enough for a disk far away, few enough for one that is near. */
const CONCURRENCY = 32;

/** Some file systems keep times of two seconds: what was written within that, in milliseconds, may be written again without a trace. */
const COARSE = 2100;

/** Identity of each file; undefined for one that is gone or cannot be asked for. */
export function identitiesOf(images: readonly ImageFile[], signal?: AbortSignal): Promise<(FileIdentity | undefined)[]> {
  return pMap(
    images,
    async ({ path }) => {
      signal?.throwIfAborted();
      try {
        const { size, mtimeMs, ctimeMs, ino } = await stat(path);
        return { size, modified: mtimeMs, changed: ctimeMs, inode: ino };
      } catch {
        return undefined; // told of when it is read
      }
    },
    { concurrency: CONCURRENCY },
  );
}

/** Whether the file cannot have changed since without its identity telling so. */
export const isSettled = ({ modified, changed }: FileIdentity, now = Date.now()): boolean => now - Math.max(modified, changed) > COARSE;

export const sameIdentity = (a: FileIdentity, b: FileIdentity): boolean =>
  a.size === b.size && a.modified === b.modified && a.changed === b.changed && a.inode === b.inode;
