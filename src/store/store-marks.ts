/**
 * Marks of the processes that use a store: files in its folder that each process removes when it
 * has finished. A mark that is left behind means that its process died meanwhile. The store may
 * have been the cause, so it is checked before it is opened again.
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
import {
  type Liveness,
  livenessOf,
  ownProcess,
  processIdentitySchema,
} from '../util/process-identity';

export const isMark = (name: string): boolean => /^in-use-[0-9a-f]{16}$/.test(name);

/** Milliseconds after which a mark is left behind, if its process belongs to another machine. */
const MAX_AGE_MS = 24 * 60 * 60 * 1000;
/** Milliseconds in which a mark that cannot be parsed may be half written. */
const WRITE_MS = 60_000;
/** More than the size of any mark. */
const MAX_BYTES = 4096;

const markSchema = z.object({
  /** 1 while the process is inside of LMDB; updated only where the store is suspect. */
  inside: z.union([z.literal(0), z.literal(1)]),
  /** Whether LMDB reported damage. */
  failed: z.boolean(),
  strikes: z.int().min(0),
  process: processIdentitySchema,
});

type Mark = z.infer<typeof markSchema>;

/** Offset of the value of `inside` in the file. */
const INSIDE_AT = '{"inside":'.length;

/** What the marks that were left behind mean for the store. */
export interface Suspicion {
  /** Whether a process died, or reported damage, while it used the store. */
  isSuspect: boolean;
  /** How many times in a row that happened inside of LMDB. */
  strikes: number;
  /** Paths of the marks; they are removed when the store was checked. */
  marks: string[];
}

/** Reads the marks in a folder. Those of running processes do not count. */
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
    if (inside === 1 || failed) suspicion.strikes = Math.max(suspicion.strikes, strikes + 1);
  }
  return suspicion;
}

/**
 * A mark, undefined where it cannot be parsed, and whether its process runs.
 * @returns undefined where there is no such mark any more, or it may be half written.
 */
function readMark(path: string): { mark: Mark | undefined; state: Liveness } | undefined {
  let text: string;
  let modified: number;
  try {
    const { mtimeMs, size } = statSync(path);
    modified = mtimeMs;
    text = size > MAX_BYTES ? '' : readFileSync(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined; // its process has just removed it
    throw error;
  }
  const mark = parseMark(text);
  const age = Math.abs(Date.now() - modified); // the clock may have been set back
  if (mark === undefined) return age < WRITE_MS ? undefined : { mark, state: 'gone' };
  if (mark.failed) return { mark, state: 'gone' };
  const state = livenessOf(mark.process);
  const isOld = age > MAX_AGE_MS || modified < Date.now() - uptime() * 1000;
  return { mark, state: state === 'unknown' && isOld ? 'gone' : state };
}

function parseMark(text: string): Mark | undefined {
  try {
    return markSchema.parse(JSON.parse(text));
  } catch {
    return undefined; // half written, or of another program
  }
}

/** Marks of this process. They are removed if it exits by itself. */
const own = new Set<StoreMark>();
let isWatching = false;

export class StoreMark {
  private isFailed = false;
  /** File descriptor, where the store is suspect. */
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

  /** Whether the mark records when the process is inside of LMDB. */
  get isCareful(): boolean {
    return this.fd !== undefined;
  }

  /**
   * Runs an action of LMDB. Where the store is suspect, the mark records that, so that a crash
   * inside of LMDB can be distinguished from others.
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
   * Records that LMDB reported damage. The mark stays, so that the store is checked before it is
   * opened again.
   */
  fail(): void {
    if (this.isFailed) return;
    this.isFailed = true;
    own.delete(this);
    try {
      this.write('w');
    } catch {
      // The disk is full, most likely. The next process to open the store meets the damage itself.
    }
  }

  /** Never throws: a mark that cannot be removed only causes a check of the store. */
  remove(): void {
    own.delete(this);
    try {
      if (this.fd !== undefined) closeSync(this.fd);
      if (!this.isFailed) rmSync(this.path, { force: true });
    } catch {
      // As documented.
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
