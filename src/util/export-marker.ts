/**
 * `.face-clusters.json`: lists the files this program wrote into a folder of the user's, so that it
 * replaces only these.
 *
 * What it promises, to other parts of the program as well: each file it names was written by this
 * program into this folder (not a copy of the user's: images that are copied on request are never
 * listed), with one of the given sizes and SHA-256 sums. A file of that name and content is the
 * program's own; one of that name and another content is the user's. A name is relative to the
 * folder, with `/` between its parts. An export that was interrupted may have left files unwritten
 * that are listed, never the reverse. The file may be damaged or forged: whoever reads it must
 * expect names that this program never writes.
 */
import { createHash } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import { join } from 'node:path';
import { isUnchanged, openRegular, statOf } from './user-files';

export const MARKER = '.face-clusters.json';
const VERSION = 1;

/** The file of the largest export is some hundred times smaller. */
const MOST_BYTES = 64e6;

/** A content that was written under a name. */
export interface OwnFile {
  name: string;
  /**
   * The part of the program that wrote it; a later run of the same part removes what it no longer
   * writes.
   */
  by: string;
  /** In bytes. */
  size: number;
  /** In hexadecimal. */
  sha256: string;
}

/**
 * The files the program wrote into a folder; undefined if there is no such list, or none that can
 * be read.
 */
export async function readMarker(folder: string): Promise<OwnFile[] | undefined> {
  const file = await openRegular(join(folder, MARKER));
  if (file === undefined) return undefined;
  try {
    if ((await file.stat()).size > MOST_BYTES) return undefined;
    return parseMarker(await file.readFile('utf8'));
  } finally {
    await file.close();
  }
}

function parseMarker(text: string): OwnFile[] | undefined {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof content !== 'object' || content === null) return undefined;
  const { program, version, files } = content as Partial<Record<string, unknown>>;
  if (program !== 'face-clusters' || version !== VERSION || !Array.isArray(files)) return undefined;
  return files.filter(isOwnFile);
}

export function markerText(files: readonly OwnFile[]): string {
  const about =
    'Files that Face Clusters wrote into this folder. It replaces only these, and only while they are unchanged.';
  return `${JSON.stringify({ program: 'face-clusters', version: VERSION, about, files }, null, 1)}\n`;
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

/** What lies where a file is to be written. */
export type Found =
  | { kind: 'nothing' }
  /** Written by this program, and unchanged since. */
  | { kind: 'own'; stats: BigIntStats }
  /** Another file, or a link. */
  | { kind: 'foreign'; stats: BigIntStats };

/** Tells whose file lies at a path. @param versions contents the program wrote there. */
export async function findFile(path: string, versions: readonly OwnFile[]): Promise<Found> {
  const before = await statOf(path);
  if (before === undefined) return { kind: 'nothing' };
  const likely = versions.filter(({ size }) => BigInt(size) === before.size);
  const file = likely.length === 0 ? undefined : await openRegular(path);
  if (file === undefined) return { kind: 'foreign', stats: before };
  try {
    const stats = await file.stat({ bigint: true });
    if (!isUnchanged(before, stats)) return { kind: 'foreign', stats }; // somebody is writing it
    const hash = createHash('sha256');
    for await (const chunk of file.createReadStream({ autoClose: false }))
      hash.update(chunk as Buffer);
    const sum = hash.digest('hex');
    return { kind: likely.some(({ sha256 }) => sha256 === sum) ? 'own' : 'foreign', stats };
  } finally {
    await file.close();
  }
}
