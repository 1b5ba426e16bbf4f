/** Writes a run with everything that belongs to it into one file. */
import { chmod, readFile, rename, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type Packed, writeZip } from '../../archives/write-zip';
import { logPath } from '../../corrections/correction-log';
import type { RunManifest } from '../../domain/run';
import type { EngineCalls } from '../../protocol/engine';
import { MANIFEST } from '../../runs/file-names';
import { CORRECTIONS, PACKED_FILES } from '../../runs/packed-files';
import { assertCurrent, type StoredRun } from '../../runs/run-store';
import { shortPath } from '../../text/short-path';
import { megabytes } from '../../text/sizes';
import { t } from '../../text/translate';
import { codeOf, UserError } from '../../util/errors';
import { fsReason, isSystemError } from '../../util/fs-errors';
import { makeTemporaryFolder } from '../../util/temporary-folder';
import { FILE_MODE, publishNew, statOf, whatInstead } from '../../util/user-files';
import { openRun } from '../open-runs';
import type { JobContext } from './job-context';
import { clusteringOf } from './stored-clustering';

/**
 * The file is complete under another name before it takes its place, so that a process that is
 * killed spoils neither it nor the one of before.
 * @throws UserError where it cannot be written, or is in the way; CancelledError.
 */
export async function packRun(
  { runDir, file, overwrite }: EngineCalls['pack']['params'],
  { signal }: JobContext,
): Promise<EngineCalls['pack']['result']> {
  const run = await openRun(runDir);
  await clusteringOf(run); // or there is nothing to show
  try {
    const before = await statOf(file);
    if (before !== undefined && !overwrite) throw inTheWay(file);
    if (before !== undefined && !before.isFile())
      throw new UserError(
        t("'{0}' {1}: choose another name", shortPath(file), whatInstead(before)),
      );
    const folder = await makeTemporaryFolder(dirname(file), { hidden: true });
    try {
      const temporary = join(folder.path, 'file');
      const bytes = await writeZip(temporary, await contentOf(run), { mode: FILE_MODE, signal });
      await assertCurrent(run);
      signal.throwIfAborted();
      if (before !== undefined) {
        await chmod(temporary, Number(before.mode & 0o777n));
        await rename(temporary, file);
      } else if (!(await publishNew(temporary, file))) throw inTheWay(file);
      return { bytes };
    } finally {
      await folder.remove();
    }
  } catch (error) {
    if (!isSystemError(error)) throw error;
    const [name, folder] = [basename(file), dirname(file)].map((each) => shortPath(each));
    throw new UserError(t("cannot write '{0}' in '{1}': {2}", name!, folder!, fsReason(error)), {
      cause: error,
    });
  }
}

const inTheWay = (file: string) =>
  new UserError(t("'{0}' is there already: choose another name, or replace it", shortPath(file)));

async function contentOf({ folder, manifest }: StoredRun): Promise<Packed[]> {
  const packed: Packed[] = [];
  for (const { name, limit, compress } of PACKED_FILES) {
    const content = await contentOfFile(folder, name, manifest);
    if (content === undefined) continue;
    const size = content instanceof Uint8Array ? content.length : (await stat(content.path)).size;
    if (size > limit)
      throw new UserError(
        t(
          "the clusters are too many for one file: '{0}' takes {1}, and {2} are read",
          name,
          megabytes(size),
          megabytes(limit),
        ),
      );
    packed.push({ name, content, compress });
  }
  return packed;
}

/** @returns undefined where the run has no such file. */
async function contentOfFile(
  folder: string,
  name: string,
  manifest: RunManifest,
): Promise<Packed['content'] | undefined> {
  if (name === MANIFEST) return Buffer.from(JSON.stringify(portable(manifest), null, 2));
  // It may grow meanwhile: a whole number of lines is packed.
  if (name === CORRECTIONS) return readIfThere(logPath(folder));
  const path = join(folder, name);
  return (await statOf(path)) === undefined ? undefined : { path };
}

async function readIfThere(path: string): Promise<Buffer | undefined> {
  try {
    const bytes = await readFile(path);
    return bytes.subarray(0, bytes.lastIndexOf('\n') + 1);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Without what holds on this machine only. */
function portable({ file: _file, made: _made, ...manifest }: RunManifest): RunManifest {
  return manifest;
}
