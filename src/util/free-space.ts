/** Room on a disk. */
import { statfsSync } from 'node:fs';

/**
 * Bytes that this user may still write to the disk of a folder; Infinity where that is not to be
 * known.
 */
export function freeSpace(folder: string): number {
  try {
    const { blocks, bavail, bsize } = statfsSync(folder);
    // some file systems over a network tell nothing
    return blocks === 0 ? Infinity : bavail * bsize;
  } catch {
    return Infinity; // writing tells
  }
}
