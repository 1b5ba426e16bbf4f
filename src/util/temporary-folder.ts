/**
 * Temporary folders: in the system's temporary folder, or hidden in a folder whose files are to be
 * replaced, so that a rename brings them to their place. Each is removed by whoever made it, at the
 * latest when the process exits; those of processes that were killed are swept when the next one is
 * made beside them.
 *
 * The system's temporary folder is shared with other users, and a folder of the user's with
 * everything: a folder is swept only if its name, its owner and what lies in it are ours, and the
 * process that made it is gone. No link is followed.
 */
import {
  constants,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmdirSync,
  rmSync,
  type Stats,
} from 'node:fs';
import {
  lstat,
  mkdtemp,
  open,
  readdir,
  rm,
  rmdir,
  stat,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { codeOf } from './errors';

const PREFIX = 'face-clusters-';
const NAME = /^\.?face-clusters-[A-Za-z0-9]{6}$/;

/** File in each temporary folder that says whose it is. */
const OWNER = 'owner.json';
const OWNER_BYTES = 4096;

/** What `owner.json` holds. */
interface Owner {
  program: 'face-clusters';
  pid: number;
  /**
   * When the process started, in the system's own unit, so that another one of the same number is
   * told apart; null if unknown.
   */
  started: string | null;
  /** What process numbers are unique in: another container or machine may share the folder. */
  origin: string;
}

/**
 * Age in milliseconds from which a folder whose process cannot be asked for counts as left behind;
 * its owner touches it hourly.
 */
const FOREIGN_AGE = 7 * 24 * 3600_000;
/**
 * The same of an empty folder, whose owner was killed before it could say who it is: that is the
 * first thing it does.
 */
const EMPTY_AGE = 60_000;
const TOUCH_INTERVAL = 3600_000;

/** Those this process has not removed yet. */
const held = new Set<string>();

export interface TemporaryFolder {
  /** Readable by this user only. Holds `owner.json`; everything else is the caller's. */
  readonly path: string;
  /**
   * Removes it with all it holds. What cannot be removed now is tried again at exit, and then by
   * the next process.
   */
  remove(): Promise<void>;
}

/**
 * Makes a temporary folder.
 * @param parent an existing folder.
 * @param hidden whether its name begins with a dot, for folders of the user's.
 * @throws a system error if it cannot be made.
 */
export async function makeTemporaryFolder(
  parent: string = tmpdir(),
  { hidden = false } = {},
): Promise<TemporaryFolder> {
  await sweepTemporaryFolders(parent);
  const path = await mkdtemp(join(parent, `${hidden ? '.' : ''}${PREFIX}`));
  hold(path);
  const remove = async () => {
    try {
      await removeFolder(path);
      held.delete(path);
    } catch {
      // Held on Windows by another program, most likely: it stays in `held`.
    }
  };
  try {
    const owner: Owner = {
      program: 'face-clusters',
      pid: process.pid,
      started: startOf(process.pid),
      origin: origin(),
    };
    await writeFile(join(path, OWNER), JSON.stringify(owner), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    await remove();
    throw error;
  }
  return { path, remove };
}

/**
 * Removes the temporary folders in `parent` that processes left behind which are gone. Never
 * throws.
 */
export async function sweepTemporaryFolders(parent: string = tmpdir()): Promise<void> {
  try {
    const { mode } = await stat(parent);
    // Anybody could put another folder in the place of the one that was looked at.
    if (process.platform !== 'win32' && (mode & 0o002) !== 0 && (mode & 0o1000) === 0) return;
    for (const name of await readdir(parent)) {
      if (NAME.test(name)) await sweep(join(parent, name));
    }
  } catch {
    // Left-overs that cannot be removed hinder nobody's work.
  }
}

async function sweep(path: string): Promise<void> {
  try {
    if (held.has(path)) return;
    const folder = await lstat(path);
    if (!folder.isDirectory() || !isOwn(folder)) return;
    const owner = await readOwner(path);
    if (owner === 'none') {
      // which removes nothing but an empty folder
      if (Date.now() - folder.mtimeMs > EMPTY_AGE) await rmdir(path);
    } else if (owner !== 'unknown' && !isAlive(owner, owner.touched)) {
      await removeFolder(path);
    }
  } catch {
    // Another process may sweep at the same time; the others are swept all the same.
  }
}

/** Of this user, and nobody else may write to it. */
function isOwn({ uid, mode }: Stats): boolean {
  return process.getuid === undefined || (uid === process.getuid() && (mode & 0o022) === 0);
}

/** @returns 'none' if there is no such file, 'unknown' if it is not ours. */
async function readOwner(
  folder: string,
): Promise<(Owner & { touched: number }) | 'none' | 'unknown'> {
  // The flags are undefined, which is 0 here, on Windows. Without O_NONBLOCK opening a pipe would
  // wait for its other end.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const file = await open(join(folder, OWNER), flags).catch((error: unknown) => codeOf(error));
  if (file === 'ENOENT') return 'none';
  if (file === undefined || typeof file === 'string') return 'unknown';
  try {
    const stats = await file.stat();
    if (!stats.isFile() || !isOwn(stats) || stats.size > OWNER_BYTES) return 'unknown';
    const owner = JSON.parse(await file.readFile('utf8')) as Partial<Owner> | null;
    if (owner?.program !== 'face-clusters' || !Number.isSafeInteger(owner.pid) || owner.pid! <= 0)
      return 'unknown';
    if (typeof owner.origin !== 'string') return 'unknown';
    const started = typeof owner.started === 'string' ? owner.started : null;
    return {
      program: owner.program,
      pid: owner.pid!,
      origin: owner.origin,
      started,
      touched: stats.mtimeMs,
    };
  } catch {
    return 'unknown'; // no JSON: not written by this program
  } finally {
    await file.close();
  }
}

/** @param touched when its owner last said that it lives, in milliseconds since 1970. */
function isAlive(owner: Owner, touched: number): boolean {
  if (owner.origin !== origin()) return Date.now() - touched < FOREIGN_AGE;
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    if (codeOf(error) === 'ESRCH') return false;
  }
  const started = startOf(owner.pid);
  return started === null || owner.started === null || started === owner.started;
}

/** The boot and the namespace of process numbers on Linux; elsewhere the machine's name. */
function origin(): string {
  try {
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return hostname();
  }
}

/**
 * When a process started, in clock ticks since the system did; null where that is not to be known.
 */
function startOf(pid: number): string | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field, the name, may hold blanks and parentheses; the 22nd is the start (proc(5)).
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}

let isWatching = false;

function hold(path: string): void {
  held.add(path);
  if (isWatching) return;
  isWatching = true;
  process.on('exit', () => {
    for (const each of held) removeFolderSync(each);
  });
  setInterval(() => {
    const now = new Date();
    // it may be gone by now
    for (const each of held) void utimes(join(each, OWNER), now, now).catch(() => undefined);
  }, TOUCH_INTERVAL).unref();
}

/** A folder that is removed in part is still known as ours: what says so goes last. */
async function removeFolder(path: string): Promise<void> {
  for (const name of await namesIn(path)) {
    if (name !== OWNER) await rm(join(path, name), { recursive: true, force: true, maxRetries: 3 });
  }
  await rm(path, { recursive: true, force: true, maxRetries: 3 });
}

async function namesIn(path: string): Promise<string[]> {
  try {
    return await readdir(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
}

function removeFolderSync(path: string): void {
  try {
    for (const name of readdirSync(path)) {
      if (name !== OWNER) rmSync(join(path, name), { recursive: true, force: true, maxRetries: 3 });
    }
    rmSync(join(path, OWNER), { force: true });
    rmdirSync(path);
  } catch {
    // The process is about to end; the next one sweeps.
  }
}
