/** Saves charts, as SVG or PNG, where the user chooses. */
import { dirname, join } from 'node:path';
import * as vscode from 'vscode';
import { chartOf } from '../../summaries/occurrence-chart';
import { fileNameOf } from '../../text/file-name';
import { forName } from '../../text/neutralize';
import { t } from '../../text/translate';
import { writeChosenFile } from '../../util/user-files';
import { chartAs, chartFilters, chooseFile } from '../chart-file';
import { showInformation } from '../outlets';
import { titleOfCluster } from '../titles';
import type { ClusterTarget } from './targets';

/** Saves the occurrence chart of a cluster. */
export async function saveChart({ session, cluster }: ClusterTarget): Promise<void> {
  const { clustering, folders } = session;
  if (clustering === null) return;
  const name = `${fileNameOf(titleOfCluster(session, cluster)) || 'cluster'}.svg`;
  const start = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? dirname(folders[0] ?? '');
  const file = await chooseFile(t('Save the chart'), join(start, name), chartFilters());
  if (file === undefined) return;
  await writeChosenFile(file, await chartAs(file, chartOf(cluster, clustering.overall), session));
  void showInformation(t("Face Clusters: the chart was written to '{0}'.", forName(file)));
}
