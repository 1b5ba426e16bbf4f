/**
 * Temporary folders: in the system's temporary folder, or hidden in a folder whose files are to be
 * replaced, so that a rename can move files to their place. They are removed by their creator, at
 * the latest when the process exits. Those of killed processes are removed when the next one is
 * created in the same folder.
 *
 * The parent folder is shared with other users and programs. So an abandoned folder is removed only
 * if its name, owner and `owner.json` show that this program created it, and the process that did
 * is gone. Links are not followed.
 */
import {
  constants,
  mkdtempSync,
  readdirSync,
  rmdirSync,
  rmSync,
  type Stats,
  writeFileSync,
} from 'node:fs';
import { lstat, open, readdir, rm, rmdir, stat, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { codeOf } from './errors';
import { livenessOf, ownProcess, type ProcessIdentity } from './process-identity';

const PREFIX = 'face-clusters-';
const NAME = /^\.?face-clusters-[A-Za-z0-9]{6}$/;

/** File in each temporary folder that identifies the process that created it. */
const OWNER = 'owner.json';
const MAX_OWNER_BYTES = 4096;

/** Content of `owner.json`. */
interface Owner extends ProcessIdentity {
  program: 'face-clusters';
}

/**
 * Age in milliseconds from which a folder of another machine or container counts as abandoned; its
 * owner touches `owner.json` hourly.
 */
const MAX_FOREIGN_AGE = 7 * 24 * 3600_000;
const TOUCH_INTERVAL = 3600_000;

/**
 * Age in milliseconds from which a folder without `owner.json` counts as abandoned. A process that
 * lives adds it within milliseconds; the rest allows for a file server with another clock.
 */
const MAX_AGE_WITHOUT_OWNER = 3600_000;

/** Folders that this process has not removed yet. */
const held = new Set<string>();

export interface TemporaryFolder {
  /** Readable by this user only. Holds `owner.json`; everything else is the caller's. */
  readonly path: string;
  /** Removes the folder with its content. A failure is retried at exit, and by later processes. */
  remove(): Promise<void>;
}

/**
 * Creates a temporary folder.
 * @param parent an existing folder.
 * @param hidden whether its name begins with a dot, for folders of the user.
 * @throws a system error if it cannot be created.
 */
export async function makeTemporaryFolder(
  parent: string = tmpdir(),
  { hidden = false } = {},
): Promise<TemporaryFolder> {
  await sweepTemporaryFolders(parent);
  const path = await makeOwned(join(parent, `${hidden ? '.' : ''}${PREFIX}`));
  hold(path);
  const remove = async () => {
    try {
      await removeFolder(path);
      held.delete(path);
    } catch {
      // Most likely another program on Windows has a file open. The folder stays in `held`.
    }
  };
  return { path, remove };
}

/** Creates a folder whose name begins with `prefix`, with its `owner.json`. */
async function makeOwned(prefix: string): Promise<string> {
  const owner: Owner = { program: 'face-clusters', ...ownProcess() };
  // Synchronously: a process that is killed in between would leave an empty folder or file.
  const path = mkdtempSync(prefix);
  try {
    writeFileSync(join(path, OWNER), JSON.stringify(owner), { flag: 'wx', mode: 0o600 });
    return path;
  } catch (error) {
    await rm(path, { recursive: true, force: true }).catch(() => undefined);
    throw error;
  }
}

/** Removes abandoned temporary folders from `parent`. Never throws. */
export async function sweepTemporaryFolders(parent: string = tmpdir()): Promise<void> {
  try {
    const { mode } = await stat(parent);
    // Any user could replace a folder between its check and its removal.
    if (process.platform !== 'win32' && (mode & 0o002) !== 0 && (mode & 0o1000) === 0) return;
    for (const name of await readdir(parent)) {
      if (NAME.test(name)) await sweep(join(parent, name));
    }
  } catch {
    // An abandoned folder that cannot be removed is harmless.
  }
}

async function sweep(path: string): Promise<void> {
  try {
    if (held.has(path)) return;
    const folder = await lstat(path);
    if (!folder.isDirectory() || !isOwn(folder)) return;
    const owner = await readOwner(path);
    if (owner === 'none') {
      // Its owner was killed while it created or removed it, or is about to create `owner.json`.
      // Fails if the folder is not empty.
      if (Date.now() - folder.mtimeMs > MAX_AGE_WITHOUT_OWNER) await rmdir(path);
    } else if (owner !== 'unknown' && !isAlive(owner, owner.touched)) {
      await removeFolder(path);
    }
  } catch {
    // Another process may be removing the same folder.
  }
}

/** Whether it belongs to this user, and no other user may write to it. */
function isOwn({ uid, mode }: Stats): boolean {
  return process.getuid === undefined || (uid === process.getuid() && (mode & 0o022) === 0);
}

/** @returns 'none' if there is no `owner.json`, 'unknown' if this program did not write it. */
async function readOwner(
  folder: string,
): Promise<(Owner & { touched: number }) | 'none' | 'unknown'> {
  // On Windows the last two flags are undefined, which counts as 0. Without O_NONBLOCK, opening a
  // pipe would wait for its other end.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const file = await open(join(folder, OWNER), flags).catch((error: unknown) => codeOf(error));
  if (file === 'ENOENT') return 'none';
  if (file === undefined || typeof file === 'string') return 'unknown';
  try {
    const stats = await file.stat();
    if (!stats.isFile() || !isOwn(stats) || stats.size > MAX_OWNER_BYTES) return 'unknown';
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
    return 'unknown'; // not JSON
  } finally {
    await file.close();
  }
}

/** @param touched last sign of life of the owner, in milliseconds since 1970. */
function isAlive(owner: Owner, touched: number): boolean {
  const liveness = livenessOf(owner);
  return liveness === 'unknown' ? Date.now() - touched < MAX_FOREIGN_AGE : liveness === 'alive';
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
    // fails if the folder was removed
    for (const each of held) void utimes(join(each, OWNER), now, now).catch(() => undefined);
  }, TOUCH_INTERVAL).unref();
}

/** Removes `owner.json` last, so that a partly removed folder is still recognized. */
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
    // The next process removes the folder.
  }
}
