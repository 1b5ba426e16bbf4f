/** Exports the results of a run into a new folder. */
import { basename, join } from 'node:path';
import * as vscode from 'vscode';
import { reportScript } from '../../engine/bundled-files';
import { forName } from '../../text/neutralize';
import { plural } from '../../text/numbers';
import { spokenTexts } from '../../text/page-texts';
import { t } from '../../text/translate';
import { CancelledError, UserError } from '../../util/errors';
import { sweepTemporaryFolders } from '../../util/temporary-folder';
import { chooseNewFolder } from '../choose-new-folder';
import { ask, showInformation, withProgress } from '../outlets';
import type { RunSession } from '../runs/run-session';
import { readSettings } from '../settings/configuration';
import { reporter, withSignal } from './notification-progress';

/** Maximum number of files listed in the question whether to replace them. */
const MAX_LISTED = 20;

/** @param root folder of the extension. */
export async function exportRun(session: RunSession, root: string): Promise<void> {
  await session.load();
  if (session.clustering === null) throw new UserError(t('there are no clusters to export yet'));
  const outDir = await chooseOutputFolder(session);
  if (outDir === undefined) return;
  try {
    const { inTheWay } = await write(session, { outDir, root, overwrite: false });
    if (inTheWay.length > 0) {
      if (!(await confirmReplacing(inTheWay, outDir))) return;
      await write(session, { outDir, root, overwrite: true });
    }
  } catch (error) {
    await sweepTemporaryFolders(outDir); // left behind if the engine was killed
    if (!(error instanceof CancelledError)) throw error;
    void showInformation(t('Export cancelled; nothing was written.'));
    return;
  }
  const open = t('Open Report');
  const answer = await showInformation(t("Exported to '{0}'.", forName(outDir)), open);
  if (answer === open) await vscode.env.openExternal(vscode.Uri.file(join(outDir, 'report.html')));
}

const chooseOutputFolder = ({ folders }: RunSession) =>
  chooseNewFolder(`face-clusters ${basename(folders[0] ?? '')}`, {
    openLabel: t('Export Here'),
    title: t('Parent of the new folder with the results'),
  });

function write(
  session: RunSession,
  { outDir, root, overwrite }: { outDir: string; root: string; overwrite: boolean },
) {
  return withProgress(t('Export'), 'notification', (report, token) =>
    withSignal(token, (signal) =>
      session.queries.export(
        {
          outDir,
          file: session.file,
          reportScript: reportScript(root),
          texts: spokenTexts(),
          overwrite,
          png: true,
          formats: readSettings().settings.formats,
        },
        { signal, onProgress: reporter(report) },
      ),
    ),
  );
}

async function confirmReplacing(files: readonly string[], outDir: string): Promise<boolean> {
  const replace = t('Replace');
  const more = files.length - MAX_LISTED;
  const list = [...files.slice(0, MAX_LISTED), ...(more > 0 ? [t('… and {0} more', more)] : [])];
  const answer = await ask(
    'warning',
    t("Replace {0} in '{1}'?", plural(files.length, 'file'), forName(outDir)),
    t('These files are not from an export, or were changed since:\n{0}', list.join('\n')),
    replace,
  );
  return answer === replace;
}
