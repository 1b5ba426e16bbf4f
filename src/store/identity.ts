/** Recognizing an unchanged file without reading it. */
import { type Stats, statSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import pMap from 'p-map';
import { entryPlace } from '../archives/archive-path';
import { entryStats } from '../archives/read-entry';
import type { Images } from '../images/image-list';
import { collectGarbage } from '../util/collect-garbage';
import { yieldToEventLoop } from '../util/yield-to-event-loop';

/** Properties of a file that change with its content. */
export interface FileIdentity {
  /** In bytes. */
  size: number;
  /** When the content was last changed, in milliseconds since 1970. Programs can set it. */
  modified: number;
  /**
   * When the content or the metadata was last changed, in milliseconds since 1970. No program can
   * set it.
   */
  changed: number;
  inode: number;
}

/** Concurrent `stat` calls: enough for a remote disk, few enough for a local one. */
const CONCURRENCY = 32;

/**
 * Milliseconds after a change within which another change may leave the times as they are: some
 * file systems store times in units of two seconds.
 */
const TIME_RESOLUTION_MS = 2100;

/**
 * Mean milliseconds of a `stat` call up to which synchronous calls are used. On a local disk they
 * are three times as fast as asynchronous ones, which go through another thread.
 */
const MAX_SYNC_MS = 0.1;
/** Synchronous calls between checks of their speed and of cancellation. */
const SYNC_BATCH = 128;

/** Identities of many files, packed into one array. */
export class Identities {
  private readonly values: Float64Array;
  /** Whether a file has several names in its file system. */
  hasHardLinks = false;

  constructor(readonly length: number) {
    this.values = new Float64Array(length * FIELDS).fill(NaN);
  }

  /** Undefined for a file that is gone or not accessible. */
  get(index: number): FileIdentity | undefined {
    const [size, modified, changed, inode] = this.values.subarray(
      index * FIELDS,
      (index + 1) * FIELDS,
    ) as unknown as Fields;
    return Number.isNaN(size) ? undefined : { size, modified, changed, inode };
  }

  /** @param stats undefined for a file that is gone or not accessible. */
  set(index: number, stats: FileStats | undefined): void {
    if (stats === undefined) return;
    const { size, mtimeMs, ctimeMs, ino, nlink } = stats;
    this.values.set([size, mtimeMs, ctimeMs, ino], index * FIELDS);
    if (nlink > 1) this.hasHardLinks = true;
  }

  /** The identities at some indices, in the order of these. */
  select(indices: readonly number[]): Identities {
    const selected = new Identities(indices.length);
    for (const [to, from] of indices.entries())
      selected.values.set(this.values.subarray(from * FIELDS, (from + 1) * FIELDS), to * FIELDS);
    return selected;
  }
}

const FIELDS = 4;
type Fields = [size: number, modified: number, changed: number, inode: number];

/** Determines the identity of each file, without reading its content. */
export async function identitiesOf(images: Images, signal?: AbortSignal): Promise<Identities> {
  const identities = new Identities(images.length);
  let done = 0;
  for (let isFast = true; done < images.length && isFast;) {
    const start = performance.now();
    const end = Math.min(images.length, done + SYNC_BATCH);
    const count = end - done;
    for (; done < end; done++) identities.set(done, statsOf(images.at(done)!.path));
    isFast = (performance.now() - start) / count < MAX_SYNC_MS;
    collectGarbage();
    await yieldToEventLoop(signal);
  }
  const rest = Array.from({ length: images.length - done }, (_, i) => done + i);
  await pMap(
    rest,
    async (index) => {
      signal?.throwIfAborted();
      identities.set(index, await statsOfAsync(images.at(index)!.path));
    },
    { concurrency: CONCURRENCY },
  );
  return identities;
}

type FileStats = Pick<Stats, 'size' | 'mtimeMs' | 'ctimeMs' | 'ino' | 'nlink'>;

function statsOf(path: string | Buffer): FileStats | undefined {
  try {
    const place = entryPlace(path);
    return place === undefined ? statSync(path) : entryStats(place);
  } catch {
    return undefined; // reported when the file is read
  }
}

async function statsOfAsync(path: string | Buffer): Promise<FileStats | undefined> {
  try {
    const place = entryPlace(path);
    return place === undefined ? await stat(path) : entryStats(place);
  } catch {
    return undefined; // reported when the file is read
  }
}

/** Whether any change of the file from now on changes its identity. */
export const isSettled = ({ modified, changed }: FileIdentity, now = Date.now()): boolean =>
  now - Math.max(modified, changed) > TIME_RESOLUTION_MS;

export const sameIdentity = (a: FileIdentity, b: FileIdentity): boolean =>
  a.size === b.size && a.modified === b.modified && a.changed === b.changed && a.inode === b.inode;
