/** Names that the images of CelebAMask-HQ have in CelebA, whose partitions they are in. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathParts, stemOf } from './image-names';
import { eachLine } from './lines';
import { tablePieces } from './table-pieces';

const MAPPING = 'CelebA-HQ-to-CelebA-mapping.txt';

/**
 * @param folder of the labels.
 * @returns what finds the name in CelebA; names stay as they are where no table maps them.
 * @throws UserError where the table cannot be read; the signal's reason.
 */
export async function originalNames(
  folder: string,
  signal?: AbortSignal,
): Promise<(name: string) => string> {
  const file = join(folder, MAPPING);
  if (!existsSync(file)) return (name) => name;
  const originals = new Map<string, string>();
  await eachLine(tablePieces(file, 'names', signal), (bytes, start, end) => {
    // idx, orig_idx, orig_file
    const [index, , original] = bytes.toString('utf8', start, end).trim().split(/\s+/);
    if (index !== undefined && original !== undefined) originals.set(index, original);
    return true;
  });
  return (name) => originals.get(stemOf(pathParts(name).at(-1) ?? '')) ?? name;
}
