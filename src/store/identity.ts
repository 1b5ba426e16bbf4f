/** What tells a file from another without reading it. */
import { type Stats, statSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import pMap from 'p-map';
import type { ImageFile } from '../faces/scan';
import { pause } from '../pause';

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

/** Mean time of an answer, in milliseconds, up to which the disk is near: asking at once is then three times as fast as through another thread. */
const NEAR = 0.1;
/** Files asked for at once before it is looked at how long that took, and whether the run was cancelled. */
const AT_ONCE = 128;

/** Identity of each file; undefined for one that is gone or cannot be asked for. */
export async function identitiesOf(images: readonly ImageFile[], signal?: AbortSignal): Promise<(FileIdentity | undefined)[]> {
  const identities: (FileIdentity | undefined)[] = [];
  let near = true;
  while (identities.length < images.length && near) {
    const start = performance.now();
    const part = images.slice(identities.length, identities.length + AT_ONCE);
    for (const { path } of part) identities.push(askNow(path));
    near = (performance.now() - start) / part.length < NEAR;
    await pause(signal);
  }
  const rest = await pMap(
    images.slice(identities.length),
    async ({ path }) => {
      signal?.throwIfAborted();
      return ask(path);
    },
    { concurrency: CONCURRENCY },
  );
  return [...identities, ...rest];
}

function askNow(path: string | Buffer): FileIdentity | undefined {
  try {
    return fromStats(statSync(path));
  } catch {
    return undefined; // told of when it is read
  }
}

async function ask(path: string | Buffer): Promise<FileIdentity | undefined> {
  try {
    return fromStats(await stat(path));
  } catch {
    return undefined; // likewise
  }
}

const fromStats = ({ size, mtimeMs, ctimeMs, ino }: Stats): FileIdentity => ({ size, modified: mtimeMs, changed: ctimeMs, inode: ino });

/** Whether the file cannot have changed since without its identity telling so. */
export const isSettled = ({ modified, changed }: FileIdentity, now = Date.now()): boolean => now - Math.max(modified, changed) > COARSE;

export const sameIdentity = (a: FileIdentity, b: FileIdentity): boolean =>
  a.size === b.size && a.modified === b.modified && a.changed === b.changed && a.inode === b.inode;
