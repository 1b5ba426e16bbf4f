/** Commands for the image files of a cluster. */
import { relative } from 'node:path';
import * as vscode from 'vscode';
import { forName } from '../../text/neutralize';
import { count, plural } from '../../text/numbers';
import { CancelledError, UserError } from '../../util/errors';
import { sweepTemporaryFolders } from '../../util/temporary-folder';
import { showInformation, showInStatusBar, showWarning, withProgress } from '../outlets';
import { reporter, withSignal } from './notification-progress';
import type { ClusterTarget } from './targets';
import { titleOfCluster } from '../titles';

/**
 * Characters that a line of text cannot hold: line breaks, which would split a path in two; control
 * characters, which act on a terminal they are pasted into; and replacement characters for bytes
 * that are not text, which name no existing file.
 */
const NOT_IN_A_LINE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\uFFFD]/u;

/**
 * Copies the paths of the images of a cluster to the clipboard, one per line. Paths that do not fit
 * into a line are left out, with a warning.
 */
export async function copyPaths({ session, cluster }: ClusterTarget): Promise<void> {
  const all = await session.queries.clusterPaths(cluster.id);
  const paths = all.filter((path) => !NOT_IN_A_LINE.test(path));
  const leftOut = all.filter((path) => NOT_IN_A_LINE.test(path));
  if (paths.length > 0) await vscode.env.clipboard.writeText(`${paths.join('\n')}\n`);
  const [first] = leftOut;
  const copied = `${plural(paths.length, 'path')} of “${titleOfCluster(session, cluster)}” copied to the clipboard`;
  if (first === undefined) {
    showInStatusBar(copied, 5000);
    return;
  }
  const were = leftOut.length === 1 ? 'was' : 'were';
  void showWarning(
    `${paths.length === 0 ? 'Nothing was copied to the clipboard' : copied}. ${plural(leftOut.length, 'path')} ${were} left out ` +
      `because of line breaks, control characters or bytes that are not text; the first is '${forName(first)}'.`,
  );
}

/** Copies the images of a cluster into a folder that the user chooses. */
export async function copyImages({ session, cluster }: ClusterTarget): Promise<void> {
  const title = `“${titleOfCluster(session, cluster)}”`;
  const target = await chooseTarget(title);
  if (target === undefined) return;
  let result: Awaited<ReturnType<typeof session.queries.copyImages>>;
  try {
    result = await withProgress(`Copy the images of ${title}`, 'notification', (report, token) =>
      withSignal(token, (signal) =>
        session.queries.copyImages(cluster.id, target.fsPath, {
          signal,
          onProgress: reporter(report),
        }),
      ),
    );
  } catch (error) {
    await sweepTemporaryFolders(target.fsPath); // left behind if the engine was killed
    if (!(error instanceof CancelledError)) throw error;
    void showInformation(`Copying cancelled; what was copied is in '${forName(target.fsPath)}'.`);
    return;
  }
  const show = result.failures.length === 0 ? showInformation : showWarning;
  const open = 'Show Folder';
  if ((await show(`${copyReport(result, title)}.`, open)) === open) await showFolder(target);
}

async function chooseTarget(title: string): Promise<vscode.Uri | undefined> {
  const answer = await vscode.window.showOpenDialog({
    canSelectFiles: false,
    canSelectFolders: true,
    canSelectMany: false,
    openLabel: 'Copy Here',
    title: `Folder for the images of ${title}`,
  });
  const target = answer?.[0];
  if (target !== undefined && target.scheme !== 'file')
    throw new UserError(
      `expected a folder on a disk of the computer that VS Code works on, got '${forName(target.toString())}'`,
    );
  return target;
}

interface CopyResult {
  copied: number;
  /** Number of images that were in the folder before. */
  there: number;
  failures: readonly { image: string; reason: string }[];
  /** The real path of the folder, which may have been chosen by a link. */
  folder: string;
}

function copyReport({ copied, there, failures, folder }: CopyResult, title: string): string {
  const parts = [`${plural(copied, 'image')} of ${title} copied to '${forName(folder)}'`];
  if (there > 0) parts.push(`${count(there)} ${there === 1 ? 'was' : 'were'} there already`);
  const [first] = failures;
  if (first !== undefined)
    parts.push(
      `${count(failures.length)} could not be copied; the first, '${forName(first.image)}': ${first.reason}`,
    );
  return parts.join('. ');
}

/** Shows a folder of the workspace in the explorer, any other in a new window. */
async function showFolder(folder: vscode.Uri): Promise<void> {
  const parent = vscode.workspace.getWorkspaceFolder(folder);
  const inside = parent !== undefined && relative(parent.uri.fsPath, folder.fsPath) !== '';
  if (inside) await vscode.commands.executeCommand('revealInExplorer', folder);
  else await vscode.commands.executeCommand('vscode.openFolder', folder, { forceNewWindow: true });
}
