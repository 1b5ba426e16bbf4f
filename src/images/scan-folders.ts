/** Stage 1: folders → image files. */
import type { Dirent } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { Random } from 'ml-random';
import type { Failure } from '../domain/run';
import { codeOf, UserError } from '../util/errors';
import { fsReason } from '../util/fs-errors';
import { IMAGE_EXTENSIONS } from './image-extensions';
import { ImageList, prefixOf, type ImageFile } from './image-list';
import { isScannedArchive, scanArchive } from './scan-archive';

/** Folders without photos of the user. Hidden folders are skipped as well. */
const SKIPPED_FOLDERS: ReadonlySet<string> = new Set([
  'node_modules',
  '__MACOSX',
  '$RECYCLE.BIN',
  '@eaDir',
]);

export interface ScanResult {
  images: ImageList;
  /** Folders that could not be listed. */
  failures: Failure[];
}

/** Cancellation and progress of a scan. */
export interface ScanOptions {
  signal?: AbortSignal | undefined;
  /** Called with the number of images found so far. */
  onFound?: ((images: number) => void) | undefined;
  /** Called with the first image, and the number of entries in its folder. */
  onFirst?: ((image: ImageFile, entries: number) => void) | undefined;
}

type RawPath = string | Buffer;

const isSkipped = (name: string) => name.startsWith('.') || SKIPPED_FOLDERS.has(name);

/**
 * Finds the images below `folders`, in the order of their paths. Symbolic links are followed; a
 * folder reached twice (through a loop of links, or because one chosen folder lies in another) is
 * read once. A chosen archive is scanned as if it were a folder; an archive in a folder is not.
 *
 * @throws UserError where a chosen folder itself cannot be read.
 */
export async function scanImages(
  folders: readonly string[],
  { signal, onFound, onFirst }: ScanOptions = {},
): Promise<ScanResult> {
  const images = new ImageList(folders);
  const failures: Failure[] = [];
  const visited = new Set<string>();

  const visit = async (folder: number, path: RawPath, name: string): Promise<void> => {
    signal?.throwIfAborted();
    let entries: { name: RawPath; entry: Dirent | Dirent<Buffer> }[];
    try {
      const identity = await realpath(path, 'latin1');
      if (visited.has(identity)) return;
      visited.add(identity);
      entries = await listEntries(path);
    } catch (error) {
      const reason = folderReason(error);
      if (name === '')
        throw new UserError(`cannot read the folder '${String(path)}': ${reason}`, {
          cause: error,
        });
      failures.push({ image: `${name}/`, reason });
      return;
    }
    const subfolders: { path: RawPath; name: string }[] = [];
    const prefix = typeof path === 'string' ? prefixOf(path) : Buffer.concat([path, SLASH]);
    for (const { name: raw, entry } of entries) {
      const text = raw.toString();
      if (isSkipped(text)) continue;
      const below = { path: joinPath(prefix, raw), name: name === '' ? text : `${name}/${text}` };
      const kind = entry.isSymbolicLink() ? await linkTargetKind(below.path) : kindOf(entry);
      if (kind === 'folder') {
        subfolders.push(below);
      } else if (IMAGE_EXTENSIONS.has(extname(text).toLowerCase()) && kind === 'broken link') {
        failures.push({ image: below.name, reason: 'a symbolic link whose target does not exist' });
      } else if (IMAGE_EXTENSIONS.has(extname(text).toLowerCase()) && kind === 'file') {
        images.push({ folder, ...below });
        if (images.length === 1) onFirst?.({ folder, ...below }, entries.length);
      }
    }
    onFound?.(images.length);
    for (const subfolder of subfolders) await visit(folder, subfolder.path, subfolder.name);
  };

  const scan = { images, failures, visited, isSkipped, signal, onFound, onFirst };
  for (const [index, folder] of folders.entries()) {
    if (isScannedArchive(folder)) await scanArchive(index, folder, scan);
    else await visit(index, folder, '');
  }
  return { images, failures };
}

/** `chooseImages` for an `ImageList`. */
export function selectImages(
  images: ImageList,
  choice: { limit: number; sample: number; seed: number },
): ImageList {
  const chosen = chooseImages(
    Array.from({ length: images.length }, (_, index) => index),
    choice,
  );
  return chosen.length === images.length ? images : images.select(chosen);
}

/**
 * The first `limit` images, or a random `sample` of these, in their order. 0 means all. Selection
 * sampling (Knuth, TAOCP 2, algorithm S) takes one pass and makes every subset equally likely.
 */
export function chooseImages<T>(
  images: readonly T[],
  { limit, sample, seed }: { limit: number; sample: number; seed: number },
): T[] {
  const first = limit > 0 ? images.slice(0, limit) : [...images];
  if (sample === 0 || sample >= first.length) return first;
  const random = new Random(seed);
  let remaining = sample;
  return first.filter((_, index) => {
    const chosen = random.random() * (first.length - index) < remaining;
    if (chosen) remaining -= 1;
    return chosen;
  });
}

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
      return 'it does not exist';
    case 'ENOTDIR':
      return 'it is not a folder';
    case 'EACCES':
    case 'EPERM':
      return 'no permission to read it';
    default:
      return fsReason(error);
  }
}
