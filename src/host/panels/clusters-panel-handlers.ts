/** What the page of a run's panel can have done. */
import * as vscode from 'vscode';
import { type ColorName, NAMED_COLORS } from '../../domain/cluster-colors';
import type { PanelParams } from '../../protocol/panel';
import { t } from '../../text/translate';
import { askText, pickOne, type Log } from '../outlets';
import { correct } from '../runs/correct';
import type { RunSession } from '../runs/run-session';
import type { SettingHistory } from '../settings/setting-history';
import { manageTrust } from '../trust';
import { redo, undo } from './undo-steps';
import { dropOwnSettings, useForAll } from './own-settings';
import { openImageFile } from './open-image-file';
import { saveComparison } from './save-comparison';
import type { CommandHandlers } from './serve-page';

type PanelCommand = PanelParams<'command'>['command'];

/** What the commands need of the panel itself. */
interface PanelActions {
  session: RunSession;
  history: SettingHistory;
  log: Log;
  compare: () => Promise<void>;
  hideComparison: () => void;
}

export function panelCommands(panel: PanelActions): CommandHandlers<PanelCommand> {
  const { session, history, log } = panel;
  const execute = (name: string, ...args: unknown[]) =>
    vscode.commands.executeCommand(`faceClusters.${name}`, ...args);
  const node = { kind: 'run', session };
  return {
    compare: panel.compare,
    hideComparison: panel.hideComparison,
    saveComparison: () => saveComparison(session),
    cancel: () => {
      session.cancel();
    },
    trust: manageTrust,
    undo: () => undo(session, history),
    redo: () => redo(session, history),
    retry: () => session.retry(),
    keptClusterings: () => execute('keptClusterings', node),
    rerun: () => execute('refresh', node),
    attributes: () => execute('chooseAttributes'),
    settings: () => execute('openSettings'),
    useForAll: () => useForAll(session, history),
    dropOwn: () => dropOwnSettings(session),
    export: () => execute('export', node),
    copyAllImages: () => execute('copyAllImages', node),
    writeSidecars: () => execute('writeSidecars', node),
    failures: () => execute('showFailures', node),
    faceless: () => execute('showFaceless', node),
    engineLog: () => {
      log.show();
    },
  };
}

/** Opens the image of a face. */
export async function openImage(session: RunSession, row: number, beside: boolean): Promise<void> {
  const { path } = await session.queries.locate(row);
  const instead = t(
    'Click a face to see its photo, or copy the images of the cluster into a folder.',
  );
  await openImageFile(path, beside ? vscode.ViewColumn.Beside : undefined, instead);
}

/** Copies the images of a cluster or their paths, or saves its chart. */
export async function useImages(
  session: RunSession,
  { cluster: id, action }: PanelParams<'images'>,
): Promise<void> {
  const cluster = session.clustering?.clusters.find((each) => each.id === id);
  if (cluster === undefined) return;
  const node = { kind: 'cluster', session, cluster };
  await vscode.commands.executeCommand(`faceClusters.${action}`, node);
}

/** Lets the user choose the color of a cluster. */
export async function askForColor(session: RunSession, id: number): Promise<void> {
  const cluster = session.clustering?.clusters.find((each) => each.id === id);
  if (cluster === undefined) return;
  const { clusterings: seen } = session;
  const given = cluster.said?.color;
  const items = (Object.keys(NAMED_COLORS) as ColorName[]).map((name) => ({
    label: t(name),
    description: NAMED_COLORS[name] === given ? t('now') : '',
    value: NAMED_COLORS[name],
  }));
  const choices = [{ label: t('By its number'), description: '', value: null }, ...items];
  const color = await pickOne<string | null>(choices, { title: t('Color of the cluster') });
  if (color === undefined || color === (given ?? null)) return;
  await correct(session, { kind: 'color', cluster: id, color }, seen);
}

/** Asks for the note of a cluster; an empty one removes it. */
export async function askForNote(session: RunSession, id: number): Promise<void> {
  const cluster = session.clustering?.clusters.find((each) => each.id === id);
  if (cluster === undefined) return;
  const { clusterings: seen } = session;
  const before = cluster.said?.note ?? '';
  const text = await askText({
    title: t('Note on the cluster'),
    value: before,
    prompt: t('Empty: no note'),
  });
  if (text === undefined || text.trim() === before) return;
  const note = text.trim() === '' ? null : text.trim();
  await correct(session, { kind: 'note', cluster: id, note }, seen);
}
