/** Files of charts: SVG or PNG, where the user chooses. */
import * as vscode from 'vscode';
import { forName } from '../text/neutralize';
import { t } from '../text/translate';
import { UserError } from '../util/errors';
import type { RunSession } from './runs/run-session';

/** Kinds of files of a chart, as a dialog shows them. */
export const chartFilters = (): Record<string, string[]> => ({
  [t('Chart (SVG)')]: ['svg'],
  [t('Picture (PNG)')]: ['png'],
});

/** @returns the content of a file for a chart, by its extension. */
export async function chartAs(
  file: string,
  svg: string,
  { queries }: RunSession,
): Promise<string | Uint8Array> {
  return file.toLowerCase().endsWith('.png') ? queries.drawChart(svg) : svg;
}

/** @returns the path of a file; undefined where the user cancels. */
export async function chooseFile(
  title: string,
  proposal: string,
  filters: Record<string, string[]>,
): Promise<string | undefined> {
  const defaultUri = vscode.Uri.file(proposal);
  const target = await vscode.window.showSaveDialog({ title, defaultUri, filters });
  if (target !== undefined && target.scheme !== 'file')
    throw new UserError(
      t(
        "expected a file on a disk of the computer that VS Code works on, got '{0}'",
        forName(target.toString()),
      ),
    );
  return target?.fsPath;
}
