/**
 * Undo and redo of what is done in a panel: corrections of its clusters, which outlive the window,
 * and changes of settings. The later one is taken back first, the earlier one made again first.
 */
import type { CorrectionState } from '../../domain/corrections';
import type { RunSession } from '../runs/run-session';
import type { SettingHistory } from '../settings/setting-history';

type Step = CorrectionState['undo'];

/** What undo and redo would do, for people; null where there is nothing to do. */
export function undoSteps(
  session: RunSession,
  history: SettingHistory,
): { undo: string | null; redo: string | null } {
  const corrections = session.clustering?.corrections;
  const undone = later(corrections?.undo ?? null, lastOf(session, history));
  const redone = earlier(corrections?.redo ?? null, lastUndoneOf(session, history));
  return { undo: undone?.text ?? null, redo: redone?.text ?? null };
}

export async function undo(session: RunSession, history: SettingHistory): Promise<void> {
  const correction = session.clustering?.corrections?.undo ?? null;
  if (correction !== null && later(correction, lastOf(session, history)) === correction)
    await session.correct({ kind: 'undo' });
  else if (lastOf(session, history) !== null) await history.undo();
}

export async function redo(session: RunSession, history: SettingHistory): Promise<void> {
  const correction = session.clustering?.corrections?.redo ?? null;
  if (correction !== null && earlier(correction, lastUndoneOf(session, history)) === correction)
    await session.correct({ kind: 'redo' });
  else if (lastUndoneOf(session, history) !== null) await history.redo();
}

/** Clusters of a file do not follow the settings that the history holds. */
const lastOf = ({ file }: RunSession, history: SettingHistory): Step =>
  file === undefined ? history.last : null;
const lastUndoneOf = ({ file }: RunSession, history: SettingHistory): Step =>
  file === undefined ? history.lastUndone : null;

const later = (a: Step, b: Step): Step => (a === null || (b !== null && b.at > a.at) ? b : a);

const earlier = (a: Step, b: Step): Step => (a === null || (b !== null && b.at < a.at) ? b : a);
