/** The folders that a command applies to. */
import * as vscode from 'vscode';
import { forName } from '../../text/neutralize';
import { UserError } from '../../util/errors';

/** The folder of a context menu, and all selected entries. */
interface Clicked {
  clicked: vscode.Uri | undefined;
  selected: vscode.Uri[] | undefined;
}

/**
 * @param openLabel button of the dialog that is shown without a context menu.
 * @returns paths of the folders; undefined if the user chose none.
 */
export async function chosenFolders(
  from: Clicked,
  openLabel: string,
): Promise<string[] | undefined> {
  const uris = clickedUris(from) ?? (await askForFolders(openLabel));
  if (uris === undefined) return undefined;
  const other = uris.find(({ scheme }) => scheme !== 'file');
  if (other !== undefined)
    throw new UserError(
      `expected folders on a disk of the computer that VS Code works on, got '${forName(other.toString())}' of the file system '${other.scheme}'`,
    );
  const folders = await onlyFolders(uris);
  if (folders.length === 0)
    throw new UserError(
      `'${uris.map(({ fsPath }) => forName(fsPath)).join("', '")}' is not a folder: expected a folder of images`,
    );
  return folders;
}

function clickedUris({ clicked, selected }: Clicked): vscode.Uri[] | undefined {
  if (selected !== undefined && selected.length > 0) return selected;
  return clicked === undefined ? undefined : [clicked];
}

function askForFolders(openLabel: string): Thenable<vscode.Uri[] | undefined> {
  const first = vscode.workspace.workspaceFolders?.[0]?.uri;
  return vscode.window.showOpenDialog({
    canSelectFiles: false,
    canSelectFolders: true,
    canSelectMany: true,
    openLabel,
    title: 'Folder of images',
    ...(first === undefined ? {} : { defaultUri: first }),
  });
}

/** A selection may contain files beside folders; they are ignored. */
async function onlyFolders(uris: readonly vscode.Uri[]): Promise<string[]> {
  const folders: string[] = [];
  for (const uri of uris) {
    const { type } = await vscode.workspace.fs.stat(uri);
    if ((type & vscode.FileType.Directory) !== 0) folders.push(uri.fsPath);
  }
  return folders;
}
