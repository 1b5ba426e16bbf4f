/**
 * Moving runs to their places. A run is written to a folder beside its place, and moved there when
 * it is complete. An earlier run is moved aside before and removed after, so that one of the two is
 * complete at every moment. What processes leave behind that are killed meanwhile is repaired when
 * runs are listed or the run is opened.
 */
import { randomBytes } from 'node:crypto';
import { lstat, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { t } from '../text/translate';
import { codeOf, messageOf, UserError } from '../util/errors';
import { makePrivateFolder, PRIVATE_FILE } from '../util/private-files';
import {
  type Liveness,
  livenessOf,
  ownProcess,
  processIdentitySchema,
} from '../util/process-identity';

/** Ending of the folder of a run that is being written. */
const PARTIAL = '.partial';
/** Ending of the folder of a run that was moved aside for another. */
const OLD = '.old';
const OLD_NAME = /^(.+)-[0-9a-f]{8}\.old$/;

/** A file in the folder of a run that is being written. It names the process. */
const WRITER = 'writer.json';

/**
 * Milliseconds after which such a folder is abandoned, if its process belongs to another machine.
 */
const MAX_AGE_MS = 24 * 60 * 60 * 1000;

/**
 * Errors of Windows for moving a file that a program has open, or a folder that contains one. The
 * program may be a virus scanner, for a moment.
 */
const BUSY = ['EPERM', 'EBUSY', 'EACCES'];
/** Milliseconds before each further attempt to move a file: two seconds in all. */
const RETRY_DELAYS_MS = [20, 50, 100, 150, 200, 300, 500, 700];
/** Further attempts to replace a run, while other processes move theirs to the same place. */
const MAX_RETRIES = 20;

export const isLeftover = (name: string): boolean => name.endsWith(PARTIAL) || name.endsWith(OLD);

const token = () => randomBytes(4).toString('hex');

/** Creates a folder for the files of a run that will be moved to a place. */
export async function startRun(place: string): Promise<string> {
  await restoreRun(place);
  // Two windows may analyze the same folders at the same time. Each writes its own folder, and the
  // last one stays.
  const folder = `${place}-${token()}${PARTIAL}`;
  try {
    await makePrivateFolder(folder);
    await writeFile(join(folder, WRITER), JSON.stringify(ownProcess()), { mode: PRIVATE_FILE });
  } catch (error) {
    await remove(folder);
    throw error;
  }
  return folder;
}

/**
 * Moves a complete run to its place.
 * @throws UserError where it cannot be moved; an earlier run is moved back.
 */
export async function moveToPlace(folder: string, place: string): Promise<void> {
  await rm(join(folder, WRITER), { force: true });
  const aside: string[] = [];
  try {
    for (let attempt = 0; ; attempt++) {
      const old = `${place}-${token()}${OLD}`;
      if (await moveIfThere(place, old)) aside.push(old);
      try {
        await move(folder, place);
        break;
      } catch (error) {
        // Another window may have just moved its run there. The last one stays.
        if (attempt === MAX_RETRIES || !(await isTaken(place, error))) throw error;
      }
    }
  } catch (error) {
    const last = aside.at(-1);
    if (last !== undefined && !(await exists(place))) {
      await move(last, place).catch((failure: unknown) => {
        throw new UserError(
          t(
            "the run cannot be moved to '{0}' ({1}), nor can the earlier one be moved back ({2}): it is in '{3}', and is moved back when runs are listed",
            place,
            messageOf(error),
            messageOf(failure),
            last,
          ),
          { cause: error },
        );
      });
    }
    throw new UserError(
      t(
        "the run cannot be moved to '{0}' ({1}); the earlier one is unchanged",
        place,
        messageOf(error),
      ),
      { cause: error },
    );
  }
  // Fails where a program has one of its files open. The next listing removes it.
  for (const old of aside) await remove(old).catch(() => undefined);
}

/** Moves a run back that was moved aside by a process that was killed before it replaced it. */
export async function restoreRun(place: string): Promise<void> {
  if (await exists(place)) return;
  const name = basename(place);
  const olds = (await namesIn(dirname(place))).filter((each) => OLD_NAME.exec(each)?.[1] === name);
  const last = await newest(dirname(place), olds);
  if (last === undefined) return;
  try {
    await moveIfThere(last, place);
  } catch (error) {
    // The process that moved it aside has replaced it meanwhile.
    if (!(await isTaken(place, error))) throw error;
  }
}

/** Removes a run, and folders of it that were moved aside. */
export async function removeRun(place: string): Promise<void> {
  // They would be moved back.
  for (const name of await namesIn(dirname(place))) {
    if (OLD_NAME.exec(name)?.[1] === basename(place)) await remove(join(dirname(place), name));
  }
  await remove(place);
}

/**
 * Repairs a folder of runs after processes were killed: moves runs back and removes leftovers.
 * @param onProblem takes messages about leftovers that cannot be removed.
 */
export async function repairRuns(
  folder: string,
  onProblem: (message: string) => void,
): Promise<void> {
  for (const name of (await namesIn(folder)).filter(isLeftover)) {
    const path = join(folder, name);
    try {
      const run = OLD_NAME.exec(name)?.[1];
      if (run !== undefined) {
        await restoreRun(join(folder, run));
        if (await exists(join(folder, run))) await remove(path);
      } else if (name.endsWith(PARTIAL) && (await isAbandoned(path))) await remove(path);
    } catch (error) {
      onProblem(`the leftovers of a run in '${path}' cannot be removed: ${messageOf(error)}`);
    }
  }
}

async function isAbandoned(folder: string): Promise<boolean> {
  const state = await writerState(folder);
  if (state !== 'unknown') return state === 'gone';
  // A writer on another machine changes files from time to time. A clock may have been set back.
  const paths = [folder, ...(await namesIn(folder)).map((name) => join(folder, name))];
  const times = await Promise.all(
    paths.map((path) => stat(path).then(({ mtimeMs }) => mtimeMs, unlessGone)),
  );
  // A folder that was just removed has no times.
  const last = Math.max(...times.filter((time) => time !== undefined));
  return Number.isFinite(last) && Math.abs(Date.now() - last) > MAX_AGE_MS;
}

/**
 * Whether the process that writes a run still runs. Unknown for older versions, and for a run that
 * is about to be moved: it has no `WRITER`.
 */
async function writerState(folder: string): Promise<Liveness> {
  try {
    return livenessOf(
      processIdentitySchema.parse(JSON.parse(await readFile(join(folder, WRITER), 'utf8'))),
    );
  } catch {
    return 'unknown';
  }
}

/** The folder that was modified last. */
async function newest(folder: string, names: readonly string[]): Promise<string | undefined> {
  let found: { path: string; time: number } | undefined;
  for (const name of names) {
    const path = join(folder, name);
    const time = await stat(path).then(({ mtimeMs }) => mtimeMs, unlessGone);
    if (time !== undefined && time > (found?.time ?? -Infinity)) found = { path, time };
  }
  return found?.path;
}

/** @returns whether `from` existed. */
async function moveIfThere(from: string, to: string): Promise<boolean> {
  try {
    await move(from, to);
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}

/** Renames a file or folder. Tries for two seconds where a program has it open. */
export async function move(from: string, to: string): Promise<void> {
  for (const pause of RETRY_DELAYS_MS) {
    try {
      await rename(from, to);
      return;
    } catch (error) {
      if (!BUSY.includes(codeOf(error) ?? '')) throw error;
    }
    await wait(pause);
  }
  await rename(from, to);
}

const remove = (path: string) => rm(path, { recursive: true, force: true, maxRetries: 3 });

/** Whether a folder could not be moved to a place because there is another. */
async function isTaken(place: string, error: unknown): Promise<boolean> {
  return ['ENOTEMPTY', 'EEXIST'].includes(codeOf(error) ?? '') || (await exists(place));
}

async function exists(path: string): Promise<boolean> {
  return (await lstat(path).catch(unlessGone)) !== undefined;
}

async function namesIn(folder: string): Promise<string[]> {
  return (await readdir(folder).catch(unlessGone)) ?? [];
}

function unlessGone(error: unknown): undefined {
  if (codeOf(error) !== 'ENOENT') throw error;
  return undefined;
}
