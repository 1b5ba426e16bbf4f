/** Removes the clusters of a folder after asking. */
import { basename } from 'node:path';
import { logBytes } from '../../corrections/correction-log';
import { forName } from '../../text/neutralize';
import { plural } from '../../text/numbers';
import { t } from '../../text/translate';
import { ask, showInformation } from '../outlets';
import type { RunSession } from '../runs/run-session';
import { runTitle } from '../titles';
import type { CommandContext } from './command-context';

export async function removeRun(
  session: RunSession,
  { library, panels }: Pick<CommandContext, 'library' | 'panels'>,
): Promise<void> {
  if (session.file !== undefined) {
    const name = forName(basename(session.file));
    void showInformation(
      t("'{0}' is a file: close its editor, or delete it in the explorer.", name),
    );
    return;
  }
  if (session.manifest !== null && !(await confirmed(session, session.manifest.faces))) return;
  panels.close(session);
  await library.remove(session);
}

async function confirmed(session: RunSession, faces: number): Promise<boolean> {
  const { folders, runDir } = session;
  const hasCorrections = (await logBytes(runDir)) > 0;
  const remove = t('Remove');
  const answer = await ask(
    'warning',
    t("Remove the clusters of '{0}'?", forName(runTitle(folders))),
    t(
      hasCorrections
        ? 'The attributes and clusters of {0} are removed, and what you corrected. The images stay as they are.'
        : 'The attributes and clusters of {0} are removed. The images stay as they are.',
      plural(faces, 'face'),
    ),
    remove,
  );
  return answer === remove;
}
