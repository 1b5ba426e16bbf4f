/** Saves a comparison as a chart or a table. */
import { join } from 'node:path';
import * as vscode from 'vscode';
import { comparisonChart } from '../../summaries/comparison-chart';
import { comparisonCsv } from '../../summaries/comparison-table';
import { csvText } from '../../text/csv-text';
import { forName } from '../../text/neutralize';
import { UserError } from '../../util/errors';
import { writeChosenFile } from '../../util/user-files';
import { showInformation } from '../outlets';
import type { RunSession } from '../runs/run-session';

export async function saveComparison({ comparison, folders }: RunSession): Promise<void> {
  if (comparison === null) return;
  const first = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? folders[0] ?? '';
  const target = await vscode.window.showSaveDialog({
    title: 'Save the comparison',
    defaultUri: vscode.Uri.file(join(first, 'comparison.svg')),
    filters: { 'Chart (SVG)': ['svg'], 'Table (CSV)': ['csv'] },
  });
  if (target === undefined) return;
  if (target.scheme !== 'file')
    throw new UserError(
      `expected a file on a disk of the computer that VS Code works on, got '${forName(target.toString())}'`,
    );
  const table = target.fsPath.toLowerCase().endsWith('.csv');
  await writeChosenFile(
    target.fsPath,
    table ? csvText(comparisonCsv(comparison)) : comparisonChart(comparison),
  );
  void showInformation(`Face Clusters: the comparison was written to '${forName(target.fsPath)}'.`);
}
