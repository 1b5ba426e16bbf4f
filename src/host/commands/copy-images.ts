/** Copies the images of clusters into folders, or links them there. */
import { basename, dirname, join, relative } from 'node:path';
import * as vscode from 'vscode';
import { COPY_KINDS, COPY_NAMES, type CopyKind } from '../../domain/copies';
import { fileNameOf } from '../../text/file-name';
import { upperFirst } from '../../text/letter-case';
import { forName } from '../../text/neutralize';
import { count, plural } from '../../text/numbers';
import { CancelledError, UserError } from '../../util/errors';
import { sweepTemporaryFolders } from '../../util/temporary-folder';
import { ask, pickOne, showInformation, showWarning, withProgress } from '../outlets';
import type { RunSession } from '../runs/run-session';
import { titleOfCluster } from '../titles';
import { reporter, withSignal } from './notification-progress';
import type { ClusterTarget } from './targets';

/** What is copied, and how people call it. */
interface Copied {
  session: RunSession;
  /** Null for a folder for each cluster. */
  cluster: number | null;
  title: string;
  /** End of the name of the proposed folder. */
  folder: string;
}

/** Copies the images of a cluster into a folder that the user chooses. */
export async function copyImages({ session, cluster }: ClusterTarget): Promise<void> {
  const title = titleOfCluster(session, cluster);
  await copy({ session, cluster: cluster.id, title: `“${title}”`, folder: title });
}

/** Copies the images of every cluster into a folder of its own. */
export async function copyAllImages(session: RunSession): Promise<void> {
  await session.load();
  if (session.clustering === null) throw new UserError('there are no clusters to copy yet');
  await copy({ session, cluster: null, title: 'all clusters', folder: 'clusters' });
}

async function copy(copied: Copied): Promise<void> {
  const as = await chooseKind(copied);
  if (as === undefined) return;
  const target = await chooseTarget(copied);
  if (target === undefined) return;
  const result = await copyAs(copied, target, as);
  if (result === undefined) return;
  const show = result.failures.length === 0 ? showInformation : showWarning;
  const open = 'Show Folder';
  const report = `${copyReport(result, copied.title)}.`;
  if ((await show(report, open)) === open) await showFolder(target);
}

const DETAILS: Record<CopyKind, string> = {
  copy: 'files of their own',
  hard: 'further names of the same files, on the same disk: they take no space',
  symbolic: 'links that lead to the photos, as long as these stay where they are',
};

const chooseKind = ({ title }: Copied) =>
  pickOne(
    COPY_KINDS.map((kind) => ({
      label: upperFirst(COPY_NAMES[kind]),
      description: DETAILS[kind],
      value: kind,
    })),
    { title: `Put the images of ${title} into a folder, as` },
  );

/** A folder beside that of the photos, which need not exist, or another one. */
async function chooseTarget({ session, folder, title }: Copied): Promise<vscode.Uri | undefined> {
  const photos = session.folders[0] ?? '';
  const name = `${basename(photos)} – ${fileNameOf(folder) || 'images'}`;
  const where = await pickOne(
    [
      { label: `“${name}”`, description: `in ${dirname(photos)}`, value: 'beside' },
      { label: 'Choose a folder…', value: 'other' },
    ],
    { title: `Folder for the images of ${title}` },
  );
  if (where === 'beside') return vscode.Uri.file(join(dirname(photos), name));
  return where === undefined ? undefined : chooseFolder(title, dirname(photos));
}

async function chooseFolder(title: string, start: string): Promise<vscode.Uri | undefined> {
  const answer = await vscode.window.showOpenDialog({
    canSelectFiles: false,
    canSelectFolders: true,
    canSelectMany: false,
    defaultUri: vscode.Uri.file(start),
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

type CopyResult = Awaited<ReturnType<RunSession['queries']['copyImages']>> & { as: CopyKind };

/**
 * Copies; where links cannot be made, after asking.
 * @returns undefined where the user cancelled.
 */
async function copyAs(
  copied: Copied,
  target: vscode.Uri,
  as: CopyKind,
): Promise<CopyResult | undefined> {
  const { session, cluster, title } = copied;
  const params = { cluster, outDir: target.fsPath, as };
  try {
    const result = await withProgress(
      `Images of ${title}: ${COPY_NAMES[as]}`,
      'notification',
      (report, token) =>
        withSignal(token, (signal) =>
          session.queries.copyImages(params, { signal, onProgress: reporter(report) }),
        ),
    );
    if (result.refused === undefined) return { ...result, as };
    const instead = 'Copy Instead';
    const answer = await ask('warning', `${upperFirst(result.refused)}.`, DETAIL, instead);
    return answer === instead ? await copyAs(copied, target, 'copy') : undefined;
  } catch (error) {
    await sweepTemporaryFolders(target.fsPath); // left behind if the engine was killed
    if (!(error instanceof CancelledError)) throw error;
    void showInformation(`Copying cancelled; what was copied is in '${forName(target.fsPath)}'.`);
    return undefined;
  }
}

const DETAIL = 'Copies take space of their own, and can be made anywhere.';

function copyReport({ copied, there, failures, folder, as }: CopyResult, title: string): string {
  const verb = as === 'copy' ? 'copied to' : 'linked in';
  const parts = [`${plural(copied, 'image')} of ${title} ${verb} '${forName(folder)}'`];
  if (there > 0) parts.push(`${count(there)} ${there === 1 ? 'was' : 'were'} there already`);
  const [first] = failures;
  if (first !== undefined)
    parts.push(
      `${count(failures.length)} could not be ${as === 'copy' ? 'copied' : 'linked'}; the first, '${forName(first.image)}': ${first.reason}`,
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
