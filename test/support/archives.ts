/** Reads archives as the product does. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { entryPlace } from '../../src/archives/archive-path';
import { makeIndex } from '../../src/archives/open-archives';
import { readEntry } from '../../src/archives/read-entry';
import { temporaryFolder } from './images';

/** @param name of the file, whose extension tells nothing. @returns its path. */
export async function writtenArchive(name: string, ...parts: Uint8Array[]): Promise<string> {
  const path = join(await temporaryFolder(), name);
  await writeFile(path, Buffer.concat(parts));
  return path;
}

/**
 * The content of an entry, as text, which is the same whether entries are read ahead.
 * @param limit bytes that an entry may have.
 */
export async function entryText(archive: string, name: string, limit = 1e6): Promise<string> {
  const place = entryPlace(`${archive}/${name}`)!;
  const bytes = await readEntry(place, limit, { ahead: false });
  expect(await readEntry(place, limit, { ahead: true })).toEqual(bytes);
  return bytes.toString();
}

export async function entryNames(archive: string): Promise<string[]> {
  const { entries } = await makeIndex(archive);
  return Array.from({ length: entries.length }, (_, row) => entries.nameAt(row));
}

/** Why an entry cannot be read; undefined where it can. */
export const entryProblem = async (archive: string, row = 0) =>
  (await makeIndex(archive)).entries.problemAt(row);
