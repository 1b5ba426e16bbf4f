/** The folder that `--out` names, and the one for what is needed until then. */
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
  /** Whether files there are replaced that are not the program's own. */
  overwrite: boolean;
}

/**
 * The folder of the results, looked at before the work begins.
 * @param files names that will be written in any case.
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
      `cannot write into '${outDir}': what is kept between runs lies in '${store}', and is cleared as a whole`,
    );
  }
  await checkOutput(outDir, { kind, overwrite }, files);
  // Left behind by an export that was killed.
  await sweepTemporaryFolders(outDir);
  return { outDir, overwrite };
}

const isWithin = (path: string, folder: string) => {
  const way = relative(folder, path);
  return way === '' || !(way === '..' || /^\.\.[\\/]/.test(way) || resolve(way) === way);
};

/**
 * @throws UserError if nothing was written since other files are in the way.
 * @returns what is to be said of those that were written.
 */
export function keptLines(
  { inTheWay, kept }: Pick<Written, 'kept'> & Partial<Written>,
  { outDir }: Output,
): string[] {
  if (inTheWay !== undefined && inTheWay.length > 0)
    throw new UserError(inTheWayText(outDir, inTheWay));
  return kept.map((name) => `note: '${name}' of an earlier export was changed since and stays`);
}

/** @throws UserError if the system's temporary folder cannot be used. */
export async function workFolder(): Promise<TemporaryFolder> {
  try {
    return await makeTemporaryFolder();
  } catch (error) {
    throw new UserError(
      `cannot make a temporary folder in '${tmpdir()}': ${fsReason(error)}. TMPDIR names another place`,
      {
        cause: error,
      },
    );
  }
}
