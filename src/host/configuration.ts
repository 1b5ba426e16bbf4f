/** The settings `faceClusters.*` of the workspace, read and written. */
import { isAbsolute, join } from 'node:path';
import * as vscode from 'vscode';
import { type CheckedSettings, checkSettings, SETTING_KEYS, type Settings } from '../settings/settings';

export const SECTION = 'faceClusters';

/** Settings as they are now, each checked by itself. A relative path of a model is one below the first folder of the workspace. */
export function readSettings(): CheckedSettings {
  const configuration = vscode.workspace.getConfiguration(SECTION);
  const values = Object.fromEntries(SETTING_KEYS.map((key) => [key, configuration.get(key)]));
  const checked = checkSettings(values, (name) => `${SECTION}.${name}`);
  const { model } = checked.settings;
  const base = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
  if (model !== '' && !isAbsolute(model) && base !== undefined) checked.settings.model = join(base, model);
  return checked;
}

/** What a setting is set to where it is written next, to be put back by an undo; undefined where it is not set. */
export function writtenValue(key: keyof Settings): unknown {
  const inspected = vscode.workspace.getConfiguration(SECTION).inspect(key);
  return target() === vscode.ConfigurationTarget.Workspace ? inspected?.workspaceValue : inspected?.globalValue;
}

/** Sets a setting for the workspace, or for the user where no workspace is open. */
export async function writeSetting(key: keyof Settings, value: unknown): Promise<void> {
  await vscode.workspace.getConfiguration(SECTION).update(key, value, target());
}

const target = () =>
  vscode.workspace.workspaceFolders === undefined ? vscode.ConfigurationTarget.Global : vscode.ConfigurationTarget.Workspace;
