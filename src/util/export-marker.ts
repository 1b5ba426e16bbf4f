/**
 * The marker, `.face-clusters.json`: lists the files that this program wrote into a folder of the
 * user, so that it replaces no others.
 *
 * A listed file with one of the listed contents (size and SHA-256) is the program's own; with
 * another content it is the user's. Copies of the user's images are never among these: they are
 * listed apart, so that a scan of a folder above does not take them for further images. Names are
 * relative to the folder, with `/` between their parts. After an interrupted export, listed files
 * may be missing, but every written file is listed. The marker may be damaged or forged, so readers
 * must expect names that this program never writes.
 */
import { createHash } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FILE_MODE, isUnchanged, openRegular, statOf } from './user-files';

export const MARKER = '.face-clusters.json';
const VERSION = 1;

/** Limit of a marker's size; that of the largest export is about 100 times smaller. */
const MAX_BYTES = 64e6;

/** A file with the content that the program wrote. */
export interface OwnFile {
  name: string;
  /** Name of the output kind; a later run of the same kind removes files it no longer writes. */
  by: string;
  /** In bytes. */
  size: number;
  /** In hexadecimal. */
  sha256: string;
}

/** What a marker says of its folder. */
interface Marker {
  /** Files that the program wrote. */
  files: OwnFile[];
  /** Names of copies of the user's images, and of links to them. */
  copies: string[];
}

/** The files that the program wrote into a folder; undefined if there is no valid marker. */
export const readMarker = async (folder: string): Promise<OwnFile[] | undefined> =>
  (await readWholeMarker(folder))?.files;

/** The marker of a folder; undefined if there is no valid one. */
export async function readWholeMarker(folder: string): Promise<Marker | undefined> {
  const file = await openRegular(join(folder, MARKER));
  if (file === undefined) return undefined;
  try {
    if ((await file.stat()).size > MAX_BYTES) return undefined;
    return parseMarker(await file.readFile('utf8'));
  } finally {
    await file.close();
  }
}

function parseMarker(text: string): Marker | undefined {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof content !== 'object' || content === null) return undefined;
  const { program, version, files, copies } = content as Partial<Record<string, unknown>>;
  if (program !== 'face-clusters' || version !== VERSION || !Array.isArray(files)) return undefined;
  return {
    files: files.filter(isOwnFile),
    copies: Array.isArray(copies) ? copies.filter((name) => typeof name === 'string') : [],
  };
}

function markerText({ files, copies }: Marker): string {
  const about =
    'Files that Face Clusters wrote into this folder. It replaces only these, and only while they are unchanged.';
  const content = { program: 'face-clusters', version: VERSION, about, files };
  return `${JSON.stringify(copies.length === 0 ? content : { ...content, copies }, null, 1)}\n`;
}

/**
 * Lists copies in the marker of a folder, unless the file there is no marker.
 * @param stage a temporary folder in the same file system.
 * @param copies names below the folder.
 */
export async function markCopies(
  root: string,
  stage: string,
  copies: readonly string[],
): Promise<void> {
  const marker = await readWholeMarker(root);
  if (marker === undefined && (await statOf(join(root, MARKER))) !== undefined) return;
  const { files = [], copies: before = [] } = marker ?? {};
  await writeMarker(root, stage, { files, copies: [...new Set([...before, ...copies])] });
}

/** @param stage a temporary folder in the same file system. */
export async function writeMarker(root: string, stage: string, marker: Marker): Promise<void> {
  const temporary = join(stage, MARKER);
  await writeFile(temporary, markerText(marker), { mode: FILE_MODE });
  await rename(temporary, join(root, MARKER));
}

function isOwnFile(value: unknown): value is OwnFile {
  if (typeof value !== 'object' || value === null) return false;
  const { name, by, size, sha256 } = value as Partial<Record<keyof OwnFile, unknown>>;
  return (
    typeof name === 'string' &&
    typeof by === 'string' &&
    typeof size === 'number' &&
    typeof sha256 === 'string'
  );
}

/** The state of a path that is to be written to. */
export type Found =
  | { kind: 'nothing' }
  /** Written by this program, and unchanged since. */
  | { kind: 'own'; stats: BigIntStats }
  /** Another file, or a link. */
  | { kind: 'foreign'; stats: BigIntStats };

/** @param versions contents that the program wrote to this path. */
export async function findFile(path: string, versions: readonly OwnFile[]): Promise<Found> {
  const before = await statOf(path);
  if (before === undefined) return { kind: 'nothing' };
  const likely = versions.filter(({ size }) => BigInt(size) === before.size);
  const file = likely.length === 0 ? undefined : await openRegular(path);
  if (file === undefined) return { kind: 'foreign', stats: before };
  try {
    const stats = await file.stat({ bigint: true });
    if (!isUnchanged(before, stats)) return { kind: 'foreign', stats }; // another program is writing it
    const hash = createHash('sha256');
    for await (const chunk of file.createReadStream({ autoClose: false }))
      hash.update(chunk as Buffer);
    const sum = hash.digest('hex');
    return { kind: likely.some(({ sha256 }) => sha256 === sum) ? 'own' : 'foreign', stats };
  } finally {
    await file.close();
  }
}
