/** What the user can do with a data set outside of its view. */
import { basename } from 'node:path';
import * as vscode from 'vscode';
import { attributeWeights } from '../../domain/attribute-weights';
import type { DatasetSummary } from '../../domain/dataset';
import { attributeFinder } from '../../domain/find-attribute';
import { forName } from '../../text/neutralize';
import { t } from '../../text/translate';
import { UserError } from '../../util/errors';
import { chooseNewFolder } from '../choose-new-folder';
import { showInformation } from '../outlets';
import { readSettings } from '../settings/configuration';
import type { SettingHistory } from '../settings/setting-history';

/** @returns the path of a table of labels that the user chose. */
export async function chooseLabelsFile(folder: string): Promise<string | undefined> {
  const answer = await vscode.window.showOpenDialog({
    title: t('Table of labels'),
    openLabel: t('Use These Labels'),
    defaultUri: vscode.Uri.file(folder),
    filters: {
      [t('Tables of labels')]: ['csv', 'tsv', 'txt', 'jsonl', 'ndjson', 'json', 'parquet', 'gz'],
    },
  });
  return answer?.[0]?.fsPath;
}

/** @returns the path of a new folder, inside one that the user chose, for tables and charts. */
export const chooseOutputFolder = (folder: string): Promise<string | undefined> =>
  chooseNewFolder(`dataset ${basename(folder)}`, {
    openLabel: t('Save Here'),
    title: t('Parent of the new folder with the tables and charts'),
  });

/** Opens a table of labels; a folder that holds several is shown in the file manager. */
export async function openLabels(path: string): Promise<void> {
  const { type } = await vscode.workspace.fs.stat(vscode.Uri.file(path));
  const isFolder = (type & vscode.FileType.Directory) !== 0;
  const command = isFolder ? 'revealFileInOS' : 'vscode.open';
  await vscode.commands.executeCommand(command, vscode.Uri.file(path));
}

/** Weights the attributes of clustering by their frequencies in a data set; can be undone. */
export async function weightAttributes(
  by: 'rare' | 'common',
  { attributes }: DatasetSummary,
  folder: string,
  history: SettingHistory,
): Promise<void> {
  const { settings } = readSettings();
  const frequencies = Object.fromEntries(
    attributes.map(({ name, frequency }) => [name, frequency]),
  );
  const find = attributeFinder(Object.keys(frequencies));
  const names = settings.attributes.flatMap((name) => find(name) ?? []);
  if (names.length === 0)
    throw new UserError(
      t(
        'the data set has none of the attributes by which faces are compared: choose other attributes first',
      ),
    );
  const weights = attributeWeights(names, by, frequencies);
  const rounded = names.map((name, i) => [name, Math.round(weights[i]! * 1000) / 1000] as const);
  await history.change({ weights: Object.fromEntries(rounded) }, settings);
  const undo = t('Undo');
  const answer = await showInformation(
    t(
      by === 'rare'
        ? "Rare attributes of '{0}' now count most when faces are clustered."
        : "Common attributes of '{0}' now count most when faces are clustered.",
      forName(basename(folder)),
    ),
    undo,
  );
  if (answer === undo) await history.undo();
}
