/** Saves a comparison as a chart or a table. */
import { dirname, join } from 'node:path';
import * as vscode from 'vscode';
import { comparisonChart } from '../../summaries/comparison-chart';
import { comparisonCsv } from '../../summaries/comparison-table';
import { csvText } from '../../text/csv-text';
import { forName } from '../../text/neutralize';
import { t } from '../../text/translate';
import { writeChosenFile } from '../../util/user-files';
import { chartAs, chartFilters, chooseFile } from '../chart-file';
import { showInformation } from '../outlets';
import type { RunSession } from '../runs/run-session';

export async function saveComparison(session: RunSession): Promise<void> {
  const { comparison, folders } = session;
  if (comparison === null) return;
  const start = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? dirname(folders[0] ?? '');
  const filters = { ...chartFilters(), [t('Table (CSV)')]: ['csv'] };
  const file = await chooseFile(t('Save the comparison'), join(start, 'comparison.svg'), filters);
  if (file === undefined) return;
  const content = file.toLowerCase().endsWith('.csv')
    ? csvText(comparisonCsv(comparison))
    : await chartAs(file, comparisonChart(comparison), session);
  await writeChosenFile(file, content);
  void showInformation(t("Face Clusters: the comparison was written to '{0}'.", forName(file)));
}
