/** What can be done with the image files of a cluster. */
import { relative } from 'node:path';
import * as vscode from 'vscode';
import { CancelledError } from '../errors';
import { clusterTitle, count, plural } from '../texts';
import { sweepTemporaryFolders } from '../util/temporary-folder';
import { reporter, signalOf } from './notification-progress';
import type { ClusterNode } from './run-tree';

/** Puts the paths of a cluster's images on the clipboard, one a line. */
export async function copyPaths({ session, cluster }: ClusterNode): Promise<void> {
  const paths = await session.clusterPaths(cluster.id);
  await vscode.env.clipboard.writeText(`${paths.join('\n')}\n`);
  vscode.window.setStatusBarMessage(`${plural(paths.length, 'path')} of ${clusterTitle(cluster.id)} on the clipboard`, 5000);
}

/** Copies a cluster's images into a folder the user chooses. */
export async function copyImages({ session, cluster }: ClusterNode): Promise<void> {
  const title = clusterTitle(cluster.id);
  const answer = await vscode.window.showOpenDialog({
    canSelectFiles: false,
    canSelectFolders: true,
    canSelectMany: false,
    openLabel: 'Copy Here',
    title: `Folder the images of ${title} are copied into`,
  });
  const target = answer?.[0];
  if (target === undefined) return;
  if (target.scheme !== 'file')
    throw new Error(`expected a folder on the disk of the machine VS Code works on, got '${target.toString()}'`);
  let result: Awaited<ReturnType<typeof session.copyImages>>;
  try {
    result = await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, title: `Copy the images of ${title}`, cancellable: true },
      (progress, token) => session.copyImages(cluster.id, target.fsPath, { signal: signalOf(token), onProgress: reporter(progress) }),
    );
  } catch (error) {
    await sweepTemporaryFolders(target.fsPath); // if the engine had to be ended
    if (!(error instanceof CancelledError)) throw error;
    void vscode.window.showInformationMessage(`Copying cancelled; what was copied is in '${target.fsPath}'.`);
    return;
  }
  const { copied, there, failures, folder } = result; // another path than the chosen one if that is a link
  const parts = [`${plural(copied, 'image')} of ${title} copied to '${folder}'`];
  if (there > 0) parts.push(`${count(there)} ${there === 1 ? 'was' : 'were'} there already`);
  const [first] = failures;
  if (first !== undefined) parts.push(`${count(failures.length)} could not be copied; the first, '${first.image}': ${first.reason}`);
  const tell = first === undefined ? vscode.window.showInformationMessage : vscode.window.showWarningMessage;
  const open = 'Show Folder';
  if ((await tell(`${parts.join('. ')}.`, open)) === open) await showFolder(target);
}

/** In the explorer where it is part of the workspace, in a window of its own elsewhere. */
async function showFolder(folder: vscode.Uri): Promise<void> {
  const parent = vscode.workspace.getWorkspaceFolder(folder);
  const inside = parent !== undefined && relative(parent.uri.fsPath, folder.fsPath) !== '';
  if (inside) await vscode.commands.executeCommand('revealInExplorer', folder);
  else await vscode.commands.executeCommand('vscode.openFolder', folder, { forceNewWindow: true });
}
