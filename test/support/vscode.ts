/**
 * Test double of the module `vscode`, which exists only inside VS Code. It records what is shown,
 * and tests set its settings and trust. vitest.config.ts substitutes it for the module.
 */
import { EventEmitter as Events } from 'node:events';
import { basename, join } from 'node:path';
import { settingProperties } from './package-settings';

type Listener = (value: never) => unknown;

const initial = () => ({
  trusted: true,
  folder: undefined as string | undefined,
  /** Other folders of the workspace. */
  otherFolders: [] as string[],
  /** Settings by full name. */
  user: {} as Record<string, unknown>,
  workspaceSettings: {} as Record<string, unknown>,
  /** Shown texts, with the function that showed them. */
  shown: [] as { by: string; text: string }[],
  /** Executed commands. */
  executed: [] as unknown[][],
  clipboard: undefined as string | undefined,
  /** Folders that are watched. */
  watched: [] as string[],
  /** Patterns of the watchers so far, disposed ones included. */
  patterns: [] as string[],
  /** Label of the item that is chosen from a list, or undefined. */
  picked: undefined as string | undefined,
  /** Labels that are chosen from lists, one after the other, before `picked`. */
  picks: [] as string[],
  /** Texts that are typed into boxes, one after the other; a box without one is cancelled. */
  typed: [] as string[],
  /** Button that is pressed in a message, or undefined. */
  answer: undefined as string | undefined,
  /** Result of open dialogs. */
  opened: undefined as unknown[] | undefined,
  /** Result of save dialogs. */
  saved: undefined as unknown,
});

export const state = initial();
const granted = new Events();

export function reset(): void {
  Object.assign(state, initial());
  granted.removeAllListeners();
}

export function grantTrust(): void {
  state.trusted = true;
  granted.emit('granted');
}

/** @returns the texts that a function has shown. */
export const shownBy = (by: string): string[] =>
  state.shown.filter((each) => each.by === by).map(({ text }) => text);

const show = (by: string, ...texts: (string | undefined)[]) => {
  for (const text of texts) if (text !== undefined) state.shown.push({ by, text });
};

const message =
  (by: string) =>
  (text: string, ...rest: (string | { detail?: string })[]) => {
    const [options] = rest;
    show(by, text);
    if (typeof options === 'object') show('detail', options.detail);
    return Promise.resolve(rest.includes(state.answer ?? '') ? state.answer : undefined);
  };

export enum ProgressLocation {
  Window = 10,
  Notification = 15,
}
export enum TreeItemCollapsibleState {
  None,
  Collapsed,
  Expanded,
}
export enum ConfigurationTarget {
  Global = 1,
  Workspace,
}
export enum ViewColumn {
  Active = -1,
  Beside = -2,
}
export enum FileType {
  File = 1,
  Directory = 2,
}

export enum StatusBarAlignment {
  Left = 1,
}

/** The only item of the status bar. */
export const statusBar = {
  visible: false,
  text: '',
  show: () => {
    statusBar.visible = true;
  },
  hide: () => {
    statusBar.visible = false;
  },
  dispose: () => undefined,
};

export class DataTransferItem {
  constructor(private readonly value: string) {}
  asString = () => Promise.resolve(this.value);
}
export class DataTransfer {
  private readonly items = new Map<string, DataTransferItem>();
  get = (type: string) => this.items.get(type);
  set = (type: string, item: DataTransferItem) => this.items.set(type, item);
}

export const window = {
  showInformationMessage: message('information'),
  showWarningMessage: message('warning'),
  showErrorMessage: message('error'),
  setStatusBarMessage: (text: string) => {
    show('status bar', text);
  },
  showQuickPick: (items: { label: string }[], options: { title: string }) => {
    show('quick pick', options.title, ...items.map(({ label }) => label));
    const picked = state.picks.shift() ?? state.picked;
    return Promise.resolve(items.find(({ label }) => label === picked));
  },
  showInputBox: (options: {
    title: string;
    prompt: string;
    validateInput: (text: string) => string | undefined;
  }) => {
    show('input box', options.title, options.prompt);
    const text = state.typed.shift();
    if (text !== undefined) show('problem', options.validateInput(text));
    return Promise.resolve(text);
  },
  showOpenDialog: ({ defaultUri }: { defaultUri?: Uri }) => {
    show('open dialog', defaultUri?.fsPath);
    return Promise.resolve(state.opened);
  },
  showSaveDialog: () => Promise.resolve(state.saved),
  withProgress: (
    options: { title: string; location: ProgressLocation },
    work: (progress: { report: (value: { message?: string }) => void }, token: unknown) => unknown,
  ) => {
    const by = options.location === ProgressLocation.Window ? 'window progress' : 'progress';
    show(by, options.title);
    const progress = {
      report: (value: { message?: string }) => {
        show(by, value.message);
      },
    };
    return work(progress, { onCancellationRequested: () => ({ dispose: () => undefined }) });
  },
  createStatusBarItem: () => statusBar,
  createOutputChannel: () => {
    const line = (text: string | Error) => {
      show('log', typeof text === 'string' ? text : (text.stack ?? text.message));
    };
    return { info: line, warn: line, error: line, show: () => undefined, dispose: () => undefined };
  },
  createWebviewPanel: () => fakePanel(),
};

