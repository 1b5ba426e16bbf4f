/**
 * The only file that passes text to VS Code. Each function neutralizes the text for its place
 * (src/text/neutralize.ts), so that no file name becomes a link, an icon or a disguise. ESLint
 * forbids the functions of VS Code in the other files of this folder.
 */
import * as vscode from 'vscode';
import {
  forDetail,
  forLabel,
  forLog,
  forMarkdown,
  forNotification,
  forTooltip,
} from '../text/neutralize';

/** Each resolves to the chosen action, or undefined. */
export const showInformation = (message: string, ...actions: string[]) =>
  vscode.window.showInformationMessage(forNotification(message), ...actions);
export const showWarning = (message: string, ...actions: string[]) =>
  vscode.window.showWarningMessage(forNotification(message), ...actions);
export const showError = (message: string, ...actions: string[]) =>
  vscode.window.showErrorMessage(forNotification(message), ...actions);

/** A modal dialog. @param detail lines below the message. */
export function ask(
  kind: 'information' | 'warning',
  message: string,
  detail: string,
  ...actions: string[]
): Thenable<string | undefined> {
  const options = { modal: true, detail: forDetail(detail) };
  return kind === 'warning'
    ? vscode.window.showWarningMessage(forNotification(message), options, ...actions)
    : vscode.window.showInformationMessage(forNotification(message), options, ...actions);
}

export interface ProgressReport {
  message?: string;
  /** Percent that were added. */
  increment?: number;
}

/** Shows the progress of work that can be cancelled. */
export function withProgress<T>(
  title: string,
  place: 'notification' | 'window',
  work: (report: (value: ProgressReport) => void, token: vscode.CancellationToken) => Thenable<T>,
): Thenable<T> {
  const notification = place === 'notification';
  const neutral = notification ? forNotification : forLabel; // the status bar
  const location = notification
    ? vscode.ProgressLocation.Notification
    : vscode.ProgressLocation.Window;
  return vscode.window.withProgress(
    { location, title: neutral(title), cancellable: true },
    (progress, token) =>
      work(({ message, ...value }) => {
        progress.report({
          ...value,
          ...(message === undefined ? {} : { message: neutral(message) }),
        });
      }, token),
  );
}

/** @param time in milliseconds, after which the text disappears. */
export function showInStatusBar(text: string, time: number): void {
  vscode.window.setStatusBarMessage(forLabel(text), time);
}

/** What an item of the status bar shows. */
interface StatusBarTexts {
  /** Name of an icon of VS Code. */
  icon: string;
  text: string;
  tooltip: string;
  command: vscode.Command;
}

/** An item of the status bar, hidden at first. @param name of the item, in the bar's own menu. */
export function statusBarItem(name: string) {
  const item = vscode.window.createStatusBarItem('status', vscode.StatusBarAlignment.Left);
  item.name = name;
  return {
    show: ({ icon, text, tooltip, command }: StatusBarTexts) => {
      item.text = `$(${icon}) ${forLabel(text)}`;
      item.tooltip = forTooltip(tooltip);
      item.command = command;
      item.show();
    },
    hide: () => {
      item.hide();
    },
    dispose: () => {
      item.dispose();
    },
  };
}

/** A webview may take the focus a moment after a click in it, which would close the list. */
const STAYS = { ignoreFocusOut: true };

/** Lets the user choose any number of items. @returns undefined if the user cancelled. */
export async function pickMany<T>(
  items: readonly { label: string; picked: boolean; value: T }[],
  { title, placeHolder }: { title: string; placeHolder: string },
): Promise<T[] | undefined> {
  const chosen = await vscode.window.showQuickPick(
    items.map((item) => ({ ...item, label: forLabel(item.label) })),
    { ...STAYS, canPickMany: true, title: forLabel(title), placeHolder },
  );
  return chosen?.map(({ value }) => value);
}

/** Lets the user choose one item. @returns undefined if the user cancelled. */
export async function pickOne<T>(
  items: readonly { label: string; description?: string; value: T }[],
  { title }: { title: string },
): Promise<T | undefined> {
  const chosen = await vscode.window.showQuickPick(
    items.map(({ label, description = '', value }) => ({
      label: forLabel(label),
      description: forLabel(description),
      value,
    })),
    { ...STAYS, title: forLabel(title) },
  );
  return chosen?.value;
}

