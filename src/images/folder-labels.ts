/** Names of images and folders for users. */
import { basename } from 'node:path';

/** Short names of folders for users: the last part, or the whole path where two would be equal. */
export function folderLabels(folders: readonly string[]): string[] {
  return folders.map((folder) => {
    const label = basename(folder);
    return folders.some((other) => other !== folder && basename(other) === label) ? folder : label;
  });
}

/**
 * Names images for users: by their paths below the chosen folder, and that folder in front where
 * several were chosen.
 */
export function imageNames(
  folders: readonly string[],
): (image: { folder: number; name: string }) => string {
  if (folders.length === 1) return ({ name }) => name;
  const labels = folderLabels(folders);
  return ({ folder, name }) => `${labels[folder]!}/${name}`;
}
