/**
 * Undo and redo of what is done in a panel: corrections of its clusters and changes of their own
 * settings, which outlive the window, and changes of settings that all runs share. The latest one
 * is taken back first, the earliest one made again first.
 */
import { correct } from '../runs/correct';
import type { RunSession } from '../runs/run-session';
import type { SettingHistory } from '../settings/setting-history';
import { createMutex } from '../../util/mutex';
import { redoSettings, undoSettings } from './own-settings';

interface Step {
  /** For people. */
  text: string;
  /** ISO 8601. */
  at: string;
  take: () => Promise<unknown>;
}

/** What undo and redo would do, for people; null where there is nothing to do. */
export const undoSteps = (
  session: RunSession,
  history: SettingHistory,
): { undo: string | null; redo: string | null } => ({
  undo: stepToUndo(session, history)?.text ?? null,
  redo: stepToRedo(session, history)?.text ?? null,
});

export const undo = (session: RunSession, history: SettingHistory): Promise<void> =>
  inTurn(session, async () => {
    await stepToUndo(session, history)?.take();
  });

export const redo = (session: RunSession, history: SettingHistory): Promise<void> =>
  inTurn(session, async () => {
    await stepToRedo(session, history)?.take();
  });

const turns = new WeakMap<RunSession, ReturnType<typeof createMutex>>();

/** Which step is next is known only once the one before has ended. */
function inTurn(session: RunSession, take: () => Promise<void>): Promise<void> {
  const turn = turns.get(session) ?? createMutex();
  turns.set(session, turn);
  return turn(take);
}

function stepToUndo(session: RunSession, history: SettingHistory): Step | undefined {
  const steps = [
    stepOf(session.clustering?.corrections?.undo, () => correct(session, { kind: 'undo' })),
    stepOf(session.own.last, () => undoSettings(session, history)),
    ...sharedStep(session, history.last, () => history.undo()),
  ];
  return inOrder(steps).at(-1);
}

function stepToRedo(session: RunSession, history: SettingHistory): Step | undefined {
  const steps = [
    stepOf(session.clustering?.corrections?.redo, () => correct(session, { kind: 'redo' })),
    stepOf(session.own.lastUndone, () => redoSettings(session, history)),
    ...sharedStep(session, history.lastUndone, () => history.redo()),
  ];
  return inOrder(steps).at(0);
}

type Told = Pick<Step, 'text' | 'at'> | null | undefined;

const stepOf = (told: Told, take: Step['take']): Step[] =>
  told === null || told === undefined ? [] : [{ text: told.text, at: told.at, take }];

/** Clusters of a file do not follow the settings that all runs share. */
const sharedStep = ({ file }: RunSession, told: Told, take: Step['take']): Step[][] =>
  file === undefined ? [stepOf(told, take)] : [];

const inOrder = (steps: Step[][]): Step[] =>
  steps.flat().sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
