/** Free space of a disk. */
import { statfsSync } from 'node:fs';

/** Bytes that this user can write to the disk of a folder; Infinity where unknown. */
export function freeSpace(folder: string): number {
  try {
    const { blocks, bavail, bsize } = statfsSync(folder);
    // some network file systems report 0 blocks
    return blocks === 0 ? Infinity : bavail * bsize;
  } catch {
    return Infinity; // an attempt to write reports the reason
  }
}
