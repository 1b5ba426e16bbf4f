/** Makes a network file the attribute model. */
import { basename, isAbsolute, relative } from 'node:path';
import * as vscode from 'vscode';
import { forName } from '../../text/neutralize';
import { plural } from '../../text/numbers';
import { showInformation } from '../outlets';
import { readSettings } from '../settings/configuration';
import { hasTrustFor } from '../trust';
import type { CommandContext } from './command-context';

/**
 * Checks a network file and sets it as the attribute model. Requires a trusted workspace: opening
 * the file runs what is in it.
 * @param clicked the file of a context menu; the user chooses one without it.
 */
export async function useModel(
  clicked: vscode.Uri | undefined,
  { engine, history }: Pick<CommandContext, 'engine' | 'history'>,
): Promise<void> {
  if (!(await hasTrustFor('another model can be used'))) return;
  const file = clicked ?? (await chooseFile());
  if (file === undefined) return;
  const { attributes, crop } = await engine.call('model', { file: file.fsPath });
  await history.change({ model: settingOf(file.fsPath) }, readSettings().settings);
  const undo = 'Undo';
  const answer = await showInformation(
    `'${forName(basename(file.fsPath))}' is the attribute model now: ${plural(attributes.length, 'attribute')}, crops of ${crop.width}×${crop.height} pixels.`,
    undo,
  );
  if (answer === undo) await history.undo();
}

async function chooseFile(): Promise<vscode.Uri | undefined> {
  const answer = await vscode.window.showOpenDialog({
    title: 'Attribute model',
    openLabel: 'Use as Attribute Model',
    filters: { ONNX: ['onnx'] },
  });
  return answer?.[0];
}

/** Relative inside the first workspace folder, so that the setting works on other computers. */
function settingOf(path: string): string {
  const base = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
  if (base === undefined) return path;
  const below = relative(base, path);
  return below.startsWith('..') || isAbsolute(below) ? path : below;
}
