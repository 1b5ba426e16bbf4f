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

/** Folders that hold no photos of the user's. Hidden folders are left out as well. */
const SKIPPED_FOLDERS: ReadonlySet<string> = new Set([
  'node_modules',
  '__MACOSX',
  '$RECYCLE.BIN',
  '@eaDir',
]);

export interface Scan {
  images: ImageList;
  /** Folders that could not be listed. */
  failures: Failure[];
}

/** What is told while folders are listed. */
export interface ScanOptions {
  signal?: AbortSignal | undefined;
  /** Takes the number of images so far. */
  onFound?: ((images: number) => void) | undefined;
  /** Takes the first image, and of how many entries of its folder it is one. */
  onFirst?: ((image: ImageFile, entries: number) => void) | undefined;
}

type Name = string | Buffer;

/**
 * Finds the images below `folders`, in the order of their paths. Symbolic links are followed; a
 * folder reached twice (through a loop of links, or because one chosen folder lies in another) is
 * read once.
 *
 * @throws UserError where a chosen folder itself cannot be read.
 */
export async function scanImages(
  folders: readonly string[],
  { signal, onFound, onFirst }: ScanOptions = {},
): Promise<Scan> {
  const images = new ImageList(folders);
  const failures: Failure[] = [];
  const visited = new Set<string>();

  const visit = async (folder: number, path: Name, name: string): Promise<void> => {
    signal?.throwIfAborted();
    let entries: { name: Name; entry: Dirent | Dirent<Buffer> }[];
    try {
      const identity = await realpath(path, 'latin1');
      if (visited.has(identity)) return;
      visited.add(identity);
      entries = await list(path);
    } catch (error) {
      const reason = folderReason(error);
      if (name === '')
        throw new UserError(`cannot read the folder '${String(path)}': ${reason}`, {
          cause: error,
        });
      failures.push({ image: `${name}/`, reason });
      return;
    }
    const subfolders: { path: Name; name: string }[] = [];
    const prefix = typeof path === 'string' ? prefixOf(path) : Buffer.concat([path, SLASH]);
    for (const { name: raw, entry } of entries) {
      const text = raw.toString();
      if (text.startsWith('.') || SKIPPED_FOLDERS.has(text)) continue;
      const below = { path: joined(prefix, raw), name: name === '' ? text : `${name}/${text}` };
      const kind = entry.isSymbolicLink() ? await targetKind(below.path) : kindOf(entry);
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

  for (const [index, folder] of folders.entries()) await visit(index, folder, '');
  return { images, failures };
}

/** Which images a run is about: `chooseImages` of a list. */
export function chosenImages(
  images: ImageList,
  choice: { limit: number; sample: number; seed: number },
): ImageList {
  const chosen = chooseImages(
    Array.from({ length: images.length }, (_, index) => index),
    choice,
  );
  return chosen.length === images.length ? images : images.only(chosen);
}

/**
 * The first `limit` images, and of these `sample` drawn with the seed, kept in order. 0 stands for
 * all. Drawn by Vitter's selection sampling (Knuth, TAOCP 2, algorithm S): one pass, every subset
 * equally likely.
 */
export function chooseImages<T>(
  images: readonly T[],
  { limit, sample, seed }: { limit: number; sample: number; seed: number },
): T[] {
  const first = limit > 0 ? images.slice(0, limit) : [...images];
  if (sample === 0 || sample >= first.length) return first;
  const random = new Random(seed);
  let wanted = sample;
  return first.filter((_, index) => {
    const chosen = random.random() * (first.length - index) < wanted;
    if (chosen) wanted -= 1;
    return chosen;
  });
}

async function list(path: Name) {
  const byName = (a: { name: Name }, b: { name: Name }) =>
    compare(a.name.toString(), b.name.toString());
  const entries = await readdir(path, { withFileTypes: true });
  if (!entries.some((entry) => entry.name.includes('\uFFFD'))) {
    return entries.map((entry) => ({ name: entry.name, entry })).sort(byName);
  }
  // A name that is not UTF-8 opens only by its own bytes.
  const raw = await readdir(path, { withFileTypes: true, encoding: 'buffer' });
  return raw
    .map((entry) => ({ name: isUtf8(entry.name) ? entry.name.toString() : entry.name, entry }))
    .sort(byName);
}

const isUtf8 = (bytes: Buffer) => Buffer.from(bytes.toString('utf8'), 'utf8').equals(bytes);

/** Order of code units: the same on every machine, whatever its locale. */
const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

const SLASH = Buffer.from('/');

function joined(prefix: Name, name: Name): Name {
  if (typeof prefix === 'string' && typeof name === 'string') return prefix + name;
  return Buffer.concat([Buffer.from(prefix), Buffer.from(name)]);
}

const kindOf = (entry: { isDirectory(): boolean; isFile(): boolean }) =>
  entry.isDirectory() ? 'folder' : entry.isFile() ? 'file' : 'other';

async function targetKind(path: Name) {
  try {
    return kindOf(await stat(path));
  } catch {
    return 'broken link'; // reported where the name is an image's
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
