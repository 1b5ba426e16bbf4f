/**
 * A lock that processes hold while they open, close, move or remove the files of a store. LMDB
 * locks writing, not the opening of its files: a process that opens the data file of one store and
 * the lock file of its successor corrupts the successor, or crashes.
 */
import { randomUUID } from 'node:crypto';
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { codeOf } from '../util/errors';
import { PRIVATE_FILE } from '../util/private-files';
import { livenessOf, ownProcess, processIdentitySchema } from '../util/process-identity';

export const LOCK_NAME = 'store.lock';

/** Whether a file is a lock, or the right to remove one. */
export const isLockName = (name: string): boolean =>
  name === LOCK_NAME || name.startsWith(`${LOCK_NAME}.`);

/**
 * Milliseconds after which a lock is taken over, whoever holds it. Locks are held for a few
 * milliseconds.
 */
const TAKEOVER_MS = 10_000;
const POLL_MS = 5;

const holderSchema = z.object({ token: z.string(), process: processIdentitySchema });

/**
 * Waits for the lock of a store's folder, and runs `action` while this process holds it. `action`
 * may rename the folder, and the lock with it.
 * @throws what `action` throws; a file system error with code `ENOENT` where the folder is gone.
 */
export function withStoreLock<T>(folder: string, action: () => T): T {
  const path = join(folder, LOCK_NAME);
  const own = JSON.stringify({ token: randomUUID(), process: ownProcess() });
  acquire(path, own);
  try {
    return action();
  } finally {
    if (contentOf(path) === own) rmSync(path, { force: true });
  }
}

function acquire(path: string, own: string): void {
  let holder: string | undefined;
  let heldSince = performance.now();
  for (;;) {
    try {
      writeFileSync(path, own, { flag: 'wx', mode: PRIVATE_FILE });
      return;
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
    }
    const content = contentOf(path);
    if (content === undefined) continue;
    if (content !== holder) {
      holder = content;
      heldSince = performance.now();
    }
    if (isAbandoned(content) || performance.now() - heldSince > TAKEOVER_MS) {
      removeLock(path, content);
    } else {
      Atomics.wait(SLEEP, 0, 0, POLL_MS);
    }
  }
}

/**
 * Removes a lock that was read, but not one that another process has put in its place since: only
 * who holds the right to do so removes locks of others.
 */
function removeLock(path: string, content: string): void {
  const right = `${path}.takeover`;
  try {
    writeFileSync(right, '', { flag: 'wx', mode: PRIVATE_FILE });
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    if (ageOf(right) > TAKEOVER_MS) rmSync(right, { force: true });
    Atomics.wait(SLEEP, 0, 0, POLL_MS);
    return;
  }
  try {
    if (contentOf(path) === content) rmSync(path, { force: true });
  } finally {
    rmSync(right, { force: true });
  }
}

/** Milliseconds since a file was written, in the future too; 0 where it is gone. */
function ageOf(path: string): number {
  const { mtimeMs = Date.now() } = statSync(path, { throwIfNoEntry: false }) ?? {};
  return Math.abs(Date.now() - mtimeMs);
}

const SLEEP = new Int32Array(new SharedArrayBuffer(4));

/** Content of the lock file; undefined where there is none. */
function contentOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * Whether the process that wrote the lock file is gone. An unreadable file counts as held: it may
 * be half written.
 */
function isAbandoned(content: string): boolean {
  try {
    return livenessOf(holderSchema.parse(JSON.parse(content)).process) === 'gone';
  } catch {
    return false;
  }
}
