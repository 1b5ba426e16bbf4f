/** Own settings of a run become those of all runs, or go. */
import { settingName, settingText } from '../../domain/setting-texts';
import type { SettingStep, SomeSettings, WrittenSettings } from '../../domain/own-settings';
import { inEnglish, t } from '../../text/translate';
import type { RunSession } from '../runs/run-session';
import { sharedBy, writtenValue } from '../settings/configuration';
import type { SettingHistory } from '../settings/setting-history';

/** Writes the own settings of a run for all runs; it has none of its own then. */
export async function useForAll(session: RunSession, history: SettingHistory): Promise<void> {
  await session.own.load();
  const after = session.own.values;
  const names = Object.keys(after) as (keyof SomeSettings)[];
  if (names.length === 0) return;
  const before: WrittenSettings = Object.fromEntries(
    names.map((name) => [name, writtenValue(name) ?? null]),
  );
  await history.write(after);
  const text = inEnglish(() => {
    const texts = names.map((name) => `${settingName(name)} ${settingText(after[name])}`);
    return sharedBy() === 'workspace'
      ? t('Used for all folders of this workspace: {0}', texts.join(', '))
      : t('Used for all folders: {0}', texts.join(', '));
  });
  await session.own.add(() => ({ after: {}, text, shared: { before, after } }));
  await session.followSettings();
}

/** The run follows the shared settings again. */
export async function dropOwnSettings(session: RunSession): Promise<void> {
  const text = inEnglish(() =>
    t(
      sharedBy() === 'workspace'
        ? 'Went back to the settings of the workspace'
        : 'Went back to the settings of the user',
    ),
  );
  await session.own.add((values) =>
    Object.keys(values).length === 0 ? undefined : { after: {}, text },
  );
  await session.followSettings();
}

/** What was written for all runs goes last: the own settings hide it until then. */
export async function undoSettings(session: RunSession, history: SettingHistory): Promise<void> {
  const step = await session.own.undo();
  await writeShared(step, 'before', history);
  await session.followSettings();
}

/** What is written for all runs comes first: the own settings hide it until they go. */
export async function redoSettings(session: RunSession, history: SettingHistory): Promise<void> {
  await writeShared(session.own.lastUndone ?? undefined, 'after', history);
  await session.own.redo();
  await session.followSettings();
}

async function writeShared(
  step: SettingStep | undefined,
  which: 'before' | 'after',
  history: SettingHistory,
): Promise<void> {
  const written = Object.entries(step?.shared?.[which] ?? {});
  if (written.length > 0)
    await history.write(
      Object.fromEntries(written.map(([name, value]) => [name, value ?? undefined])),
    );
}
