/** What a process that is killed leaves in a folder it was to write into. */
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { removeEmptyFolders } from './output-root';
import { sweepTemporaryFolders } from './temporary-folder';

/**
 * Call it before the process begins.
 * @param folder that it writes into; it need not exist.
 * @returns what removes its temporary folders when it is dead, and the folders that did not exist
 * before and are empty. Never throws.
 */
export function outputCleaner(folder: string): () => Promise<void> {
  let top = folder;
  while (!existsSync(top) && top !== dirname(top)) top = dirname(top);
  return async () => {
    await sweepTemporaryFolders(folder);
    await removeEmptyFolders(folder, top);
  };
}
