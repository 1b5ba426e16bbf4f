/** The image files of clusters: their paths, and copies of them in folders of the user's. */
import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import pMap from 'p-map';
import { COPY_NAMES, type CopyKind } from '../../domain/copies';
import { NOT_FACES } from '../../domain/corrections';
import { analysisSettingsSchema } from '../../domain/settings';
import { imageLimits } from '../../images/image-limits';
import type { EngineCalls } from '../../protocol/engine';
import { membersOfCluster, type StoredClustering } from '../../runs/run-files';
import { imagePath } from '../../runs/run-store';
import { clusterTitles } from '../../summaries/cluster-titles';
import { fileNamesOf } from '../../text/file-name';
import { clusterTitle } from '../../text/numbers';
import { shortPath } from '../../text/short-path';
import { t } from '../../text/translate';
import { CancelledError, codeOf, messageOf, UserError } from '../../util/errors';
import { markCopies, readMarker, readWholeMarker } from '../../util/export-marker';
import { fsReason, isFull, isSystemError } from '../../util/fs-errors';
import { makeFolders } from '../../util/make-folders';
import { makeTemporaryFolder, type TemporaryFolder } from '../../util/temporary-folder';
import { FOLDER_MODE, folderOf, statOf } from '../../util/user-files';
import { type OpenRun, openRun } from '../open-runs';
import { ImageCopier, joinName, LinksRefused } from './image-copier';
import type { JobContext } from './job-context';
import { type RunImage, SidecarWriter } from './sidecar-writer';
import { clusteringOf } from './stored-clustering';

type Params = EngineCalls['copyImages']['params'];
type Result = EngineCalls['copyImages']['result'];

/** Paths of the images of a cluster, each once, those of the most typical faces first. */
export async function clusterPaths({
  runDir,
  cluster,
}: EngineCalls['clusterPaths']['params']): Promise<string[]> {
  const run = await openRun(runDir);
  const images = imagesOf(run, await clusteringOf(run), cluster);
  return images.map(({ path }) => path.toString());
}

/**
 * Copies or links the images of a cluster into a folder, or those of every cluster into a folder of
 * its own below. Missing folders are made. No file is ever replaced: if there is another file of
 * the same name, the copy gets another name. Copies keep permissions and times; those of entries of
 * an archive are the archive's.
 * @throws UserError if the folder cannot be written or the disk is full; CancelledError. Complete
 * copies stay then.
 */
export async function copyImages(params: Params, context: JobContext): Promise<Result> {
  const { runDir, of, outDir } = params;
  const run = await openRun(runDir);
  const stored = await clusteringOf(run);
  const groups =
    of === null
      ? groupsOf(run, stored)
      : [
          {
            folder: '',
            images: typeof of === 'number' ? imagesOf(run, stored, of) : imagesOfRows(run, of.rows),
          },
        ];
  const { folder, stage, isNew } = await openTarget(outDir);
  const sidecars =
    params.sidecars && new SidecarWriter(run, stored, params.sidecars, context.signal);
  const target = { root: folder, stage: stage.path, as: params.as ?? 'copy', sidecars };
  const copying = new Copying(run, target);
  try {
    const result = await copying.copy(groups, context);
    const outdated = of === null ? await copying.outdated() : 0;
    return outdated > 0 ? { ...result, outdated } : result;
  } finally {
    // In a folder that was there before, only the user knows what the copies are to be.
    if (isNew || of === null || (await readMarker(folder)) !== undefined) await copying.mark();
    await stage.remove();
  }
}

/** The images of a cluster, and the name of their folder; empty for the chosen one. */
interface Group {
  folder: string;
  images: RunImage[];
}

/** All clusters with their names, but not what is no face. */
function groupsOf(run: OpenRun, stored: StoredClustering): Group[] {
  const titles = clusterTitles(stored.clustering);
  const ids = stored.clustering.clusters.map(({ id }) => id).filter((id) => id !== NOT_FACES);
  const names = fileNamesOf(
    ids.map((id) => titles.get(id)!.text),
    (index) => clusterTitle(ids[index]!),
  );
  return ids.map((id, i) => ({ folder: names[i]!, images: imagesOf(run, stored, id) }));
}

interface AddContext {
  group: Group;
  /** Path of its folder. */
  folder: string;
  /** Number of all images. */
  total: number;
  signal: AbortSignal;
}

interface CopyingTarget {
  root: string;
  /** A temporary folder there. */
  stage: string;
  as: CopyKind;
  sidecars: SidecarWriter | undefined;
}

class Copying {
  private readonly result: Result;
  /** Names of what was copied, below the root. */
  private readonly copies: string[] = [];
  /** Names of these and of what was there already. */
  private readonly present = new Set<string>();

  constructor(
    private readonly run: OpenRun,
    private readonly target: CopyingTarget,
  ) {
    this.result = { copied: 0, there: 0, failures: [], folder: target.root };
    if (target.sidecars !== undefined) this.result.sidecars = target.sidecars.counts;
  }

