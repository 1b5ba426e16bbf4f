/**
 * Writes the files of one job into a folder of the user's: all of them or none, and never over a
 * file of the user's without being told to. They are written into a hidden temporary folder there,
 * and renamed into their places when all are written.
 */
import { createHash } from 'node:crypto';
import { type BigIntStats, constants } from 'node:fs';
import { access, mkdir, rename, rmdir, stat, unlink, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { shortPath } from '../text/short-path';
import { codeOf, UserError } from './errors';
import {
  type Found,
  findFile,
  MARKER,
  markerText,
  type OwnFile,
  readMarker,
} from './export-marker';
import { fsReason, isSystemError } from './fs-errors';
import { makeTemporaryFolder } from './temporary-folder';
import {
  FILE_MODE,
  FOLDER_MODE,
  folderOf,
  isUnchanged,
  publishNew,
  statOf,
  whatInstead,
} from './user-files';

/** The files that one part of the program writes. */
export interface OutputKind {
  /** What `by` says in the marker. */
  name: string;
  /** Names it may write, with `/` between folders: a marker that claims others is not believed. */
  names: RegExp;
}

export interface Written {
  /** Names of the files written, in the order of their writing. */
  files: string[];
  /**
   * Files of these names that are not the program's own, for which nothing was written; empty if
   * all was.
   */
  inTheWay: string[];
  /** Files of an earlier run that would have been removed, but were changed since. */
  kept: string[];
}

export type WriteFile = (name: string, content: string | Uint8Array) => Promise<void>;

export interface OutputOptions {
  kind: OutputKind;
  /** Whether files that are not the program's own are replaced as well. */
  overwrite: boolean;
  signal?: AbortSignal | undefined;
}

/**
 * Writes files into a folder, which is made if there is none. Files of an earlier run of the same
 * kind that are not written this time are removed, if they are unchanged.
 * @param make writes each file by its name below the folder; if it throws, nothing in the folder
 * changes.
 * @throws UserError if something cannot be written; CancelledError.
 */
export async function writeOutput(
  folder: string,
  { kind, overwrite, signal }: OutputOptions,
  make: (write: WriteFile) => Promise<void>,
): Promise<Written> {
  const root = resolve(folder);
  const made = await wordErrors(root, async () => {
    await refuseLink(root);
    return mkdir(root, { recursive: true, mode: FOLDER_MODE });
  });
  let isDone = false;
  try {
    const stage = await wordErrors(root, () => makeTemporaryFolder(root, { hidden: true }));
    try {
      const files: OwnFile[] = [];
      await make(async (name, content) => {
        if (!kind.names.test(name))
          throw new Error(`'${name}' is not a name of the output '${kind.name}'`);
        const bytes = typeof content === 'string' ? Buffer.from(content) : content;
        const path = join(stage.path, 'files', ...name.split('/'));
        await wordErrors(root, async () => {
          await mkdir(dirname(path), { recursive: true, mode: FOLDER_MODE });
          await writeFile(path, bytes, { flag: 'wx', mode: FILE_MODE });
        });
        const sha256 = createHash('sha256').update(bytes).digest('hex');
        files.push({ name, by: kind.name, size: bytes.length, sha256 });
      });
      signal?.throwIfAborted();
      const written = await wordErrors(root, () =>
        new Publication(root, stage.path, kind, overwrite).publish(files),
      );
      isDone = written.inTheWay.length === 0;
      return written;
    } finally {
      await stage.remove();
    }
  } finally {
    if (!isDone && made !== undefined) await removeEmpty(root, dirname(made));
  }
}

/**
 * The same, for whom files that are in the way are an error.
 * @throws UserError if something cannot be written, or files would be replaced that are not the
 * program's own; CancelledError.
 */
export async function writeNeeded(
  folder: string,
  options: OutputOptions,
  make: (write: WriteFile) => Promise<void>,
): Promise<Written> {
  const written = await writeOutput(folder, options, make);
  if (written.inTheWay.length > 0) throw new UserError(inTheWayText(folder, written.inTheWay));
  return written;
}

/**
 * Says before the work whether its results can be written.
 * @param names files that will be written in any case.
 * @throws UserError if the folder cannot take them, or has files of these names that are not the
 * program's own.
 */
export async function checkOutput(
  folder: string,
  { kind, overwrite }: OutputOptions,
  names: readonly string[],
): Promise<void> {
  const root = resolve(folder);
  await wordErrors(root, async () => {
    await refuseLink(root);
    if ((await statOf(root)) === undefined) {
      await access(await nearestFolder(root), constants.W_OK | constants.X_OK);
      return;
    }
    await access(root, constants.W_OK | constants.X_OK);
    const inTheWay = await foreignIn(root, kind, names);
    if (inTheWay.length > 0 && !overwrite) throw new UserError(inTheWayText(folder, inTheWay));
  });
}

/**
 * Which of these files are in a folder and not the program's own.
 * @throws UserError if some could not be written or replaced at all.
 */
export async function filesInTheWay(
  folder: string,
  kind: OutputKind,
  names: readonly string[],
): Promise<string[]> {
  const root = resolve(folder);
  return wordErrors(root, async () => {
    await refuseLink(root);
    return foreignIn(root, kind, names);
  });
}

const NAMED = 5;

/** That files are not replaced, for people on the command line. */
export function inTheWayText(folder: string, names: readonly string[]): string {
  const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : '';
  return (
    `'${shortPath(folder)}' has files that Face Clusters did not write, or that were changed since: ` +
    `${names.slice(0, NAMED).join(', ')}${more}. Give another folder, or --overwrite to replace them`
  );
}

/** The moment in which files get their names. */
class Publication {
  constructor(
    private readonly root: string,
    private readonly stage: string,
    private readonly kind: OutputKind,
    private readonly overwrite: boolean,
  ) {}

  async publish(files: readonly OwnFile[]): Promise<Written> {
    const { root, kind } = this;
    const names = files.map(({ name }) => name);
    const written = new Set(names);
    const inTheWay = await foreignIn(root, kind, names);
    if (inTheWay.length > 0 && !this.overwrite) return { files: [], inTheWay, kept: [] };

    const before = (await readMarker(root)) ?? [];
    const found = await findFiles(root, kind, names, before);
    // Killed from here on, the next run still knows both what was there and what is coming as its
    // own.
    await this.mark([...before, ...files]);
    let done = 0;
    try {
      for (const { name } of files) {
        await this.place(name, found.get(name)!);
        done += 1;
      }
    } catch (error) {
      const reason = error instanceof UserError ? error.message : fsReason(error);
      const rest = `${done} of ${files.length} files were written before`;
      throw new UserError(
        `cannot write '${names[done]!}' in '${shortPath(root)}': ${reason}; ${rest}`,
        { cause: error },
      );
    }
    const isStale = ({ name, by }: OwnFile) =>
      by === kind.name && kind.names.test(name) && !written.has(name);
    const kept = await this.removeStale(before.filter(isStale));
    const others = (await readMarker(root)) ?? [];
    await this.mark([
      ...others.filter((file) => !isStale(file) && !written.has(file.name)),
      ...files,
    ]);
    return { files: names, inTheWay: [], kept };
  }

  /** Puts a file in its place, unless what was found there has changed. */
  private async place(name: string, found: Found): Promise<void> {
    const folder = await folderOf(this.root, name, true);
    const target = join(folder!, name.split('/').pop()!);
    const temporary = join(this.stage, 'files', name);
    if (found.kind === 'nothing') {
      if (!(await publishNew(temporary, target)))
        throw new UserError('another program has written it meanwhile');
      return;
    }
    const now = await statOf(target);
    if (now === undefined || !isUnchanged(found.stats, now))
      throw new UserError('another program has changed it meanwhile');
    await rename(temporary, target);
  }

  private async mark(files: readonly OwnFile[]): Promise<void> {
    const temporary = join(this.stage, MARKER);
    await writeFile(temporary, markerText(files), { mode: FILE_MODE });
    await rename(temporary, join(this.root, MARKER));
  }

  /** @returns those that stay, as they are not what was written. */
  private async removeStale(files: readonly OwnFile[]): Promise<string[]> {
    const kept: string[] = [];
    for (const name of new Set(files.map((file) => file.name))) {
      const found = await find(this.root, name, files);
      const path = join(this.root, ...name.split('/'));
      if (found.kind === 'foreign') kept.push(name);
      if (found.kind === 'own') await unlink(path);
      await removeEmpty(dirname(path), this.root);
    }
    return kept;
  }
}

/** The marker is one of the files, if it is none of this program's. */
async function foreignIn(
  root: string,
  kind: OutputKind,
  names: readonly string[],
): Promise<string[]> {
  const marker = await readMarker(root);
  const found = await findFiles(root, kind, names, marker ?? []);
  const foreign = [...found]
    .filter(([, { kind: whose }]) => whose === 'foreign')
    .map(([name]) => name);
  const isMarkerForeign = marker === undefined && (await statOf(join(root, MARKER))) !== undefined;
  return isMarkerForeign ? [...foreign, MARKER] : foreign;
}

async function findFiles(
  root: string,
  kind: OutputKind,
  names: readonly string[],
  marker: readonly OwnFile[],
): Promise<Map<string, Found>> {
  const own = marker.filter(({ name }) => kind.names.test(name));
  const found = new Map<string, Found>();
  for (const name of names) {
    const there = await find(root, name, own);
    if (there.kind !== 'nothing' && !isReplaceable(there.stats)) {
      throw new UserError(
        `'${shortPath(join(root, name))}' ${whatInstead(there.stats)}: expected a file or nothing`,
      );
    }
    found.set(name, there);
  }
  return found;
}

/** A link is replaced, if that is asked for, as itself. */
const isReplaceable = (stats: BigIntStats) => stats.isFile() || stats.isSymbolicLink();

async function find(root: string, name: string, own: readonly OwnFile[]): Promise<Found> {
  const folder = await folderOf(root, name, false);
  if (folder === undefined) return { kind: 'nothing' };
  return findFile(
    join(folder, name.split('/').pop()!),
    own.filter((file) => file.name === name),
  );
}

async function refuseLink(root: string): Promise<void> {
  const stats = await statOf(root);
  if (stats === undefined || stats.isDirectory()) return;
  const advice = stats.isSymbolicLink() ? 'give the folder it leads to' : 'expected a folder';
  throw new UserError(
    `cannot write into '${shortPath(root)}': it ${whatInstead(stats)}: ${advice}`,
  );
}

async function nearestFolder(path: string): Promise<string> {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    try {
      await stat(join(folder, '.')); // ENOTDIR for a file
      return folder;
    } catch (error) {
      if (codeOf(error) !== 'ENOENT' || folder === dirname(folder)) throw error;
    }
  }
}

/** Removes a folder, and those around it below `top`, as long as they are empty. */
async function removeEmpty(folder: string, top: string): Promise<void> {
  for (
    let each = folder;
    each !== top && !relative(top, each).startsWith('..');
    each = dirname(each)
  ) {
    try {
      await rmdir(each);
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') return; // not empty: it is in use
    }
  }
}

/** Errors of the file system as what the user can mend. */
async function wordErrors<T>(root: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new UserError(`cannot write into '${shortPath(root)}': ${fsReason(error)}`, {
      cause: error,
    });
  }
}
