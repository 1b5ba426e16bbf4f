/** Stage 1: folders → image files. */
import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import type { Failure, LeftOut } from '../domain/run';
import { t } from '../text/translate';
import { codeOf, UserError } from '../util/errors';
import { MARKER, readWholeMarker } from '../util/export-marker';
import { fsReason } from '../util/fs-errors';
import { glob, type Glob } from '../util/glob';
import { imageNames } from './folder-labels';
import { holdsImage } from './holds-image';
import { IMAGE_EXTENSIONS } from './image-extensions';
import { ImageList, prefixOf, type ImageFile } from './image-list';
import { addFolder, addUnread, isFolderLeftOut, nothingLeftOut, unreadKind } from './left-out';
import { isScannedArchive, scanArchive } from './scan-archive';

export interface ScanResult {
  images: ImageList;
  /** Folders that could not be listed. */
  failures: Failure[];
  leftOut: LeftOut;
  /** Whether a symbolic link led to an image or a folder: then images may have several names. */
  hasLinks: boolean;
}

/** Cancellation, progress and choices of a scan. */
export interface ScanOptions {
  signal?: AbortSignal | undefined;
  /** Globs (util/glob.ts) of the only images that are read; none means all. */
  include?: readonly string[];
  /** Globs of images and folders that are left out. */
  exclude?: readonly string[];
  /** Called with the number of images found so far. */
  onFound?: ((images: number) => void) | undefined;
  /** Called with the first image, and the number of entries in its folder. */
  onFirst?: ((image: ImageFile, entries: number) => void) | undefined;
}

type RawPath = string | Buffer;

/** A folder that is visited. */
interface Folder {
  /** Index of the chosen folder above. */
  folder: number;
  path: RawPath;
  /** Relative to the chosen folder; empty for that itself. */
  name: string;
}

/**
 * Finds the images below `folders`, in the order of their paths. Symbolic links are followed; a
 * folder reached twice (through a loop of links, or because one chosen folder lies in another) is
 * read once. A chosen archive is scanned as if it were a folder; an archive in a folder is not.
 *
 * @throws UserError where a chosen folder itself cannot be read, or a glob is not valid.
 */
export async function scanImages(
  folders: readonly string[],
  options: ScanOptions = {},
): Promise<ScanResult> {
  const scan = new Scan(folders, options);
  for (const [folder, path] of folders.entries()) {
    if (isScannedArchive(path)) await scanArchive(folder, path, scan, options);
    else await scan.visit({ folder, path, name: '' });
  }
  const { images, failures, leftOut, hasLinks } = scan;
  return { images, failures, leftOut, hasLinks };
}

class Scan implements ScanResult {
  readonly images: ImageList;
  readonly failures: Failure[] = [];
  readonly leftOut = nothingLeftOut();
  hasLinks = false;

  readonly visited = new Set<string>();
  private readonly nameOf: ReturnType<typeof imageNames>;
  private readonly include: readonly Glob[];
  private readonly exclude: readonly Glob[];
  /** Files that this program wrote, as `folder index/name`. */
  private readonly exported = new Set<string>();

  constructor(
    folders: readonly string[],
    private readonly options: ScanOptions,
  ) {
    this.images = new ImageList(folders);
    this.nameOf = imageNames(folders);
    this.include = (options.include ?? []).map(glob);
    this.exclude = (options.exclude ?? []).map(glob);
  }

  async visit(folder: Folder): Promise<void> {
    this.options.signal?.throwIfAborted();
    const entries = await this.list(folder);
    if (entries === undefined) return;
    if (entries.some(({ name }) => name === MARKER)) await this.noteExported(folder);
    const subfolders: Folder[] = [];
    const { path } = folder;
    const prefix = typeof path === 'string' ? prefixOf(path) : Buffer.concat([path, SLASH]);
    for (const { name: raw, entry } of entries) {
      const text = shownName(raw);
      const name = folder.name === '' ? text : `${folder.name}/${text}`;
      const below = { folder: folder.folder, path: joinPath(prefix, raw), name };
      const isLink = entry.isSymbolicLink();
      const kind = isLink ? await linkTargetKind(below.path) : kindOf(entry);
      if (isLink && kind !== 'broken link') this.hasLinks = true;
      if (kind === 'folder') {
        if (!this.leavesFolderOut(text, folder)) subfolders.push(below);
      } else if (this.isImage(text, below, kind === 'file' && (await saysContent(text, below)))) {
        if (kind === 'file') this.add(below, entries.length);
        else if (kind === 'broken link')
          this.fail(below, t('a symbolic link whose target does not exist'));
      }
    }
    this.options.onFound?.(this.images.length);
    for (const subfolder of subfolders) await this.visit(subfolder);
  }

  /** @returns undefined where the folder was visited before, or cannot be read. */
  private async list({ folder, path, name }: Folder) {
    try {
      const identity = await realpath(path, 'latin1');
      if (this.visited.has(identity)) return undefined;
      this.visited.add(identity);
      return await listEntries(path);
    } catch (error) {
      const reason = folderReason(error);
      if (name === '')
        throw new UserError(t("cannot read the folder '{0}': {1}", String(path), reason), {
          cause: error,
        });
      this.fail({ folder, name: `${name}/` }, reason);
      return undefined;
    }
  }

