/** Opens images in the editor. */
import { basename } from 'node:path';
import * as vscode from 'vscode';
import { entryPlace } from '../../archives/archive-path';
import { forName } from '../../text/neutralize';
import { t } from '../../text/translate';
import { showInformation } from '../outlets';

/**
 * Opens an image. Of one in an archive, the archive is shown in its folder.
 * @param path where the image lies, or would lie if the archive were a folder.
 * @param instead other ways to see an image in an archive, for people.
 */
export async function openImageFile(
  path: string,
  viewColumn: vscode.ViewColumn | undefined,
  instead = '',
): Promise<void> {
  const entry = entryPlace(path);
  if (entry !== undefined) {
    await revealArchive(vscode.Uri.file(entry.archive), entry.name, instead);
    return;
  }
  const options = { viewColumn, preview: true };
  await vscode.commands.executeCommand('vscode.open', vscode.Uri.file(path), options);
}

async function revealArchive(archive: vscode.Uri, image: string, instead: string) {
  const isHere = vscode.workspace.getWorkspaceFolder(archive) !== undefined;
  await vscode.commands.executeCommand(isHere ? 'revealInExplorer' : 'revealFileInOS', archive);
  const names = [forName(image), forName(basename(archive.fsPath))] as const;
  const where = t("'{0}' lies in the archive '{1}', which the editor cannot open.", ...names);
  void showInformation(instead === '' ? where : `${where} ${instead}`);
}
