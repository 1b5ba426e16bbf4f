/**
 * A lock that processes hold while they open, move or remove the files of a store. LMDB locks the
 * pages it writes, not the opening of its files: a process that opens a data file of one store and
 * the lock file of the next one corrupts the second, or dies of it.
 */
import { randomUUID } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { codeOf } from '../util/errors';
import { PRIVATE_FILE } from '../util/private-files';
import { livenessOf, ownProcess, processIdentitySchema } from '../util/process-identity';

export const LOCK_NAME = 'store.lock';

/**
 * A lock is held for some milliseconds. One that stays for so many is taken over, whoever holds it.
 */
const PATIENCE_MS = 10_000;
const POLL_MS = 5;

const holderSchema = z.object({ token: z.string(), process: processIdentitySchema });

/**
 * Runs `action` while this process holds the lock of a store's folder, and waits for it before.
 * `action` may move the folder away, and the lock with it.
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
  let seen: string | undefined;
  let since = performance.now();
  for (;;) {
    try {
      writeFileSync(path, own, { flag: 'wx', mode: PRIVATE_FILE });
      return;
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
    }
    const held = contentOf(path);
    if (held === undefined) continue;
    if (held !== seen) {
      seen = held;
      since = performance.now();
    }
    if (isAbandoned(held) || performance.now() - since > PATIENCE_MS) {
      rmSync(path, { force: true });
    } else {
      Atomics.wait(SLEEP, 0, 0, POLL_MS);
    }
  }
}

const SLEEP = new Int32Array(new SharedArrayBuffer(4));

/** Undefined where there is none. */
function contentOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * Whether the process that wrote it is gone. What cannot be read may be one that is being written.
 */
function isAbandoned(held: string): boolean {
  try {
    return livenessOf(holderSchema.parse(JSON.parse(held)).process) === 'gone';
  } catch {
    return false;
  }
}