  async copy(groups: readonly Group[], { signal, onProgress }: JobContext): Promise<Result> {
    const { result } = this;
    const total = groups.reduce((sum, { images }) => sum + images.length, 0);
    let done = 0;
    const report = () => {
      onProgress({ stage: 'copy', done, total, failed: result.failures.length });
    };
    for (const group of groups) {
      const folder = await this.folderOf(group);
      const copier = this.copierOf(folder, signal);
      for (const image of group.images) {
        signal.throwIfAborted();
        report();
        const refused = await this.add(copier, image, { group, folder, total, signal });
        if (refused !== undefined) return { ...result, refused };
        done += 1;
      }
    }
    report();
    return result;
  }

  /** Number of images that lie in folders to which they belonged when they were copied earlier. */
  async outdated(): Promise<number> {
    const { root } = this.target;
    const { copies = [] } = (await readWholeMarker(root)) ?? {};
    const others = copies.filter((name) => !this.present.has(name));
    const isThere = await pMap(
      others,
      async (name) => (await statOf(join(root, ...name.split('/')))) !== undefined,
      { concurrency: 16 },
    );
    return isThere.filter(Boolean).length;
  }

  /** Lists what was copied in the folder's marker. */
  async mark(): Promise<void> {
    const { root, stage } = this.target;
    if (this.copies.length === 0) return;
    await markCopies(root, stage, this.copies).catch((error: unknown) => {
      if (!isFull(error)) throw error; // it is told already
    });
  }

  /** The folder of a group, which is made if it does not exist. */
  private async folderOf({ folder }: Group): Promise<string> {
    const { root } = this.target;
    return (await this.withWords(() => folderOf(root, `${folder}/`, true)))!;
  }

  private copierOf(folder: string, signal: AbortSignal): ImageCopier {
    const { stage, as } = this.target;
    const { fileBytes } = imageLimits(analysisSettingsSchema.parse(this.run.manifest.settings));
    const target = { folder, temporary: join(stage, 'copy'), as, maxBytes: fileBytes };
    return new ImageCopier(target, signal);
  }

  /** @returns why links cannot be made at all, for people. */
  private async add(
    copier: ImageCopier,
    { row, path, name }: RunImage,
    { group, folder, total, signal }: AddContext,
  ): Promise<string | undefined> {
    const { result, target } = this;
    try {
      const added = await copier.add(path);
      result[added.kind] += 1;
      if (typeof added.name === 'string') {
        const below = group.folder === '' ? added.name : `${group.folder}/${added.name}`;
        this.present.add(below);
        if (added.kind === 'copied') this.copies.push(below);
      }
      await this.addSidecar({ row, path: joinName(folder, added.name), name });
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof LinksRefused)
        return t(
          "{0} cannot be made in '{1}': {2}",
          COPY_NAMES[target.as],
          shortPath(target.root),
          error.message,
        );
      if (isFull(error) || codeOf(error) === 'EROFS') {
        throw new UserError(
          t(
            "cannot write to '{0}' after {1} of {2} images: {3}",
            shortPath(target.root),
            result.copied,
            total,
            fsReason(error),
          ),
          { cause: error },
        );
      }
      result.failures.push({ image: name, reason: fsReason(error) });
    }
    return undefined;
  }

  /** @param image with the path of its copy. */
  private async addSidecar({ row, path, name }: RunImage): Promise<void> {
    const { sidecars, stage } = this.target;
    try {
      await sidecars?.write(row, path, join(stage, 'sidecar'));
    } catch (error) {
      if (isSystemError(error) || error instanceof CancelledError) throw error;
      const reason = t('no side-car was written: {0}', messageOf(error));
      this.result.failures.push({ image: name, reason });
    }
  }

  private async withWords<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof UserError) throw error;
      throw new UserError(
        t("cannot write into the folder '{0}': {1}", shortPath(this.target.root), fsReason(error)),
        { cause: error },
      );
    }
  }
}

/** Makes the target folder, with links to it resolved, and a temporary folder in it. */
async function openTarget(
  outDir: string,
): Promise<{ folder: string; stage: TemporaryFolder; isNew: boolean }> {
  try {
    const made = makeFolders(outDir, FOLDER_MODE);
    const folder = await realpath(outDir);
    const stage = await makeTemporaryFolder(folder, { hidden: true });
    return { folder, stage, isNew: made !== undefined };
  } catch (error) {
    throw new UserError(
      t("cannot write into the folder '{0}': {1}", shortPath(outDir), fsReason(error)),
      {
        cause: error,
      },
    );
  }
}

function imagesOf(run: OpenRun, stored: StoredClustering, cluster: number): RunImage[] {
  const members = membersOfCluster(stored, cluster);
  if (members === undefined)
    throw new UserError(
      t('there is no cluster {0} any more: the faces were clustered anew', cluster),
    );
  return imagesOfRows(run, members);
}

/** @throws UserError where the run has no such face. */
function imagesOfRows(run: OpenRun, rows: Iterable<number>): RunImage[] {
  const { faces, manifest } = run;
  const images = new Map<string, RunImage>();
  for (const row of rows) {
    if (row >= manifest.faces)
      throw new UserError(t('these faces do not exist any more: the images were analyzed anew'));
    const path = imagePath(run, row);
    const key = faces.rawPaths[row] ?? path.toString();
    if (!images.has(key)) images.set(key, { row, path, name: faces.image[row]! });
  }
  return [...images.values()];
}
