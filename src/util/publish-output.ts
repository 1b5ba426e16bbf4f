/** Moves the files of an output from a temporary folder to their places. */
import { rename, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { shortPath } from '../text/short-path';
import { t } from '../text/translate';
import { UserError } from './errors';
import {
  type Found,
  type OwnFile,
  readMarker,
  readWholeMarker,
  writeMarker,
} from './export-marker';
import { fsReason } from './fs-errors';
import { findFiles, findOwn, foreignIn, type OutputKind } from './output-files';
import { removeEmptyFolders } from './output-root';
import { folderOf, isUnchanged, publishNew, statOf } from './user-files';

export interface Written {
  /** Names of the written files, in order. */
  files: string[];
  /** Existing files that the program did not write. If there are any, nothing was written. */
  inTheWay: string[];
  /** Obsolete files of an earlier run that were not removed, because they were changed since. */
  kept: string[];
}

/** Moves files from the temporary folder to their places. */
export class Publication {
  constructor(
    private readonly root: string,
    private readonly stage: string,
    private readonly kind: OutputKind,
    private readonly overwrite: boolean,
  ) {}

  async publish(
    files: readonly OwnFile[],
    { keep, key }: { keep: readonly string[]; key: string | undefined },
  ): Promise<Written> {
    const { root, kind } = this;
    const names = files.map(({ name }) => name);
    const written = new Set(names);
    const current = new Set([...names, ...keep]);
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
      throw new UserError(
        t(
          "cannot write '{0}' in '{1}': {2}; {3} of {4} files were written before",
          names[done]!,
          shortPath(root),
          reason,
          done,
          files.length,
        ),
        { cause: error },
      );
    }
    const isStale = ({ name, by }: OwnFile) =>
      by === kind.name && kind.names.test(name) && !current.has(name);
    const kept = await this.removeStale(before.filter(isStale));
    const others = (await readMarker(root)) ?? [];
    await this.mark(
      [...others.filter((file) => !isStale(file) && !written.has(file.name)), ...files],
      key,
    );
    return { files: [...current], inTheWay: [], kept };
  }

  /** Moves a file to its place, unless the file there has changed since it was found. */
  private async place(name: string, found: Found): Promise<void> {
    const folder = await folderOf(this.root, name, true);
    const target = join(folder!, name.split('/').pop()!);
    const temporary = join(this.stage, 'files', name);
    if (found.kind === 'nothing') {
      if (!(await publishNew(temporary, target)))
        throw new UserError(t('another program has written it in the meantime'));
      return;
    }
    const now = await statOf(target);
    if (now === undefined || !isUnchanged(found.stats, now))
      throw new UserError(t('another program has changed it in the meantime'));
    await rename(temporary, target);
  }

  /** @param key of all files of this kind; undefined while they are not complete. */
  private async mark(files: readonly OwnFile[], key?: string): Promise<void> {
    const { copies = [], keys: before = {} } = (await readWholeMarker(this.root)) ?? {};
    const { [this.kind.name]: _, ...others } = before;
    const keys = key === undefined ? others : { ...others, [this.kind.name]: key };
    await writeMarker(this.root, this.stage, { files: [...files], copies, keys });
  }

  /** @returns names of files that stay, because they were changed. */
  private async removeStale(files: readonly OwnFile[]): Promise<string[]> {
    const kept: string[] = [];
    for (const name of new Set(files.map((file) => file.name))) {
      const found = await findOwn(this.root, name, files);
      const path = join(this.root, ...name.split('/'));
      if (found.kind === 'foreign') kept.push(name);
      if (found.kind === 'own') await unlink(path);
      await removeEmptyFolders(dirname(path), this.root);
    }
    return kept;
  }
}
