/** The copies among the faces of a run: they depend on its crops alone, and are found once. */
import { join } from 'node:path';
import * as z from 'zod';
import { COPIES } from './file-names';
import { base64, bytesOf, replaceFile } from './run-files';
import { readJson, unlessDamaged } from './run-schemas';

/** Version of the way in which copies are found. */
const COPIES_VERSION = 1;

const copiesSchema = z.object({ version: z.literal(COPIES_VERSION), originals: z.string() });

/** @param originals of each face, the face that it is a copy of; itself where it is none. */
export async function writeCopies(folder: string, originals: Int32Array): Promise<void> {
  const file: z.infer<typeof copiesSchema> = {
    version: COPIES_VERSION,
    originals: base64(originals),
  };
  await replaceFile(join(folder, COPIES), JSON.stringify(file));
}

/** @returns undefined where copies were not looked for in this way, or the file is damaged. */
export async function readCopies(folder: string, faces: number): Promise<Int32Array | undefined> {
  const value = await readJson(folder, COPIES).catch(unlessDamaged);
  const file = copiesSchema.safeParse(value).data;
  if (file === undefined) return undefined;
  const originals = new Int32Array(bytesOf(file.originals));
  // An original is no copy itself: so groups need no search, and an index is in its bounds.
  const isValid = (original: number) => originals[original] === original;
  return originals.length === faces && originals.every(isValid) ? originals : undefined;
}
