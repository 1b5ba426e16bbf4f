/**
 * A file beside the store for every process that uses it, removed when the process has done with
 * it. One that is left behind tells that its process died meanwhile: maybe of the store, which is
 * looked at then before it is opened again.
 */
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { readdir } from 'node:fs/promises';
import { uptime } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { codeOf } from '../util/errors';
import { PRIVATE_FILE } from '../util/private-files';
import { livenessOf, ownProcess, processIdentitySchema } from '../util/process-identity';

export const isMark = (name: string): boolean => /^in-use-[0-9a-f]{16}$/.test(name);

const DAY = 24 * 60 * 60 * 1000;
/** More than any mark has. */
const MOST_BYTES = 4096;
/** A mark that cannot be read may be one that is being written, for so long, in milliseconds. */
const BEING_WRITTEN = 60_000;

const markSchema = z.object({
  /** 1 while the process is inside of LMDB; kept only where the store is suspected. */
  inside: z.union([z.literal(0), z.literal(1)]),
  /** Whether LMDB reported damage. */
  failed: z.boolean(),
  strikes: z.int().min(0),
  process: processIdentitySchema,
});

type Mark = z.infer<typeof markSchema>;

/** Where `inside` stands in the file. */
const INSIDE_AT = '{"inside":'.length;

/** What marks of processes that are gone tell. */
export interface Suspicion {
  /** Whether a process died, or reported damage, while it used the store. */
  isSuspect: boolean;
  /** How often in a row that happened inside of LMDB. */
  strikes: number;
  /** Files to be removed when the store was looked at. */
  marks: string[];
}

/** Reads what other processes left. Those that still run are no sign of anything. */
export async function suspicionOf(folder: string): Promise<Suspicion> {
  const suspicion: Suspicion = { isSuspect: false, strikes: 0, marks: [] };
  for (const name of (await readdir(folder)).filter(isMark)) {
    const path = join(folder, name);
    const left = readMark(path);
    if (left === undefined || left.state === 'alive') continue;
    suspicion.isSuspect = true;
    if (left.state === 'unknown') continue;
    suspicion.marks.push(path);
    const { inside = 0, failed = false, strikes = 0 } = left.mark ?? {};
    suspicion.strikes = Math.max(suspicion.strikes, strikes + (inside === 1 || failed ? 1 : 0));
  }
  return suspicion;
}

/** @returns undefined where it is gone, or may be being written. */
function readMark(
  path: string,
): { mark: Mark | undefined; state: 'alive' | 'gone' | 'unknown' } | undefined {
  let text: string;
  let modified: number;
  try {
    const { mtimeMs, size } = statSync(path);
    modified = mtimeMs;
    text = size > MOST_BYTES ? '' : readFileSync(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined; // its process has just done
    throw error;
  }
  const mark = parseMark(text);
  const age = Math.abs(Date.now() - modified); // a clock may have been set back
  if (mark === undefined) return age < BEING_WRITTEN ? undefined : { mark, state: 'gone' };
  if (mark.failed) return { mark, state: 'gone' };
  const state = livenessOf(mark.process);
  const isOld = age > DAY || modified < Date.now() - uptime() * 1000;
  return { mark, state: state === 'unknown' && isOld ? 'gone' : state };
}

function parseMark(text: string): Mark | undefined {
  try {
    return markSchema.parse(JSON.parse(text));
  } catch {
    return undefined; // torn, or none of ours
  }
}

/** Marks of this process that go when it ends by itself. */
const own = new Set<StoreMark>();
let isWatching = false;

export class StoreMark {
  private isFailed = false;
  /** Of the file, where the store is suspected. */
  private fd: number | undefined;

  private constructor(
    private readonly path: string,
    private readonly strikes: number,
  ) {}

  /** @throws where the folder cannot be written. */
  static create(
    folder: string,
    { isSuspect, strikes }: Pick<Suspicion, 'isSuspect' | 'strikes'>,
  ): StoreMark {
    if (!isWatching) process.once('exit', removeAll);
    isWatching = true;
    const mark = new StoreMark(join(folder, `in-use-${randomBytes(8).toString('hex')}`), strikes);
    mark.write('wx');
    if (isSuspect) mark.fd = openSync(mark.path, 'r+');
    own.add(mark);
    return mark;
  }

  /** Whether it is noted when the process is inside of LMDB. */
  get isCareful(): boolean {
    return this.fd !== undefined;
  }

  /**
   * Does something inside of LMDB; where the store is suspected, so that a death in there can be
   * told from others.
   */
  inside<T>(action: () => T): T {
    const { fd } = this;
    if (fd === undefined) return action();
    writeSync(fd, '1', INSIDE_AT);
    try {
      return action();
    } finally {
      writeSync(fd, '0', INSIDE_AT);
    }
  }

  /**
   * Notes that LMDB reported damage: the mark stays, and the store is looked at before it is opened
   * again.
   */
  fail(): void {
    if (this.isFailed) return;
    this.isFailed = true;
    own.delete(this);
    try {
      this.write('w');
    } catch {
      // A full disk, most likely; whoever opens the store next meets the damage by itself.
    }
  }

  /** Never fails: one that cannot be removed only has the store looked at. */
  remove(): void {
    own.delete(this);
    try {
      if (this.fd !== undefined) closeSync(this.fd);
      if (!this.isFailed) rmSync(this.path, { force: true });
    } catch {
      // See above.
    }
    this.fd = undefined;
  }

  private write(flag: string): void {
    const mark: Mark = {
      inside: 0,
      failed: this.isFailed,
      strikes: this.strikes,
      process: ownProcess(),
    };
    writeFileSync(this.path, JSON.stringify(mark), { flag, mode: PRIVATE_FILE });
  }
}

function removeAll(): void {
  for (const mark of own) mark.remove();
}
