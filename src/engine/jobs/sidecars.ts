/** XMP side-cars of all images of a run: beside the photos, or in a folder of their own. */
import { realpath } from 'node:fs/promises';
import { basename, dirname, sep } from 'node:path';
import { entryPlace } from '../../archives/archive-path';
import type { EngineCalls } from '../../protocol/engine';
import { imagePath } from '../../runs/run-store';
import { fileNamesOf } from '../../text/file-name';
import { shortPath } from '../../text/short-path';
import { t } from '../../text/translate';
import { codeOf, UserError } from '../../util/errors';
import { fsReason, isFull } from '../../util/fs-errors';
import { makeFolders } from '../../util/make-folders';
import { makeTemporaryFolder, type TemporaryFolder } from '../../util/temporary-folder';
import { FOLDER_MODE, folderOf } from '../../util/user-files';
import { type OpenRun, openRun } from '../open-runs';
import type { JobContext } from './job-context';
import { pathBelow, type RunImage, SidecarWriter } from './sidecar-writer';
import { clusteringOf } from './stored-clustering';

type Params = EngineCalls['writeSidecars']['params'];
type Result = EngineCalls['writeSidecars']['result'];

/**
 * Writes a side-car for each image with a face, and replaces none.
 * @throws UserError where the folder cannot be written or the disk is full; CancelledError. What is
 * complete stays then.
 */
export async function writeSidecars(
  { runDir, outDir, style }: Params,
  { signal, onProgress }: JobContext,
): Promise<Result> {
  const run = await openRun(runDir);
  const writer = new SidecarWriter(run, await clusteringOf(run), style, signal);
  const failures: Result['failures'] = [];
  const images = imagesOf(run);
  const place = outDir === null ? new BesidePhotos() : await BelowFolder.open(run, outDir);
  try {
    for (const [done, image] of images.entries()) {
      signal.throwIfAborted();
      onProgress({ stage: 'export', done, total: images.length, failed: failures.length });
      try {
        const { path, temporary } = await place.of(image);
        await writer.write(image.row, path, temporary);
      } catch (error) {
        signal.throwIfAborted();
        if (isFull(error) || codeOf(error) === 'EROFS')
          throw new UserError(
            t(
              'cannot write side-cars after {0} of {1}: {2}',
              writer.counts.written,
              images.length,
              fsReason(error),
            ),
            { cause: error },
          );
        failures.push({ image: image.name, reason: fsReason(error) });
      }
    }
  } finally {
    await place.close();
  }
  onProgress({
    stage: 'export',
    done: images.length,
    total: images.length,
    failed: failures.length,
  });
  return { ...writer.counts, failures };
}

/** Each image once, with its first face. */
function imagesOf(run: OpenRun): RunImage[] {
  const { image, folder } = run.faces;
  const images: RunImage[] = [];
  for (let row = 0; row < image.length; row++) {
    const isFirst = row === 0 || image[row] !== image[row - 1] || folder[row] !== folder[row - 1];
    if (isFirst) images.push({ row, path: imagePath(run, row), name: image[row]! });
  }
  return images;
}

/** Where the side-car of an image goes: beside `path`. */
interface SidecarPlace {
  of: (image: RunImage) => Promise<{ path: string | Buffer; temporary: string }>;
  close: () => Promise<void>;
}

/** Images of a folder follow one another, so that one temporary folder is open at a time. */
class BesidePhotos implements SidecarPlace {
  private current: { folder: string; stage: TemporaryFolder } | undefined;

  async of({ path }: RunImage) {
    if (entryPlace(path) !== undefined) throw new Error(t('nothing is written into an archive'));
    const folder = dirname(path.toString());
    if (folder.includes('\uFFFD')) throw new Error(t('the path of its folder is not UTF-8'));
    if (this.current?.folder !== folder) {
      await this.close();
      this.current = { folder, stage: await makeTemporaryFolder(folder, { hidden: true }) };
    }
    return { path, temporary: `${this.current.stage.path}${sep}sidecar` };
  }

  async close(): Promise<void> {
    await this.current?.stage.remove();
    this.current = undefined;
  }
}

/** The folders of the photos anew, below a folder. */
class BelowFolder implements SidecarPlace {
  private constructor(
    private readonly run: OpenRun,
    private readonly root: string,
    private readonly stage: TemporaryFolder,
    private readonly prefixes: readonly string[],
  ) {}

  static async open(run: OpenRun, outDir: string): Promise<BelowFolder> {
    const { folders } = run.manifest;
    const names = fileNamesOf(
      folders.map((folder) => basename(folder)),
      (index) => String(index),
    );
    const prefixes = folders.length === 1 ? [''] : names.map((name) => `${name}/`);
    try {
      makeFolders(outDir, FOLDER_MODE);
      const root = await realpath(outDir);
      const stage = await makeTemporaryFolder(root, { hidden: true });
      return new BelowFolder(run, root, stage, prefixes);
    } catch (error) {
      throw new UserError(
        t("cannot write into the folder '{0}': {1}", shortPath(outDir), fsReason(error)),
        { cause: error },
      );
    }
  }

  async of({ row, name }: RunImage) {
    const below = this.prefixes[this.run.faces.folder[row]!]! + name;
    await folderOf(this.root, below, true);
    return { path: pathBelow(this.root, below), temporary: `${this.stage.path}${sep}sidecar` };
  }

  close(): Promise<void> {
    return this.stage.remove();
  }
}
