/** What can be done with the image files of a cluster. */
import { relative } from 'node:path';
import * as vscode from 'vscode';
import { forName } from '../../text/neutralize';
import { clusterTitle, count, plural } from '../../text/numbers';
import { CancelledError } from '../../util/errors';
import { sweepTemporaryFolders } from '../../util/temporary-folder';
import { showInformation, showInStatusBar, showWarning, withProgress } from '../outlets';
import type { ClusterNode } from '../side-panel/run-tree';
import { reporter, signalOf } from './notification-progress';

/**
 * What a line of text cannot hold of a path: line breaks, of which each would end a path and begin
 * another one; other control characters, which do things where they are pasted; and what stands for
 * bytes that are not text, by which no file is found.
 */
const NOT_IN_A_LINE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\uFFFD]/u;

/**
 * Puts the paths of a cluster's images on the clipboard, one a line. Those no line can hold are
 * left out, and said to be.
 */
export async function copyPaths({ session, cluster }: ClusterNode): Promise<void> {
  const all = await session.clusterPaths(cluster.id);
  const paths = all.filter((path) => !NOT_IN_A_LINE.test(path));
  const leftOut = all.filter((path) => NOT_IN_A_LINE.test(path));
  if (paths.length > 0) await vscode.env.clipboard.writeText(`${paths.join('\n')}\n`);
  const [first] = leftOut;
  const copied = `${plural(paths.length, 'path')} of ${clusterTitle(cluster.id)} on the clipboard`;
  if (first === undefined) showInStatusBar(copied, 5000);
  else {
    const were = leftOut.length === 1 ? 'was' : 'were';
    void showWarning(
      `${paths.length === 0 ? 'Nothing was put on the clipboard' : copied}. ${plural(leftOut.length, 'path')} ${were} left out, with line breaks, control ` +
        `characters or bytes that are not text in them; the first is '${forName(first)}'.`,
    );
  }
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
    throw new Error(
      `expected a folder on the disk of the machine VS Code works on, got '${forName(target.toString())}'`,
    );
  let result: Awaited<ReturnType<typeof session.copyImages>>;
  try {
    result = await withProgress(`Copy the images of ${title}`, 'notification', (report, token) =>
      session.copyImages(cluster.id, target.fsPath, {
        signal: signalOf(token),
        onProgress: reporter(report),
      }),
    );
  } catch (error) {
    await sweepTemporaryFolders(target.fsPath); // if the engine had to be ended
    if (!(error instanceof CancelledError)) throw error;
    void showInformation(`Copying cancelled; what was copied is in '${forName(target.fsPath)}'.`);
    return;
  }
  // another path than the chosen one if that is a link
  const { copied, there, failures, folder } = result;
  const parts = [`${plural(copied, 'image')} of ${title} copied to '${forName(folder)}'`];
  if (there > 0) parts.push(`${count(there)} ${there === 1 ? 'was' : 'were'} there already`);
  const [first] = failures;
  if (first !== undefined)
    parts.push(
      `${count(failures.length)} could not be copied; the first, '${forName(first.image)}': ${first.reason}`,
    );
  const tell = first === undefined ? showInformation : showWarning;
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
