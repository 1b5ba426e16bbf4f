/**
 * How a run gets to its place: it is written beside it, and moved there when it is whole. The run
 * that lay there is moved aside first and removed last, so that at every moment one of them is
 * whole. What processes leave that are killed meanwhile is put right when runs are listed, or the
 * run is opened.
 */
import { randomBytes } from 'node:crypto';
import { lstat, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { codeOf, messageOf, UserError } from '../util/errors';
import { makePrivateFolder, PRIVATE_FILE } from '../util/private-files';
import {
  type Liveness,
  livenessOf,
  ownProcess,
  processIdentitySchema,
} from '../util/process-identity';

/** Endings of the folder of a run that is being made, … */
const PARTIAL = '.partial';
/** … and of one in whose place another is being moved. */
const OLD = '.old';
const OLD_NAME = /^(.+)-[0-9a-f]{8}\.old$/;

/** In the folder of a run that is being made: who makes it. */
const WRITER = 'writer.json';

/**
 * Age in milliseconds from which such a folder is abandoned, where its writer cannot be asked for.
 */
const ABANDONED = 24 * 60 * 60 * 1000;

/**
 * Windows moves no file that a program has open, nor a folder with one in it, be it by a virus
 * scanner for a moment.
 */
const BUSY = ['EPERM', 'EBUSY', 'EACCES'];
/** Milliseconds before a move is tried again, two seconds in all. */
const PATIENCE = [20, 50, 100, 150, 200, 300, 500, 700];
/** Runs that others may move into the place meanwhile. */
const MOST_OTHERS = 20;

export const isLeftOver = (name: string): boolean => name.endsWith(PARTIAL) || name.endsWith(OLD);

const token = () => randomBytes(4).toString('hex');

/** Makes a folder for the files of a run that is to come to a place. */
export async function startRun(place: string): Promise<string> {
  await restoreRun(place);
  // Two windows may describe the same folders at the same time: each writes beside the other, and
  // the last one is kept.
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
 * Moves a whole run to its place.
 * @throws UserError where it cannot be moved; the run that lay there is there again then.
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
        // Another window may have moved its run there just now: the last one is kept.
        if (attempt === MOST_OTHERS || !(await isTaken(place, error))) throw error;
      }
    }
  } catch (error) {
    const last = aside.at(-1);
    if (last !== undefined && !(await exists(place))) {
      await move(last, place).catch((failure: unknown) => {
        throw new UserError(
          `the run cannot be put into its place '${place}' (${messageOf(error)}), and the earlier one cannot be put back ` +
            `(${messageOf(failure)}): it lies in '${last}', and comes back when the runs are listed`,
          { cause: error },
        );
      });
    }
    throw new UserError(
      `the run cannot be put into its place '${place}' (${messageOf(error)}): what lay there is as it was`,
      {
        cause: error,
      },
    );
  }
  // a file of it is open still; the next listing removes it
  for (const old of aside) await remove(old).catch(() => undefined);
}

/**
 * Puts a run back whose process was killed when it had moved it aside, and had not yet moved the
 * next one in.
 */
export async function restoreRun(place: string): Promise<void> {
  if (await exists(place)) return;
  const name = basename(place);
  const olds = (await namesIn(dirname(place))).filter((each) => OLD_NAME.exec(each)?.[1] === name);
  const last = await newest(dirname(place), olds);
  if (last === undefined) return;
  try {
    await moveIfThere(last, place);
  } catch (error) {
    // whoever moved it aside has moved the next one in
    if (!(await isTaken(place, error))) throw error;
  }
}

/** Removes a run, and what may be left of it. */
export async function removeRun(place: string): Promise<void> {
  // One that was moved aside would come back.
  for (const name of await namesIn(dirname(place))) {
    if (OLD_NAME.exec(name)?.[1] === basename(place)) await remove(join(dirname(place), name));
  }
  await remove(place);
}

/**
 * Puts right and removes what processes left in a folder of runs; what cannot be is passed to
 * `onProblem`.
 */
export async function tidyRuns(
  folder: string,
  onProblem: (message: string) => void,
): Promise<void> {
  for (const name of (await namesIn(folder)).filter(isLeftOver)) {
    const path = join(folder, name);
    try {
      const run = OLD_NAME.exec(name)?.[1];
      if (run !== undefined) {
        await restoreRun(join(folder, run));
        if (await exists(join(folder, run))) await remove(path);
      } else if (name.endsWith(PARTIAL) && (await isAbandoned(path))) await remove(path);
    } catch (error) {
      onProblem(`what is left of a run in '${path}' cannot be removed: ${messageOf(error)}`);
    }
  }
}

async function isAbandoned(folder: string): Promise<boolean> {
  const state = await writerState(folder);
  if (state !== 'unknown') return state === 'gone';
  // A writer elsewhere keeps writing; a clock may have been set back.
  const paths = [folder, ...(await namesIn(folder)).map((name) => join(folder, name))];
  const times = await Promise.all(
    paths.map((path) => stat(path).then(({ mtimeMs }) => mtimeMs, unlessGone)),
  );
  // of a folder that vanished there is none
  const last = Math.max(...times.filter((time) => time !== undefined));
  return Number.isFinite(last) && Math.abs(Date.now() - last) > ABANDONED;
}

/**
 * Older versions did not say who writes, nor does one say it any more that is about to be moved.
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

/** The folder that was changed last. */
async function newest(folder: string, names: readonly string[]): Promise<string | undefined> {
  let found: { path: string; time: number } | undefined;
  for (const name of names) {
    const path = join(folder, name);
    const time = await stat(path).then(({ mtimeMs }) => mtimeMs, unlessGone);
    if (time !== undefined && time > (found?.time ?? -Infinity)) found = { path, time };
  }
  return found?.path;
}

/** @returns whether there was something to move. */
async function moveIfThere(from: string, to: string): Promise<boolean> {
  try {
    await move(from, to);
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}

/** Gives a file or folder another name, with patience. */
export async function move(from: string, to: string): Promise<void> {
  for (const pause of PATIENCE) {
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

/** Whether a folder could not be moved to a place since there is another. */
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
