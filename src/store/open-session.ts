/**
 * Opening a store that may be damaged. LMDB trusts its files, and a damaged one may end the
 * process. So the headers of the files are checked each time, and all of their pages if a process
 * died while it used the store: whatever ended that process ends no other.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { t } from '../text/translate';
import { codeOf, messageOf } from '../util/errors';
import { isCorruption } from './lmdb-errors';
import { LmdbFile } from './lmdb-file';
import { removeStore } from './remove-store';
import { DATA_FILES } from './store-files';
import { prepareFolder } from './store-folder';
import { StoreMark, suspicionOf } from './store-marks';
import { assertSpace, StoreSession } from './store-session';
import { LayoutError, MAX_OPEN_ATTEMPTS } from './store-tables';

/**
 * Milliseconds after which damage is checked for again: another process may be creating the store
 * at this moment.
 */
const RECHECK_MS = 100;

/**
 * A store that ended a process, or in which LMDB reported damage, so many times in a row is
 * recreated even if no damage is found in it. Fewer would lose the store of somebody who kills runs
 * and happens to do so inside of LMDB: on a slow disk, a run spends a third of its time there. A
 * run that fails starts two processes.
 */
const MAX_STRIKES = 6;

/**
 * Opens the store in a folder. A missing one is created; one that is damaged or of another layout
 * is recreated.
 * @throws Error where the folder cannot be written, or does not belong to the store.
 */
export async function openSession(folder: string): Promise<StoreSession> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await openOnce(folder);
    } catch (error) {
      // Another process may have cleared the store meanwhile.
      if (codeOf(error) !== 'ENOENT' || attempt === MAX_OPEN_ATTEMPTS) throw error;
    }
  }
}

async function openOnce(folder: string): Promise<StoreSession> {
  await prepareFolder(folder);
  assertSpace(folder);
  const suspicion = await suspicionOf(folder);
  let damage = damageIn(folder, suspicion.isSuspect);
  if (damage !== undefined) {
    await wait(RECHECK_MS);
    damage = damageIn(folder, suspicion.isSuspect);
  }
  if (suspicion.strikes >= MAX_STRIKES)
    damage ??= t('several processes in a row ended inside it or reported damage');
  if (damage !== undefined) return recreate(folder, damage);
  const mark = StoreMark.create(folder, suspicion);
  try {
    const session = mark.inside(() => StoreSession.open(folder, mark, undefined));
    for (const left of suspicion.marks) await rm(left, { force: true });
    return session;
  } catch (error) {
    mark.remove();
    if (!isCorruption(error) && !(error instanceof LayoutError)) throw error;
    return recreate(folder, messageOf(error));
  }
}

/** @param reason for people. */
async function recreate(folder: string, reason: string): Promise<StoreSession> {
  await removeStore(folder);
  await prepareFolder(folder);
  const mark = StoreMark.create(folder, { isSuspect: false, strikes: 0 });
  try {
    return StoreSession.open(folder, mark, reason);
  } catch (error) {
    mark.remove();
    throw error;
  }
}

/**
 * @param isSuspect whether to check every page, or only whether LMDB can map the files.
 * @returns what is wrong with the store's files, for people; undefined where nothing is.
 */
function damageIn(folder: string, isSuspect: boolean): string | undefined {
  for (const name of DATA_FILES) {
    const file = LmdbFile.open(join(folder, name));
    try {
      const damage = isSuspect ? file?.damage() : file?.headerDamage();
      if (damage !== undefined) return t("'{0}' is damaged: {1}", name, damage);
    } finally {
      file?.close();
    }
  }
  return undefined;
}
