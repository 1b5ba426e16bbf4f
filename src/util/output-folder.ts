/**
 * Writes the files of a job into a folder of the user: all or none, and files of the user are
 * replaced only on request. The files are written into a hidden temporary folder there, and renamed
 * when all are complete.
 */
import { mkdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { shortPath } from '../text/short-path';
import { UserError } from './errors';
import { type Found, type OwnFile, readWholeMarker } from './export-marker';
import { type FileContent, writeContent } from './file-content';
import { makeFolders } from './make-folders';
import { findFiles, foreignIn, type OutputKind } from './output-files';
import {
  expectFolderOrNothing,
  expectWritable,
  removeEmptyFolders,
  withWriteErrors,
} from './output-root';
import { own } from './own';
import { Publication, type Written } from './publish-output';
import { makeTemporaryFolder } from './temporary-folder';
import { FOLDER_MODE } from './user-files';

export type WriteFile = (name: string, content: FileContent) => Promise<void>;

export interface OutputOptions {
  kind: OutputKind;
  /** Whether files that are not the program's own are replaced as well. */
  overwrite: boolean;
  /** Files of `currentFiles` that stay as they are, unless they are written all the same. */
  keep?: readonly string[] | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * Writes files into a folder, which is created if needed. Obsolete files of an earlier run of the
 * same kind are removed, if they are unchanged.
 * @param make writes each file by its name below the folder; if it throws, the folder stays as it
 * was. It may set a key of all that the files are made of, for `currentFiles`.
 * @throws UserError if something cannot be written; CancelledError.
 */
export async function writeOutput(
  folder: string,
  { kind, overwrite, keep = [], signal }: OutputOptions,
  make: (write: WriteFile, setKey: (key: string) => void) => Promise<void>,
): Promise<Written> {
  const root = resolve(folder);
  const made = await withWriteErrors(root, async () => {
    await expectFolderOrNothing(root);
    return makeFolders(root, FOLDER_MODE);
  });
  let isDone = false;
  try {
    const stage = await withWriteErrors(root, () => makeTemporaryFolder(root, { hidden: true }));
    try {
      const files: OwnFile[] = [];
      let key: string | undefined;
      const write: WriteFile = async (name, content) => {
        if (!kind.names.test(name))
          throw new Error(`'${name}' is not a name of the output '${kind.name}'`);
        const path = join(stage.path, 'files', ...name.split('/'));
        const written = await withWriteErrors(root, async () => {
          await mkdir(dirname(path), { recursive: true, mode: FOLDER_MODE });
          return writeContent(path, content);
        });
        files.push({ name, by: kind.name, ...written });
      };
      await make(write, (of) => (key = of));
      signal?.throwIfAborted();
      const written = await withWriteErrors(root, () =>
        new Publication(root, stage.path, kind, overwrite).publish(files, { keep, key }),
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

/**
 * The files that were last written as an output of this kind, if they were made with this key and
 * all of them are still as they were written; undefined otherwise.
 * @throws UserError if one could be neither read nor replaced.
 */
export async function currentFiles(
  folder: string,
  kind: OutputKind,
  key: string,
): Promise<string[] | undefined> {
  const root = resolve(folder);
  const marker = await withWriteErrors(root, () => readWholeMarker(root));
  if (marker === undefined || own(marker.keys, kind.name) !== key) return undefined;
  const files = marker.files.filter(({ name, by }) => by === kind.name && kind.names.test(name));
  const names = files.map(({ name }) => name);
  const found = await withWriteErrors(root, () => findFiles(root, kind, names, files));
  const areCurrent = found.size === names.length && [...found.values()].every(isOwn);
  return areCurrent ? names : undefined;
}

const isOwn = ({ kind }: Found) => kind === 'own';

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