/** An item of a list with buttons. */
export interface ItemWithActions<T, Action> {
  label: string;
  description?: string;
  value: T;
  /** Buttons of the item, with the id of a codicon. */
  actions?: readonly { icon: string; title: string; value: Action }[];
}

/**
 * Lets the user choose an item, or one of its buttons.
 * @returns the action of the button, null for the item itself; undefined if the user cancelled.
 */
export function pickAction<T, Action>(
  items: readonly ItemWithActions<T, Action>[],
  { title, placeHolder }: { title: string; placeHolder: string },
): Promise<{ value: T; action: Action | null } | undefined> {
  const pick = vscode.window.createQuickPick<
    vscode.QuickPickItem & { value: T; actions: Map<vscode.QuickInputButton, Action> }
  >();
  Object.assign(pick, STAYS);
  pick.title = forLabel(title);
  pick.placeholder = placeHolder;
  pick.items = items.map(({ label, description = '', value, actions = [] }) => {
    const buttons = actions.map(({ icon, title: tooltip, value: action }) => ({
      action,
      button: { iconPath: new vscode.ThemeIcon(icon), tooltip: forTooltip(tooltip) },
    }));
    return {
      label: forLabel(label),
      description: forLabel(description),
      value,
      buttons: buttons.map(({ button }) => button),
      actions: new Map(buttons.map(({ button, action }) => [button, action])),
    };
  });
  return new Promise((resolve) => {
    pick.onDidTriggerItemButton(({ item, button }) => {
      resolve({ value: item.value, action: item.actions.get(button) ?? null });
      pick.hide();
    });
    pick.onDidAccept(() => {
      const [item] = pick.selectedItems;
      resolve(item && { value: item.value, action: null });
      pick.hide();
    });
    pick.onDidHide(() => {
      resolve(undefined);
      pick.dispose();
    });
    pick.show();
  });
}

/** Asks for a text. @returns undefined if the user cancelled. */
export async function askText({
  title,
  prompt,
  value = '',
  problemOf = () => undefined,
}: {
  title: string;
  prompt: string;
  value?: string;
  /** Why a text cannot be used. */
  problemOf?: (text: string) => string | undefined;
}): Promise<string | undefined> {
  return vscode.window.showInputBox({
    title: forLabel(title),
    prompt: forLabel(prompt),
    value,
    ...STAYS,
    validateInput: problemOf,
  });
}

export interface TreeItemTexts {
  label: string;
  description?: string;
  tooltip?: string | vscode.MarkdownString;
}

export function treeItem(
  { label, description, tooltip }: TreeItemTexts,
  state = vscode.TreeItemCollapsibleState.None,
): vscode.TreeItem {
  const item = new vscode.TreeItem(forLabel(label), state);
  if (description !== undefined) item.description = forLabel(description);
  if (tooltip !== undefined)
    item.tooltip = typeof tooltip === 'string' ? forTooltip(tooltip) : tooltip;
  return item;
}

/** A heading with a line of text and a table, without HTML and command links. */
export function markdownTable(
  { heading, text }: { heading: string; text: string },
  header: { name: string; right?: boolean }[],
  rows: readonly (readonly string[])[],
): vscode.MarkdownString {
  const line = (cells: readonly string[]) => `| ${cells.map(forMarkdown).join(' | ')} |`;
  return new vscode.MarkdownString(
    [
      `**${forMarkdown(heading)}**: ${forMarkdown(text)}`,
      '',
      line(header.map(({ name }) => name)),
      `| ${header.map(({ right }) => (right === true ? '--:' : ':--')).join(' | ')} |`,
      ...rows.map(line),
    ].join('\n'),
  );
}

export function setPanelTitle(panel: vscode.WebviewPanel, title: string): void {
  panel.title = forLabel(title);
}

/** A log for developers in the output panel of VS Code. */
export interface Log {
  info: (text: string) => void;
  warn: (text: string) => void;
  /** Writes the stack of an error. */
  error: (error: unknown) => void;
  show: () => void;
  dispose: () => void;
}

export function createLog(name: string): Log {
  const channel = vscode.window.createOutputChannel(name, { log: true });
  return {
    info: (text) => {
      channel.info(forLog(text));
    },
    warn: (text) => {
      channel.warn(forLog(text));
    },
    error: (error) => {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      channel.error(forLog(text));
    },
    show: () => {
      channel.show();
    },
    dispose: () => {
      channel.dispose();
    },
  };
}
