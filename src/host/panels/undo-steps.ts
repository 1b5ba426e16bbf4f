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
  const undone = later(corrections?.undo ?? null, history.last);
  const redone = earlier(corrections?.redo ?? null, history.lastUndone);
  return { undo: undone?.text ?? null, redo: redone?.text ?? null };
}

export async function undo(session: RunSession, history: SettingHistory): Promise<void> {
  const correction = session.clustering?.corrections?.undo ?? null;
  if (correction !== null && later(correction, history.last) === correction)
    await session.correct({ kind: 'undo' });
  else await history.undo();
}

export async function redo(session: RunSession, history: SettingHistory): Promise<void> {
  const correction = session.clustering?.corrections?.redo ?? null;
  if (correction !== null && earlier(correction, history.lastUndone) === correction)
    await session.correct({ kind: 'redo' });
  else await history.redo();
}

const later = (a: Step, b: Step): Step => (a === null || (b !== null && b.at > a.at) ? b : a);

const earlier = (a: Step, b: Step): Step => (a === null || (b !== null && b.at < a.at) ? b : a);
