/** Own settings of a run become those of all runs, or go. */
import { isDeepStrictEqual } from 'node:util';
import { settingName, settingText } from '../../domain/setting-texts';
import type { SettingStep, SomeSettings, WrittenSettings } from '../../domain/own-settings';
import { inEnglish, t } from '../../text/translate';
import type { RunSession } from '../runs/run-session';
import { isWritten, sharedBy, writtenValue } from '../settings/configuration';
import type { SettingHistory } from '../settings/setting-history';

/**
 * Writes the own settings of a run for all runs; it has none of its own then, but for those that
 * are changed meanwhile. Those of a file stay in it.
 */
export async function useForAll(session: RunSession, history: SettingHistory): Promise<void> {
  if (session.file !== undefined) return;
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
  await session.own.add((values) => {
    const entries = Object.entries(values) as [keyof SomeSettings, unknown][];
    const changed = entries.filter(([name, value]) => !isDeepStrictEqual(value, after[name]));
    if (changed.length === entries.length) return undefined; // a second click did it
    return { after: Object.fromEntries(changed), text, shared: { before, after } };
  });
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
  await writeShared(step, { from: 'after', to: 'before' }, history);
  await session.followSettings();
}

/** What is written for all runs comes first: the own settings hide it until they go. */
export async function redoSettings(session: RunSession, history: SettingHistory): Promise<void> {
  const step = session.own.lastUndone ?? undefined;
  await writeShared(step, { from: 'before', to: 'after' }, history);
  await session.own.redo();
  await session.followSettings();
}

/** What somebody has changed since the step stays. */
async function writeShared(
  step: SettingStep | undefined,
  { from, to }: Record<'from' | 'to', 'before' | 'after'>,
  history: SettingHistory,
): Promise<void> {
  const { [from]: earlier = {}, [to]: wanted = {} } = step?.shared ?? {};
  const names = Object.keys(wanted) as (keyof WrittenSettings)[];
  const unchanged = names.filter((name) => isWritten(name, earlier[name]));
  if (unchanged.length > 0)
    await history.write(
      Object.fromEntries(unchanged.map((name) => [name, wanted[name] ?? undefined])),
    );
}
