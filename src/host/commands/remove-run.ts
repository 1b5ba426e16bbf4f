/** Removes the clusters of a folder after asking. */
import { basename } from 'node:path';
import { logBytes } from '../../corrections/correction-log';
import { forName } from '../../text/neutralize';
import { plural } from '../../text/numbers';
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
    void showInformation(`'${name}' is a file: close its editor, or delete it in the explorer.`);
    return;
  }
  if (session.manifest !== null && !(await confirmed(session, session.manifest.faces))) return;
  panels.close(session);
  await library.remove(session);
}

async function confirmed(session: RunSession, faces: number): Promise<boolean> {
  const { folders, runDir } = session;
  const removed = (await logBytes(runDir)) === 0 ? '' : ', and what you corrected';
  const remove = 'Remove';
  const answer = await ask(
    'warning',
    `Remove the clusters of '${forName(runTitle(folders))}'?`,
    `The attributes and clusters of ${plural(faces, 'face')} are removed${removed}. The images stay as they are.`,
    remove,
  );
  return answer === remove;
}