export const workspace = {
  get isTrusted() {
    return state.trusted;
  },
  get workspaceFolders() {
    if (state.folder === undefined) return undefined;
    return [state.folder, ...state.otherFolders].map((path) => ({
      name: basename(path),
      uri: Uri.file(path),
    }));
  },
  onDidGrantWorkspaceTrust: (listener: () => void) => {
    granted.on('granted', listener);
    return { dispose: () => granted.off('granted', listener) };
  },
  onDidRenameFiles: () => ({ dispose: () => undefined }),
  onDidDeleteFiles: () => ({ dispose: () => undefined }),
  getWorkspaceFolder: () => undefined,
  registerTextDocumentContentProvider: () => ({ dispose: () => undefined }),
  createFileSystemWatcher: (pattern: RelativePattern) => {
    state.watched.push(pattern.base.fsPath);
    state.patterns.push(pattern.pattern);
    const event = () => ({ dispose: () => undefined });
    return {
      onDidCreate: event,
      onDidChange: event,
      onDidDelete: event,
      dispose: () => {
        state.watched.splice(state.watched.indexOf(pattern.base.fsPath), 1);
      },
    };
  },
  fs: { stat: () => Promise.resolve({ type: FileType.Directory }) },
  /**
   * Unlike in VS Code, a workspace may set every setting: the code under test rejects them.
   */
  getConfiguration: (section: string) => ({
    get: (key: string) => {
      const name = `${section}.${key}`;
      return state.workspaceSettings[name] ?? state.user[name] ?? defaultOf(name);
    },
    inspect: (key: string) => {
      const name = `${section}.${key}`;
      return {
        defaultValue: defaultOf(name),
        globalValue: state.user[name],
        workspaceValue: state.workspaceSettings[name],
      };
    },
    update: (key: string, value: unknown, target: ConfigurationTarget) => {
      const written = target === ConfigurationTarget.Global ? state.user : state.workspaceSettings;
      written[`${section}.${key}`] = value;
      return Promise.resolve();
    },
  }),
};

const defaultOf = (name: string) => settingProperties[name]?.default;

export const commands = {
  executeCommand: (...args: unknown[]) => {
    state.executed.push(args);
    return Promise.resolve(undefined);
  },
  registerCommand: (name: string, handler: Listener) => {
    registered.set(name, handler);
    return { dispose: () => registered.delete(name) };
  },
};
/** Commands by name. */
export const registered = new Map<string, Listener>();

export const l10n = { bundle: undefined as Record<string, string> | undefined };

export const env = {
  language: 'en',
  clipboard: {
    writeText: (text: string) => {
      state.clipboard = text;
      return Promise.resolve();
    },
  },
  openExternal: () => Promise.resolve(true),
};

export class Uri {
  private constructor(
    readonly scheme: string,
    readonly path: string,
  ) {}
  get fsPath(): string {
    return this.path;
  }
  static file = (path: string) => new Uri('file', path);
  static from = ({ scheme, path }: { scheme: string; path: string }) => new Uri(scheme, path);
  static joinPath = (uri: Uri, ...parts: string[]) => new Uri(uri.scheme, join(uri.path, ...parts));
  toString = () => `${this.scheme}://${this.path}`;
}

export class RelativePattern {
  constructor(
    readonly base: Uri,
    readonly pattern: string,
  ) {}
}

export class EventEmitter {
  private readonly listeners = new Set<(value: unknown) => void>();
  readonly event = (listener: (value: unknown) => void) => {
    this.listeners.add(listener);
    return { dispose: () => this.listeners.delete(listener) };
  };
  fire(value: unknown): void {
    for (const listener of this.listeners) listener(value);
  }
  dispose(): void {
    this.listeners.clear();
  }
}

export class ThemeIcon {
  constructor(readonly id: string) {}
}

export class MarkdownString {
  constructor(readonly value: string) {}
}

export class TreeItem {
  description: string | undefined;
  tooltip: string | MarkdownString | undefined;
  constructor(readonly label: string) {}
}

interface HostMessage {
  page: string;
  message: { progress?: { kind: string; state?: Record<string, unknown> } };
}

/** A panel whose page is simulated by a test. */
export function fakePanel() {
  const sent: HostMessage[] = [];
  let calls = 0;
  let receive: (message: unknown) => void = () => undefined;
  let dispose: () => void = () => undefined;
  return {
    title: '',
    active: false,
    iconPath: undefined as unknown,
    /** What was sent to the page. */
    sent,
    /** Sends anything from the page. */
    send: (message: unknown) => {
      receive(message);
    },
    /** Calls the host from the page. */
    call: (name: string, params: unknown = null) => {
      receive({ page: 'loaded', message: { kind: 'call', id: ++calls, name, params } });
    },
    /** The last state that was sent to the page. */
    lastState: () =>
      sent.findLast(({ message }) => message.progress?.kind === 'state')?.message.progress?.state,
    reveal: () => undefined,
    onDidChangeViewState: () => ({ dispose: () => undefined }),
    dispose: () => {
      dispose();
    },
    onDidDispose: (listener: () => void) => {
      dispose = listener;
      return { dispose: () => undefined };
    },
    webview: {
      options: {},
      html: '',
      asWebviewUri: (uri: Uri) => uri,
      postMessage: (message: HostMessage) => {
        sent.push(message);
        return Promise.resolve(true);
      },
      onDidReceiveMessage: (listener: (message: unknown) => void) => {
        receive = listener;
        return { dispose: () => undefined };
      },
    },
  };
}
