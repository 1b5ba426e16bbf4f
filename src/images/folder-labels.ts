import { basename } from 'node:path';

/** Short names of folders for users: the last part, or the whole path where two would be equal. */
export function folderLabels(folders: readonly string[]): string[] {
  return folders.map((folder) => {
    const label = basename(folder);
    return folders.some((other) => other !== folder && basename(other) === label) ? folder : label;
  });
}
