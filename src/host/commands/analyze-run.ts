/** Analyzes the images of a run, with progress in a notification. */
import type { Progress } from '../../domain/progress';
import { leftOutFolders } from '../../summaries/left-out-text';
import { forName } from '../../text/neutralize';
import { listen } from '../disposables';
import { showError, showInformation, withProgress } from '../outlets';
import type { Outcome } from '../runs/job-runner';
import type { RunSession } from '../runs/run-session';
import { runTitle } from '../titles';
import type { CommandContext } from './command-context';
import { reporter, withSignal } from './notification-progress';

/** `user`: started by the user. `automatic`: started because a folder has changed. */
export type Initiative = 'user' | 'automatic';

/**
 * Analyzes a run and shows its panel. An automatic analysis brings nothing to the front and does
 * not start before the workspace is trusted.
 */
export async function analyzeRun(
  session: RunSession,
  context: Pick<CommandContext, 'panels' | 'log'>,
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
      const kept = session.manifest === null ? 'nothing was stored' : 'the earlier clusters stay';
      void showInformation(`Cancelled; ${kept}.`);
      return;
    }
    case 'failed':
      await offerRetry(outcome.message, session, context);
  }
}

/** Folders are named in the log alone: most workspaces have some that nobody wants to read of. */
function logLeftOut({ manifest, folders }: RunSession, log: CommandContext['log']): void {
  const text = manifest?.leftOut && leftOutFolders(manifest.leftOut);
  if (text !== undefined) log.info(`${runTitle(folders)}: ${text}`);
}

function analyzeWithProgress(session: RunSession, initiative: Initiative): Thenable<Outcome> {
  const title = `Cluster faces of '${forName(runTitle(session.folders))}'`;
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

async function offerRetry(
  message: string,
  session: RunSession,
  context: Pick<CommandContext, 'panels' | 'log'>,
): Promise<void> {
  const again = 'Try Again';
  const showLog = 'Show Log';
  const answer = await showError(`Face Clusters: ${message}`, again, showLog);
  if (answer === again) await analyzeRun(session, context);
  if (answer === showLog) context.log.show();
}
