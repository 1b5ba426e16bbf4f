/** The output folder (`--out`), and temporary folders. */
import { tmpdir } from 'node:os';
import { relative, resolve } from 'node:path';
import { UserError } from '../util/errors';
import { fsReason } from '../util/fs-errors';
import { checkOutput, inTheWayText, type OutputKind, type Written } from '../util/output-folder';
import {
  makeTemporaryFolder,
  sweepTemporaryFolders,
  type TemporaryFolder,
} from '../util/temporary-folder';
import { cacheFolder } from './cache';
import type { CliOptions } from './context';

export interface Output {
  /** Absolute path. */
  outDir: string;
  /** Whether files there that the program did not write are replaced. */
  overwrite: boolean;
}

/**
 * Checks the output folder before the work begins.
 * @param files names of files that are always written.
 * @throws UserError if they cannot be written there.
 */
export async function outputOf(
  options: CliOptions,
  kind: OutputKind,
  files: readonly string[],
): Promise<Output> {
  const outDir = resolve(options.out);
  const overwrite = options.overwrite === true;
  const store = cacheFolder();
  if (isWithin(outDir, store)) {
    throw new UserError(
      `cannot write into '${outDir}': it is inside the cache folder '${store}', which is cleared as a whole`,
    );
  }
  await checkOutput(outDir, { kind, overwrite }, files);
  // A killed export leaves its temporary folder behind.
  await sweepTemporaryFolders(outDir);
  return { outDir, overwrite };
}

const isWithin = (path: string, folder: string) => {
  const way = relative(folder, path);
  return way === '' || !(way === '..' || /^\.\.[\\/]/.test(way) || resolve(way) === way);
};

/**
 * @returns a note for each file that was not replaced because the user has changed it.
 * @throws UserError if nothing was written because other files are in the way.
 */
export function keptLines(
  { inTheWay, kept }: Pick<Written, 'kept'> & Partial<Written>,
  { outDir }: Output,
): string[] {
  if (inTheWay !== undefined && inTheWay.length > 0)
    throw new UserError(inTheWayText(outDir, inTheWay));
  return kept.map((name) => `note: '${name}' of an earlier export was changed since and is kept`);
}

/** @throws UserError if the system's temporary folder cannot be used. */
export async function workFolder(): Promise<TemporaryFolder> {
  try {
    return await makeTemporaryFolder();
  } catch (error) {
    throw new UserError(
      `cannot make a temporary folder in '${tmpdir()}': ${fsReason(error)}. Set TMPDIR to another folder`,
      {
        cause: error,
      },
    );
  }
}
