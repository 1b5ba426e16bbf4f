/** Asks for the folder that copies or side-cars go to. */
import { basename, dirname, join, relative } from 'node:path';
import * as vscode from 'vscode';
import { fileNameOf } from '../text/file-name';
import { forName } from '../text/neutralize';
import { t } from '../text/translate';
import { UserError } from '../util/errors';
import { pickOne } from './outlets';

interface TargetTexts {
  /** What goes there, for people: `the images of all clusters`. */
  what: string;
  /** End of the name of the proposed folder. */
  name: string;
  /** Label of the button. */
  openLabel: string;
}

/**
 * A folder beside that of the photos, which need not exist, or another one.
 * @param photos folder of the photos.
 * @param more further answers, with what they stand for.
 * @returns undefined where the user cancels.
 */
export async function chooseTarget<More extends string = never>(
  photos: string,
  { what, name, openLabel }: TargetTexts,
  more: readonly { label: string; description: string; value: More }[] = [],
): Promise<vscode.Uri | More | undefined> {
  const parent = dirname(photos);
  const proposed = `${basename(photos)} – ${fileNameOf(name) || 'images'}`;
  const choice = await pickOne<'beside' | 'other' | More>(
    [
      { label: `“${proposed}”`, description: t('a folder in {0}', parent), value: 'beside' },
      { label: t('Choose a folder…'), value: 'other' },
      ...more,
    ],
    { title: t('Folder for {0}', what) },
  );
  if (choice === 'beside') return vscode.Uri.file(join(parent, proposed));
  return choice === 'other' ? chooseFolder(what, parent, openLabel) : choice;
}

async function chooseFolder(
  what: string,
  start: string,
  openLabel: string,
): Promise<vscode.Uri | undefined> {
  const answer = await vscode.window.showOpenDialog({
    canSelectFiles: false,
    canSelectFolders: true,
    canSelectMany: false,
    defaultUri: vscode.Uri.file(start),
    openLabel,
    title: t('Folder for {0}', what),
  });
  const target = answer?.[0];
  if (target !== undefined && target.scheme !== 'file')
    throw new UserError(
      t(
        "expected a folder on a disk of the computer that VS Code works on, got '{0}'",
        forName(target.toString()),
      ),
    );
  return target;
}

/** Shows a folder of the workspace in the explorer, any other in a new window. */
export async function showFolder(folder: vscode.Uri): Promise<void> {
  const parent = vscode.workspace.getWorkspaceFolder(folder);
  const inside = parent !== undefined && relative(parent.uri.fsPath, folder.fsPath) !== '';
  if (inside) await vscode.commands.executeCommand('revealInExplorer', folder);
  else await vscode.commands.executeCommand('vscode.openFolder', folder, { forceNewWindow: true });
}
