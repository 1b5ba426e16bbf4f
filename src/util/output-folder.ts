/**
 * Writes the files of a job into a folder of the user: all or none, and files of the user are
 * replaced only on request. The files are written into a hidden temporary folder there, and renamed
 * when all are complete.
 */
import type { BigIntStats } from 'node:fs';
import { mkdir, rename, unlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { shortPath } from '../text/short-path';
import { UserError } from './errors';
import {
  type Found,
  findFile,
  MARKER,
  type OwnFile,
  readMarker,
  readWholeMarker,
  writeMarker,
} from './export-marker';
import { type FileContent, writeContent } from './file-content';
import { fsReason } from './fs-errors';
import {
  expectFolderOrNothing,
  expectWritable,
  removeEmptyFolders,
  withWriteErrors,
} from './output-root';
import { makeTemporaryFolder } from './temporary-folder';
import { FOLDER_MODE, folderOf, isUnchanged, publishNew, statOf, whatInstead } from './user-files';

/** The files that one part of the program writes. */
export interface OutputKind {
  /** `by` in the marker. */
  name: string;
  /** Names it may write, with `/` between folders. Other names in a marker are ignored. */
  names: RegExp;
}

export interface Written {
  /** Names of the written files, in order. */
  files: string[];
  /** Existing files that the program did not write. If there are any, nothing was written. */
  inTheWay: string[];
  /** Obsolete files of an earlier run that were not removed, because they were changed since. */
  kept: string[];
}

export type WriteFile = (name: string, content: FileContent) => Promise<void>;

export interface OutputOptions {
  kind: OutputKind;
  /** Whether files that are not the program's own are replaced as well. */
  overwrite: boolean;
  signal?: AbortSignal | undefined;
}

/**
 * Writes files into a folder, which is created if needed. Obsolete files of an earlier run of the
 * same kind are removed, if they are unchanged.
 * @param make writes each file by its name below the folder; if it throws, the folder stays as it
 * was.
 * @throws UserError if something cannot be written; CancelledError.
 */
export async function writeOutput(
  folder: string,
  { kind, overwrite, signal }: OutputOptions,
  make: (write: WriteFile) => Promise<void>,
): Promise<Written> {
  const root = resolve(folder);
  const made = await withWriteErrors(root, async () => {
    await expectFolderOrNothing(root);
    return mkdir(root, { recursive: true, mode: FOLDER_MODE });
  });
  let isDone = false;
  try {
    const stage = await withWriteErrors(root, () => makeTemporaryFolder(root, { hidden: true }));
    try {
      const files: OwnFile[] = [];
      await make(async (name, content) => {
        if (!kind.names.test(name))
          throw new Error(`'${name}' is not a name of the output '${kind.name}'`);
        const path = join(stage.path, 'files', ...name.split('/'));
        const written = await withWriteErrors(root, async () => {
          await mkdir(dirname(path), { recursive: true, mode: FOLDER_MODE });
          return writeContent(path, content);
        });
        files.push({ name, by: kind.name, ...written });
      });
      signal?.throwIfAborted();
      const written = await withWriteErrors(root, () =>
        new Publication(root, stage.path, kind, overwrite).publish(files),
      );
      isDone = written.inTheWay.length === 0;
      return written;
    } finally {
      await stage.remove();
    }
  } finally {
    if (!isDone && made !== undefined) await removeEmptyFolders(root, dirname(made));
  }
}

/**
 * Like `writeOutput`, but existing files that the program did not write are an error.
 * @throws UserError if something cannot be written; CancelledError.
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
 * Checks before a job whether its results can be written.
 * @param names files that every such job writes.
 * @throws UserError if the folder is not writable, or has files of these names that the program did
 * not write and may not overwrite.
 */
export async function checkOutput(
  folder: string,
  { kind, overwrite }: OutputOptions,
  names: readonly string[],
): Promise<void> {
  const root = resolve(folder);
  await withWriteErrors(root, async () => {
    await expectFolderOrNothing(root);
    await expectWritable(root);
    const inTheWay = await foreignIn(root, kind, names);
    if (inTheWay.length > 0 && !overwrite) throw new UserError(inTheWayText(folder, inTheWay));
  });
}

/**
 * The files of a folder, among `names`, that the program did not write.
 * @throws UserError if one could be neither written nor replaced.
 */
export async function filesInTheWay(
  folder: string,
  kind: OutputKind,
  names: readonly string[],
): Promise<string[]> {
  const root = resolve(folder);
  return withWriteErrors(root, async () => {
    await expectFolderOrNothing(root);
    return foreignIn(root, kind, names);
  });
}

/** Maximum files that a message names. */
const MAX_NAMED = 5;

/** Explains on the command line why nothing was written. */
export function inTheWayText(folder: string, names: readonly string[]): string {
  const more = names.length > MAX_NAMED ? ` and ${names.length - MAX_NAMED} more` : '';
  return (
    `'${shortPath(folder)}' has files that Face Clusters did not write, or that were changed since: ` +
    `${names.slice(0, MAX_NAMED).join(', ')}${more}. Give another folder, or --overwrite to replace them`
  );
}

/** Moves files from the temporary folder to their places. */
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
    // If the process is killed after this, the next run recognizes both the old and the new files
    // as the program's own.
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

  /** Moves a file to its place, unless the file there has changed since it was found. */
  private async place(name: string, found: Found): Promise<void> {
    const folder = await folderOf(this.root, name, true);
    const target = join(folder!, name.split('/').pop()!);
    const temporary = join(this.stage, 'files', name);
    if (found.kind === 'nothing') {
      if (!(await publishNew(temporary, target)))
        throw new UserError('another program has written it in the meantime');
      return;
    }
    const now = await statOf(target);
    if (now === undefined || !isUnchanged(found.stats, now))
      throw new UserError('another program has changed it in the meantime');
    await rename(temporary, target);
  }

  private async mark(files: readonly OwnFile[]): Promise<void> {
    const { copies = [] } = (await readWholeMarker(this.root)) ?? {};
    await writeMarker(this.root, this.stage, { files: [...files], copies });
  }

  /** @returns names of files that stay, because they were changed. */
  private async removeStale(files: readonly OwnFile[]): Promise<string[]> {
    const kept: string[] = [];
    for (const name of new Set(files.map((file) => file.name))) {
      const found = await find(this.root, name, files);
      const path = join(this.root, ...name.split('/'));
      if (found.kind === 'foreign') kept.push(name);
      if (found.kind === 'own') await unlink(path);
      await removeEmptyFolders(dirname(path), this.root);
    }
    return kept;
  }
}

/** Names that belong to files the program did not write, including the marker's own. */
async function foreignIn(
  root: string,
  kind: OutputKind,
  names: readonly string[],
): Promise<string[]> {
  const marker = await readMarker(root);
  const found = await findFiles(root, kind, names, marker ?? []);
  const foreign = [...found].filter(([, file]) => file.kind === 'foreign').map(([name]) => name);
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
    const file = await find(root, name, own);
    if (file.kind !== 'nothing' && !isReplaceable(file.stats)) {
      throw new UserError(
        `'${shortPath(join(root, name))}' ${whatInstead(file.stats)}: expected a file or nothing`,
      );
    }
    found.set(name, file);
  }
  return found;
}

/** A symbolic link is replaced itself, not the file it leads to. */
const isReplaceable = (stats: BigIntStats) => stats.isFile() || stats.isSymbolicLink();

async function find(root: string, name: string, own: readonly OwnFile[]): Promise<Found> {
  const folder = await folderOf(root, name, false);
  if (folder === undefined) return { kind: 'nothing' };
  return findFile(
    join(folder, name.split('/').pop()!),
    own.filter((file) => file.name === name),
  );
}
