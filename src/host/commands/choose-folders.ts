/** The folders and archives that a command applies to. */
import * as vscode from 'vscode';
import { isArchive } from '../../archives/archive-path';
import { forName } from '../../text/neutralize';
import { t } from '../../text/translate';
import { UserError } from '../../util/errors';
import { pickOne } from '../outlets';

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
  const chosen = await chosenFoldersAndArchives(from, openLabel);
  const archive = chosen?.find(isArchive);
  if (archive !== undefined)
    throw new UserError(t("'{0}' is not a folder: expected a folder", forName(archive)));
  return chosen;
}

/** Like `chosenFolders`, for commands that take archives of images as well. */
export async function chosenFoldersAndArchives(
  from: Clicked,
  openLabel: string,
): Promise<string[] | undefined> {
  const uris = clickedUris(from) ?? (await askForFolders(openLabel));
  if (uris === undefined) return undefined;
  const other = uris.find(({ scheme }) => scheme !== 'file');
  if (other !== undefined)
    throw new UserError(
      t(
        "expected folders on a disk of the computer that VS Code works on, got '{0}' of the file system '{1}'",
        forName(other.toString()),
        other.scheme,
      ),
    );
  const folders = await onlyFoldersAndArchives(uris);
  if (folders.length === 0)
    throw new UserError(
      t(
        "'{0}' is neither a folder nor an archive: expected a folder of images",
        uris.map(({ fsPath }) => forName(fsPath)).join("', '"),
      ),
    );
  return folders;
}

function clickedUris({ clicked, selected }: Clicked): vscode.Uri[] | undefined {
  if (selected !== undefined && selected.length > 0) return selected;
  return clicked === undefined ? undefined : [clicked];
}

/** The dialog begins in a folder of the workspace: where there are several, in the one chosen. */
async function askForFolders(openLabel: string): Promise<vscode.Uri[] | undefined> {
  const roots = vscode.workspace.workspaceFolders ?? [];
  const first = roots.length > 1 ? await askForRoot(roots) : roots[0]?.uri;
  if (first === undefined && roots.length > 1) return undefined;
  return vscode.window.showOpenDialog({
    canSelectFiles: false,
    canSelectFolders: true,
    canSelectMany: true,
    openLabel,
    title: t('Folder of images'),
    ...(first === undefined ? {} : { defaultUri: first }),
  });
}

const askForRoot = (roots: readonly vscode.WorkspaceFolder[]) =>
  pickOne(
    roots.map(({ name, uri }) => ({ label: name, description: uri.fsPath, value: uri })),
    { title: t('Images in which folder of the workspace?') },
  );

/** A selection may contain other files beside folders and archives; they are ignored. */
async function onlyFoldersAndArchives(uris: readonly vscode.Uri[]): Promise<string[]> {
  const folders: string[] = [];
  for (const uri of uris) {
    const { type } = await vscode.workspace.fs.stat(uri);
    const isFolder = (type & vscode.FileType.Directory) !== 0;
    if (isFolder || isArchive(uri.fsPath)) folders.push(uri.fsPath);
  }
  return folders;
}
