/** Reads and writes the settings `faceClusters.*` of VS Code. */
import { isAbsolute, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import * as vscode from 'vscode';
import {
  type CheckedSettings,
  checkSettings,
  SETTING_KEYS,
  type Settings,
} from '../../domain/settings';
import { t } from '../../text/translate';
import { UserError } from '../../util/errors';
import { isTrusted } from '../trust';
import { SETTING_SCOPES } from './scopes';

export const SECTION = 'faceClusters';

/**
 * The current settings, each checked separately. A relative model path is resolved against the
 * first workspace folder. In an untrusted workspace only the bundled model is used: even a path
 * from the user's own settings may lead into the workspace.
 */
export function readSettings(): CheckedSettings {
  const configuration = vscode.workspace.getConfiguration(SECTION);
  const values = Object.fromEntries(SETTING_KEYS.map((key) => [key, valueOf(configuration, key)]));
  const checked = checkSettings(values, (name) => `${SECTION}.${name}`);
  const { model } = checked.settings;
  const base = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
  if (model !== '' && !isTrusted()) {
    checked.problems.push(
      t("{0}.model is '{1}', which is used only in a workspace that is trusted", SECTION, model),
    );
    checked.settings.model = '';
  } else if (model !== '' && !isAbsolute(model) && base !== undefined)
    checked.settings.model = join(base, model);
  return checked;
}

/**
 * VS Code ignores values that a workspace may not set, according to package.json. The check here
 * repeats that, so that a mistake in package.json opens no hole.
 */
function valueOf(configuration: vscode.WorkspaceConfiguration, key: keyof Settings): unknown {
  const { scope, restricted } = SETTING_SCOPES[key];
  if (scope !== 'machine' && (isTrusted() || !restricted)) return configuration.get(key);
  const inspected = configuration.inspect(key);
  return inspected?.globalValue ?? inspected?.defaultValue;
}

/** The stored value that `writeSetting` would replace; undefined if there is none. */
export function writtenValue(key: keyof Settings): unknown {
  const inspected = vscode.workspace.getConfiguration(SECTION).inspect(key);
  return targetOf(key) === vscode.ConfigurationTarget.Workspace
    ? inspected?.workspaceValue
    : inspected?.globalValue;
}

/**
 * Writes a setting of the workspace; without an open workspace, or for settings of the machine, a
 * user setting.
 * @throws UserError if the value would be ignored because the workspace is not trusted.
 */
export async function writeSetting(key: keyof Settings, value: unknown): Promise<void> {
  const target = targetOf(key);
  if (
    target === vscode.ConfigurationTarget.Workspace &&
    SETTING_SCOPES[key].restricted &&
    !isTrusted()
  )
    throw new UserError(
      t("'{0}.{1}' can be set for a workspace only once that is trusted", SECTION, key),
    );
  const configuration = vscode.workspace.getConfiguration(SECTION);
  await configuration.update(key, storedForm(key, value), target);
}

/** Whether `writeSetting` would change nothing. @param value undefined or null: none is written. */
export const isWritten = (key: keyof Settings, value: unknown): boolean =>
  isDeepStrictEqual(writtenValue(key) ?? null, storedForm(key, value) ?? null);

/** What the settings of clustering are shared by, where a run has no own ones. */
export const sharedBy = (): 'workspace' | 'user' =>
  targetOf('clusters') === vscode.ConfigurationTarget.Workspace ? 'workspace' : 'user';

/** Where changes of these settings go. */
export const appliesTo = (keys: readonly (keyof Settings)[]): string =>
  keys.every((key) => targetOf(key) === vscode.ConfigurationTarget.Workspace)
    ? t('for all folders of this workspace')
    : t('in your user settings');

/** package.json declares the number of clusters as text, which the settings editor can show. */
const storedForm = (key: keyof Settings, value: unknown) =>
  key === 'clusters' && typeof value === 'number' ? String(value) : value;

const targetOf = (key: keyof Settings) =>
  vscode.workspace.workspaceFolders === undefined || SETTING_SCOPES[key].scope === 'machine'
    ? vscode.ConfigurationTarget.Global
    : vscode.ConfigurationTarget.Workspace;
