/** Saves a run in one file, which opens on other machines. */
import { basename, dirname, extname, join } from 'node:path';
import * as vscode from 'vscode';
import { RUN_FILE_EXTENSION, isRunFile } from '../../domain/run-file';
import { forName } from '../../text/neutralize';
import { megabytes } from '../../text/sizes';
import { t } from '../../text/translate';
import { CancelledError, UserError } from '../../util/errors';
import { sweepTemporaryFolders } from '../../util/temporary-folder';
import { showInformation, withProgress } from '../outlets';
import type { RunSession } from '../runs/run-session';
import { reporter, withSignal } from './notification-progress';

export async function saveClusters(session: RunSession): Promise<void> {
  await session.load();
  if (session.clustering === null) throw new UserError(t('there are no clusters to save yet'));
  const file = await chooseFile(session);
  if (file === undefined) return;
  try {
    const bytes = await withProgress(t('Save clusters'), 'notification', (report, token) =>
      withSignal(token, (signal) =>
        session.queries.pack(file, { signal, onProgress: reporter(report) }),
      ),
    );
    void showInformation(
      t(
        "Saved to '{0}' ({1}): faces, clusters and corrections, without the photos.",
        forName(file),
        megabytes(bytes),
      ),
    );
  } catch (error) {
    await sweepTemporaryFolders(dirname(file)); // left behind if the engine was killed
    if (!(error instanceof CancelledError)) throw error;
    void showInformation(t('Saving cancelled; nothing was written.'));
  }
}

async function chooseFile({ folders }: RunSession): Promise<string | undefined> {
  const [first = ''] = folders;
  const place = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? dirname(first);
  const name = basename(first, extname(first));
  const target = await vscode.window.showSaveDialog({
    title: t('Save the clusters with their faces and corrections'),
    saveLabel: t('Save Clusters'),
    defaultUri: vscode.Uri.file(join(place, `${name}${RUN_FILE_EXTENSION}`)),
    filters: { [t('Face clusters')]: [RUN_FILE_EXTENSION.slice(1)] },
  });
  if (target === undefined) return undefined;
  if (target.scheme !== 'file')
    throw new UserError(
      t(
        "expected a file on a disk of the computer that VS Code works on, got '{0}'",
        forName(target.toString()),
      ),
    );
  return isRunFile(target.fsPath) ? target.fsPath : `${target.fsPath}${RUN_FILE_EXTENSION}`;
}
