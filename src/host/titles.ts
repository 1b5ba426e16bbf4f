/** What runs and clusters are called in VS Code. */
import { readableAttribute } from '../attributes';
import { folderLabels } from '../faces/folder-labels';
import type { ClusterSummary } from '../protocol';

export const runTitle = (folders: readonly string[]): string => folderLabels(folders).join(' + ');

/** `9,490 faces`. */
export const facesText = (faces: number): string => `${faces.toLocaleString('en')} face${faces === 1 ? '' : 's'}`;

export const clusterTitle = (id: number): string => (id < 0 ? 'Noise' : `Cluster ${String(id)}`);

/** `1,204 faces: Male, Smiling`. */
export function clusterText({ size, prominent }: ClusterSummary): string {
  const names = prominent.map(readableAttribute).join(', ');
  return names === '' ? facesText(size) : `${facesText(size)}: ${names}`;
}
