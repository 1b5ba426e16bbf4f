/** What tells a file from another without reading it. */
import { type Stats, statSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import pMap from 'p-map';
import type { Images } from '../images/image-list';
import { collectGarbage } from '../util/collect-garbage';
import { yieldToEventLoop } from '../util/yield-to-event-loop';

/** Size in bytes, times in milliseconds since 1970, number of the inode. */
export interface FileIdentity {
  size: number;
  modified: number;
  /**
   * When its content or its attributes were changed last; no program can set it, so it does not lie
   * where `modified` does.
   */
  changed: number;
  inode: number;
}

/** Files asked for at a time: enough for a disk far away, few enough for one that is near. */
const CONCURRENCY = 32;

/**
 * Some file systems keep times of two seconds: what was written within that, in milliseconds, may
 * be written again without a trace.
 */
const COARSE = 2100;

/**
 * Mean time of an answer, in milliseconds, up to which the disk is near: asking at once is then
 * three times as fast as through another thread.
 */
const NEAR = 0.1;
/**
 * Files asked for at once before it is looked at how long that took, and whether the run was
 * cancelled.
 */
const AT_ONCE = 128;

/** Identities of many files, packed. */
export class Identities {
  private readonly values: Float64Array;

  constructor(readonly length: number) {
    this.values = new Float64Array(length * FIELDS).fill(NaN);
  }

  /** Undefined for a file that is gone or cannot be asked for. */
  get(index: number): FileIdentity | undefined {
    const [size, modified, changed, inode] = this.values.subarray(
      index * FIELDS,
      (index + 1) * FIELDS,
    ) as unknown as Four;
    return Number.isNaN(size) ? undefined : { size, modified, changed, inode };
  }

  set(index: number, identity: FileIdentity | undefined): void {
    if (identity !== undefined)
      this.values.set(
        [identity.size, identity.modified, identity.changed, identity.inode],
        index * FIELDS,
      );
  }
}

const FIELDS = 4;
type Four = [number, number, number, number];

/** Asks for the identity of each file; reads none. */
export async function identitiesOf(images: Images, signal?: AbortSignal): Promise<Identities> {
  const identities = new Identities(images.length);
  let asked = 0;
  for (let near = true; asked < images.length && near;) {
    const start = performance.now();
    const end = Math.min(images.length, asked + AT_ONCE);
    const count = end - asked;
    for (; asked < end; asked++) identities.set(asked, identityOf(images.at(asked)!.path));
    near = (performance.now() - start) / count < NEAR;
    collectGarbage();
    await yieldToEventLoop(signal);
  }
  const left = Array.from({ length: images.length - asked }, (_, i) => asked + i);
  await pMap(
    left,
    async (index) => {
      signal?.throwIfAborted();
      identities.set(index, await ask(images.at(index)!.path));
    },
    { concurrency: CONCURRENCY },
  );
  return identities;
}

/** Of a file, at once; undefined where it cannot be asked for. */
export function identityOf(path: string | Buffer): FileIdentity | undefined {
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

const fromStats = ({ size, mtimeMs, ctimeMs, ino }: Stats): FileIdentity => ({
  size,
  modified: mtimeMs,
  changed: ctimeMs,
  inode: ino,
});

/** Whether the file cannot have changed since without its identity telling so. */
export const isSettled = ({ modified, changed }: FileIdentity, now = Date.now()): boolean =>
  now - Math.max(modified, changed) > COARSE;

export const sameIdentity = (a: FileIdentity, b: FileIdentity): boolean =>
  a.size === b.size && a.modified === b.modified && a.changed === b.changed && a.inode === b.inode;
