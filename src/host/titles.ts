/** Names of runs and clusters in VS Code. */
import { readableAttribute } from '../domain/attributes';
import type { ClusterSummary } from '../domain/clustering';
import { folderLabels } from '../images/folder-labels';
import { plural } from '../text/numbers';

export const runTitle = (folders: readonly string[]): string => folderLabels(folders).join(' + ');

/** `1,204 faces: Male, Smiling`. */
export function clusterText({ size, prominent }: ClusterSummary): string {
  const names = prominent.map(readableAttribute).join(', ');
  return names === '' ? plural(size, 'face') : `${plural(size, 'face')}: ${names}`;
}