  private async noteExported({ folder, path, name }: Folder): Promise<void> {
    if (typeof path !== 'string') return; // exports are written only where paths are UTF-8
    const marker = await readWholeMarker(path);
    if (marker === undefined) return;
    // Whoever chooses a folder of copies wants them.
    const copies = name === '' ? [] : marker.copies;
    for (const file of [...marker.files.map((each) => each.name), ...copies])
      this.exported.add(`${folder}/${name === '' ? '' : `${name}/`}${file}`);
  }

  leavesFolderOut(text: string, { folder, path, name }: Folder): boolean {
    const below = name === '' ? text : `${name}/${text}`;
    const parent = name === '' ? basename(path.toString()) : basename(name);
    if (!isFolderLeftOut(text, parent) && !this.exclude.some((matches) => matches(below)))
      return false;
    addFolder(this.leftOut, this.nameOf({ folder, name: below }));
    return true;
  }

  /**
   * Whether a file is an image that is to be read; counts it if it only looks like one.
   * @param isByContent whether it is an image whose name does not say so.
   */
  isImage(text: string, { folder, name }: Folder, isByContent = false): boolean {
    const { leftOut } = this;
    const isExported = this.exported.has(`${folder}/${name}`);
    if (!isByContent && !IMAGE_EXTENSIONS.has(extname(text).toLowerCase())) {
      const kind = isExported || text.startsWith('.') ? undefined : unreadKind(text);
      if (kind !== undefined) addUnread(leftOut, kind);
      return false;
    }
    const isIncluded = this.include.length === 0 || this.include.some((matches) => matches(name));
    if (text.startsWith('.')) leftOut.hidden += 1;
    else if (isExported) leftOut.exported += 1;
    else if (!isIncluded || this.exclude.some((matches) => matches(name))) leftOut.excluded += 1;
    else return true;
    return false;
  }

  add(image: ImageFile, entries: number): void {
    this.images.push(image);
    if (this.images.length === 1) this.options.onFirst?.(image, entries);
  }

  fail(image: { folder: number; name: string }, reason: string): void {
    this.failures.push({ image: this.nameOf(image), reason });
  }
}

/** Whether the content says that a file without an extension is an image. */
const saysContent = async (text: string, { path }: Folder): Promise<boolean> =>
  extname(text) === '' && !text.startsWith('.') && (await holdsImage(path));

async function listEntries(path: RawPath) {
  const byName = (a: { name: RawPath }, b: { name: RawPath }) =>
    compareCodeUnits(a.name.toString(), b.name.toString());
  const entries = await readdir(path, { withFileTypes: true });
  if (!entries.some((entry) => entry.name.includes('\uFFFD'))) {
    return entries.map((entry) => ({ name: entry.name, entry })).sort(byName);
  }
  // Files whose names are not UTF-8 can be opened only with the bytes of the name.
  const raw = await readdir(path, { withFileTypes: true, encoding: 'buffer' });
  return raw
    .map((entry) => ({ name: isUtf8(entry.name) ? entry.name.toString() : entry.name, entry }))
    .sort(byName);
}

/** Bytes that are not UTF-8 become `\xFC`, so that names that differ stay apart. */
function shownName(name: RawPath): string {
  if (typeof name === 'string') return name;
  let text = '';
  for (let at = 0; at < name.length;) {
    const length = [1, 2, 3, 4].find((size) => isUtf8(name.subarray(at, at + size)));
    text +=
      length === undefined
        ? `\\x${name[at]!.toString(16).toUpperCase().padStart(2, '0')}`
        : name.toString('utf8', at, at + length);
    at += length ?? 1;
  }
  return text;
}

const isUtf8 = (bytes: Buffer) => Buffer.from(bytes.toString('utf8'), 'utf8').equals(bytes);

/** By code units: the same order on every machine, whatever its locale. */
const compareCodeUnits = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

const SLASH = Buffer.from('/');

function joinPath(prefix: RawPath, name: RawPath): RawPath {
  if (typeof prefix === 'string' && typeof name === 'string') return prefix + name;
  return Buffer.concat([Buffer.from(prefix), Buffer.from(name)]);
}

const kindOf = (entry: { isDirectory(): boolean; isFile(): boolean }) =>
  entry.isDirectory() ? 'folder' : entry.isFile() ? 'file' : 'other';

async function linkTargetKind(path: RawPath) {
  try {
    return kindOf(await stat(path));
  } catch {
    return 'broken link'; // reported only if it has the name of an image
  }
}

function folderReason(error: unknown): string {
  switch (codeOf(error)) {
    case 'ENOENT':
      return t('it does not exist');
    case 'ENOTDIR':
      return t('it is not a folder');
    case 'EACCES':
    case 'EPERM':
      return t('no permission to read it');
    default:
      return fsReason(error);
  }
}
