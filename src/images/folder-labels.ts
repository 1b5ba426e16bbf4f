/** Names of folders for people. */
import { basename } from 'node:path';

/** Short names of folders for people: the last part, or more of it where two would be alike. */
export function folderLabels(folders: readonly string[]): string[] {
  return folders.map((folder) => {
    const label = basename(folder);
    return folders.some((other) => other !== folder && basename(other) === label) ? folder : label;
  });
}
