import { join } from 'node:path';
import * as vscode from 'vscode';

/**
 * Asks for the parent of a new folder.
 * @param name begins the name of the new folder; the date and time follow.
 * @returns the path of the new folder, which is not created; undefined if the user cancels.
 */
export async function chooseNewFolder(
  name: string,
  texts: { openLabel: string; title: string },
): Promise<string | undefined> {
  const answer = await vscode.window.showOpenDialog({
    canSelectFiles: false,
    canSelectFolders: true,
    canSelectMany: false,
    ...texts,
  });
  const parent = answer?.[0];
  if (parent === undefined) return undefined;
  const stamp = new Date().toISOString().slice(0, 19).replaceAll(':', '-');
  return join(parent.fsPath, `${name} ${stamp}`);
}
