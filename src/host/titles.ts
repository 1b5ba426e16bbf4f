/** Names of runs and clusters in VS Code. */
import type { ClusterSummary } from '../domain/clustering';
import { folderLabels } from '../images/folder-labels';
import { clusterTitles } from '../summaries/cluster-titles';
import { clusterTitle, plural } from '../text/numbers';
import type { RunSession } from './runs/run-session';

export const runTitle = (folders: readonly string[]): string => folderLabels(folders).join(' + ');

/** `1,204 faces · 3`: with the number of the cluster. */
export function clusterText({ id, size }: ClusterSummary): string {
  return id < 0 ? plural(size, 'face') : `${plural(size, 'face')} · ${id}`;
}

/** The name of a cluster: the one that a person gave it, or one in words. */
export function titleOfCluster(
  { clustering }: Pick<RunSession, 'clustering'>,
  { id }: ClusterSummary,
): string {
  const title = clustering === null ? undefined : clusterTitles(clustering).get(id);
  return title?.text ?? clusterTitle(id);
}
