/** Writes a comparison where the user wants it, as a chart or as a table. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { comparisonChart } from '../summaries/comparison-chart';
import { comparisonCsv } from '../summaries/comparison-table';
import { forName } from '../text/neutralize';
import { showInformation } from './outlets';
import type { RunSession } from './run-session';

export async function saveComparison({ comparison, folders }: RunSession): Promise<void> {
  if (comparison === null) return;
  const first = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? folders[0] ?? '';
  const target = await vscode.window.showSaveDialog({
    title: 'Save the comparison',
    defaultUri: vscode.Uri.file(join(first, 'comparison.svg')),
    filters: { 'Chart (SVG)': ['svg'], 'Table (CSV)': ['csv'] },
  });
  if (target === undefined) return;
  const table = target.fsPath.toLowerCase().endsWith('.csv');
  await writeFile(target.fsPath, table ? comparisonCsv(comparison) : comparisonChart(comparison));
  void showInformation(`Face Clusters: the comparison was written to '${forName(target.fsPath)}'.`);
}
