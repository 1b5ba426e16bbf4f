/** The image files of clusters: their paths, and copies of them in folders of the user's. */
import { mkdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { COPY_NAMES } from '../../domain/copies';
import { NOT_FACES } from '../../domain/corrections';
import { analysisSettingsSchema } from '../../domain/settings';
import { imageLimits } from '../../images/image-limits';
import type { EngineCalls } from '../../protocol/engine';
import { membersOfCluster, type StoredClustering } from '../../runs/run-files';
import { imagePath, type StoredRun } from '../../runs/run-store';
import { clusterTitles } from '../../summaries/cluster-titles';
import { fileNamesOf } from '../../text/file-name';
import { clusterTitle } from '../../text/numbers';
import { shortPath } from '../../text/short-path';
import { codeOf, UserError } from '../../util/errors';
import { markCopies, readMarker } from '../../util/export-marker';
import { fsReason, isFull } from '../../util/fs-errors';
import { makeTemporaryFolder, type TemporaryFolder } from '../../util/temporary-folder';
import { FOLDER_MODE, folderOf } from '../../util/user-files';
import { openRun } from '../open-runs';
import { ImageCopier, LinksRefused } from './image-copier';
import type { JobContext } from './job-context';
import { clusteringOf } from './stored-clustering';

type Params = EngineCalls['copyImages']['params'];
type Result = EngineCalls['copyImages']['result'];

interface ClusterImage {
  /** A Buffer where it is not valid UTF-8. */
  path: string | Buffer;
  /** Path below its folder, for people. */
  name: string;
}

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
  const { runDir, cluster, outDir } = params;
  const run = await openRun(runDir);
  const stored = await clusteringOf(run);
  const groups =
    cluster === null
      ? groupsOf(run, stored)
      : [{ folder: '', images: imagesOf(run, stored, cluster) }];
  const { folder, stage, isNew } = await openTarget(outDir);
  const copying = new Copying(run, { root: folder, stage: stage.path, as: params.as ?? 'copy' });
  try {
    return await copying.copy(groups, context);
  } finally {
    // In a folder that was there before, only the user knows what the copies are to be.
    if (isNew || cluster === null || (await readMarker(folder)) !== undefined) await copying.mark();
    await stage.remove();
  }
}

/** The images of a cluster, and the name of their folder; empty for the chosen one. */
interface Group {
  folder: string;
  images: ClusterImage[];
}

/** All clusters with their names, but not what is no face. */
function groupsOf(run: StoredRun, stored: StoredClustering): Group[] {
  const titles = clusterTitles(stored.clustering);
  const ids = stored.clustering.clusters.map(({ id }) => id).filter((id) => id !== NOT_FACES);
  const names = fileNamesOf(
    ids.map((id) => titles.get(id)!.text),
    (index) => clusterTitle(ids[index]!),
  );
  return ids.map((id, i) => ({ folder: names[i]!, images: imagesOf(run, stored, id) }));
}

class Copying {
  private readonly result: Result;
  /** Names of what was copied, below the root. */
  private readonly copies: string[] = [];

  constructor(
    private readonly run: StoredRun,
    private readonly target: { root: string; stage: string; as: NonNullable<Params['as']> },
  ) {
    this.result = { copied: 0, there: 0, failures: [], folder: target.root };
  }

  async copy(groups: readonly Group[], { signal, onProgress }: JobContext): Promise<Result> {
    const { result } = this;
    const total = groups.reduce((sum, { images }) => sum + images.length, 0);
    let done = 0;
    const report = () => {
      onProgress({ stage: 'copy', done, total, failed: result.failures.length });
    };
    for (const group of groups) {
      const copier = await this.copierOf(group, signal);
      for (const image of group.images) {
        signal.throwIfAborted();
        report();
        const refused = await this.add(copier, image, { group, total, signal });
        if (refused !== undefined) return { ...result, refused };
        done += 1;
      }
    }
    report();
    return result;
  }

  /** Lists what was copied in the folder's marker. */
  async mark(): Promise<void> {
    const { root, stage } = this.target;
    if (this.copies.length === 0) return;
    await markCopies(root, stage, this.copies).catch((error: unknown) => {
      if (!isFull(error)) throw error; // it is told already
    });
  }

  private async copierOf({ folder }: Group, signal: AbortSignal): Promise<ImageCopier> {
    const { root, stage, as } = this.target;
    const { fileBytes } = imageLimits(analysisSettingsSchema.parse(this.run.manifest.settings));
    const below = await this.withWords(() => folderOf(root, `${folder}/`, true));
    const target = { folder: below!, temporary: join(stage, 'copy'), as, maxBytes: fileBytes };
    return new ImageCopier(target, signal);
  }

  /** @returns why links cannot be made at all, for people. */
  private async add(
    copier: ImageCopier,
    { path, name }: ClusterImage,
    { group, total, signal }: { group: Group; total: number; signal: AbortSignal },
  ): Promise<string | undefined> {
    const { result, target } = this;
    try {
      const added = await copier.add(path);
      result[added.kind] += 1;
      if (added.kind === 'copied' && typeof added.name === 'string')
        this.copies.push(group.folder === '' ? added.name : `${group.folder}/${added.name}`);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof LinksRefused)
        return `${COPY_NAMES[target.as]} cannot be made in '${shortPath(target.root)}': ${error.message}`;
      if (isFull(error) || codeOf(error) === 'EROFS') {
        throw new UserError(
          `cannot write to '${shortPath(target.root)}' after ${result.copied} of ${total} images: ${fsReason(error)}`,
          { cause: error },
        );
      }
      result.failures.push({ image: name, reason: fsReason(error) });
    }
    return undefined;
  }

  private async withWords<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof UserError) throw error;
      throw new UserError(
        `cannot write into the folder '${shortPath(this.target.root)}': ${fsReason(error)}`,
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
    const made = await mkdir(outDir, { recursive: true, mode: FOLDER_MODE });
    const folder = await realpath(outDir);
    const stage = await makeTemporaryFolder(folder, { hidden: true });
    return { folder, stage, isNew: made !== undefined };
  } catch (error) {
    throw new UserError(`cannot write into the folder '${shortPath(outDir)}': ${fsReason(error)}`, {
      cause: error,
    });
  }
}

function imagesOf(run: StoredRun, stored: StoredClustering, cluster: number): ClusterImage[] {
  const { faces } = run;
  const members = membersOfCluster(stored, cluster);
  if (members === undefined)
    throw new UserError(
      `there is no cluster ${String(cluster)} any more: the faces were clustered anew`,
    );
  const images = new Map<string, ClusterImage>();
  for (const row of members) {
    const path = imagePath(run, row);
    images.set(faces.rawPaths[row] ?? path.toString(), { path, name: faces.image[row]! });
  }
  return [...images.values()];
}
