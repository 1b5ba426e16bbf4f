/** The settings `faceClusters.*` of the workspace, read and written. */
import { isAbsolute, join } from 'node:path';
import * as vscode from 'vscode';
import {
  type CheckedSettings,
  checkSettings,
  SETTING_KEYS,
  type Settings,
} from '../../domain/settings';
import { UserError } from '../../util/errors';
import { isTrusted } from '../trust';
import { SETTING_SCOPES } from './scopes';

export const SECTION = 'faceClusters';

/**
 * Settings as they are now, each checked by itself. A relative path of a model is one below the
 * first folder of the workspace; while that is not trusted no model but the one that comes along is
 * used, not even by a path of the user's own, which may lie in the workspace.
 */
export function readSettings(): CheckedSettings {
  const configuration = vscode.workspace.getConfiguration(SECTION);
  const values = Object.fromEntries(SETTING_KEYS.map((key) => [key, valueOf(configuration, key)]));
  const checked = checkSettings(values, (name) => `${SECTION}.${name}`);
  const { model } = checked.settings;
  const base = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
  if (model !== '' && !isTrusted()) {
    checked.problems.push(
      `${SECTION}.model is '${model}', which is used only in a workspace that is trusted`,
    );
    checked.settings.model = '';
  } else if (model !== '' && !isAbsolute(model) && base !== undefined)
    checked.settings.model = join(base, model);
  return checked;
}

/**
 * VS Code goes by package.json, and so leaves out what a workspace may not set; here the same is
 * asked for once more, for what it would let in.
 */
function valueOf(configuration: vscode.WorkspaceConfiguration, key: keyof Settings): unknown {
  const { scope, restricted } = SETTING_SCOPES[key];
  if (scope !== 'machine' && (isTrusted() || !restricted)) return configuration.get(key);
  const inspected = configuration.inspect(key);
  return inspected?.globalValue ?? inspected?.defaultValue;
}

/**
 * What a setting is set to where it is written next, to be put back by an undo; undefined where it
 * is not set.
 */
export function writtenValue(key: keyof Settings): unknown {
  const inspected = vscode.workspace.getConfiguration(SECTION).inspect(key);
  return targetOf(key) === vscode.ConfigurationTarget.Workspace
    ? inspected?.workspaceValue
    : inspected?.globalValue;
}

/**
 * Sets a setting for the workspace, or for the user where no workspace is open or the setting is
 * not one of workspaces.
 * @throws UserError where the value would not count, since the workspace is not trusted.
 */
export async function writeSetting(key: keyof Settings, value: unknown): Promise<void> {
  const target = targetOf(key);
  if (
    target === vscode.ConfigurationTarget.Workspace &&
    SETTING_SCOPES[key].restricted &&
    !isTrusted()
  )
    throw new UserError(`'${SECTION}.${key}' can be set for a workspace only once that is trusted`);
  await vscode.workspace.getConfiguration(SECTION).update(key, value, target);
}

const targetOf = (key: keyof Settings) =>
  vscode.workspace.workspaceFolders === undefined || SETTING_SCOPES[key].scope === 'machine'
    ? vscode.ConfigurationTarget.Global
    : vscode.ConfigurationTarget.Workspace;
