/** Analyzes the images of a run, with progress in a notification. */
import type { Progress } from '../../domain/progress';
import { leftOutFolders } from '../../summaries/left-out-text';
import { forName } from '../../text/neutralize';
import { t } from '../../text/translate';
import { listen } from '../disposables';
import { showError, showInformation, withProgress } from '../outlets';
import type { Outcome } from '../runs/job-runner';
import type { RunSession } from '../runs/run-session';
import { runTitle } from '../titles';
import { chosenFoldersAndArchives } from './choose-folders';
import type { CommandContext } from './command-context';
import { reporter, withSignal } from './notification-progress';

type Context = Pick<CommandContext, 'library' | 'panels' | 'log'>;

/** `user`: started by the user. `automatic`: started because a folder has changed. */
export type Initiative = 'user' | 'automatic';

/**
 * Analyzes a run and shows its panel. An automatic analysis brings nothing to the front and does
 * not start before the workspace is trusted.
 */
export async function analyzeRun(
  session: RunSession,
  context: Context,
  initiative: Initiative = 'user',
): Promise<void> {
  const { panels } = context;
  if (initiative === 'user') session.allow();
  if (session.waits) return;
  if (session.isBusy()) {
    panels.show(session);
    return;
  }
  const outcome = await analyzeWithProgress(session, initiative);
  switch (outcome.kind) {
    case 'done':
      logLeftOut(session, context.log);
      if (initiative === 'user') panels.show(session);
      return;
    case 'cancelled': {
      const kept =
        session.manifest === null ? t('nothing was stored') : t('the earlier clusters stay');
      void showInformation(t('Cancelled; {0}.', kept));
      await forget(session, context);
      return;
    }
    case 'failed':
      await forget(session, context);
      await offerWayOn(outcome, session, context);
  }
}

/** A run of which nothing was stored leaves no entry behind, unless a panel shows it. */
async function forget(session: RunSession, { library, panels }: Context): Promise<void> {
  const isOpen = panels.sessions.includes(session);
  if (session.manifest === null && !session.isBusy() && !isOpen) await library.remove(session);
}

/** Folders are named in the log alone: most workspaces have some that nobody wants to read of. */
function logLeftOut({ manifest, folders }: RunSession, log: CommandContext['log']): void {
  const text = manifest?.leftOut && leftOutFolders(manifest.leftOut);
  if (text !== undefined) log.info(`${runTitle(folders)}: ${text}`);
}

function analyzeWithProgress(session: RunSession, initiative: Initiative): Thenable<Outcome> {
  const title = t("Cluster faces of '{0}'", forName(runTitle(session.folders)));
  const place = initiative === 'user' ? 'notification' : 'window';
  return withProgress(title, place, (report, token) => {
    const show = reporter(report);
    const listening = listen(session, 'progress', (progress: Progress | null) => {
      if (progress !== null) show(progress);
    });
    return withSignal(token, (signal) => session.analyze(signal)).finally(() => {
      listening.dispose();
    });
  });
}

type Failure = Extract<Outcome, { kind: 'failed' }>;

async function offerWayOn(
  { message, isDefect }: Failure,
  { folders, manifest }: RunSession,
  context: Context,
): Promise<void> {
  const again = t('Try Again');
  const other = t('Choose Another Folder…');
  const showLog = t('Show Log');
  const elsewhere = manifest === null && isDefect !== true ? [other] : [];
  const answer = await showError(`Face Clusters: ${message}`, ...elsewhere, again, showLog);
  if (answer === again) await analyzeRun(context.library.getOrCreate(folders), context);
  if (answer === other) await clusterOther(context);
  if (answer === showLog) context.log.show();
}

async function clusterOther(context: Context): Promise<void> {
  const nothing = { clicked: undefined, selected: undefined };
  const folders = await chosenFoldersAndArchives(nothing, t('Cluster Faces'));
  if (folders !== undefined) await analyzeRun(context.library.getOrCreate(folders), context);
}
