/** Entry point of the extension: creates its parts and connects them. */
import { join } from 'node:path';
import * as vscode from 'vscode';
import { bundledModels, engineScript } from './engine/bundled-files';
import { EngineClient } from './engine/client';
import { analyzeRun } from './host/commands/analyze-run';
import { registerCommands } from './host/commands/commands';
import { ContextKeys } from './host/context-keys';
import type { Disposable } from './host/disposables';
import { speakLanguageOfWindow } from './host/language';
import { createLog, type Log } from './host/outlets';
import { DATASET_VIEW_TYPE, DatasetPanel } from './host/panels/dataset-panel';
import { FileEditor, wantsBack } from './host/panels/file-editor';
import { FILE_VIEW_TYPE, Panels, VIEW_TYPE } from './host/panels/panels';
import { FileSession } from './host/runs/file-session';
import { FolderWatch } from './host/runs/folder-watch';
import { RunLibrary } from './host/runs/run-library';
import type { SessionContext } from './host/runs/session-context';
import { sweepCopies, WorkingCopy } from './host/runs/working-copies';
import { readSettings, SECTION } from './host/settings/configuration';
import { SettingHistory } from './host/settings/setting-history';
import { ClusterDrag } from './host/side-panel/cluster-drag';
import { RunTree } from './host/side-panel/run-tree';
import { StatusBar } from './host/status-bar';
import { isTrusted } from './host/trust';
import { messageOf } from './util/errors';
import { sweepTemporaryFolders } from './util/temporary-folder';

/** Pause after the last change of a setting, in milliseconds, before the clusters follow. */
const SETTLE_MS = 150;

export function activate({
  extensionPath: root,
  extensionUri,
  globalStorageUri,
  storageUri,
  subscriptions,
}: vscode.ExtensionContext): void {
  speakLanguageOfWindow();
  const add = <T extends Disposable>(disposable: T): T => {
    subscriptions.push(disposable);
    return disposable;
  };
  const log = add(createLog('Face Clusters'));
  const engine = add(startEngine(root, log));
  const storeDir = join(globalStorageUri.fsPath, 'faces');
  const bundled = bundledModels(root);
  const history = new SettingHistory();
  const { library, loaded, context } = openLibrary({
    engine,
    bundled,
    storeDir,
    log,
    runsDir: join((storageUri ?? globalStorageUri).fsPath, 'runs'),
  });
  void sweepTemporaryFolders();

  const { onSelect, selected } = addSidePanel(add, library, loaded);
  const panels = add(new Panels(library, { extensionUri, history, log, onSelect }, loaded));
  const datasets = { extensionUri, engine, bundled, storeDir, history, log };
  add(vscode.window.registerWebviewPanelSerializer(VIEW_TYPE, panels));
  add(
    vscode.window.registerWebviewPanelSerializer(
      DATASET_VIEW_TYPE,
      DatasetPanel.serializer(datasets),
    ),
  );
  addFileEditor(add, { library, panels, context, folder: join(globalStorageUri.fsPath, 'files') });
  addFolderWatch(add, { library, panels, log }, history);
  add(new ContextKeys(library, history));
  add(new StatusBar(library, panels));
  const exploreDataset = (folder: string) => {
    DatasetPanel.show(folder, datasets);
  };
  const networksDir = join(globalStorageUri.fsPath, 'networks');
  const folders = { storeDir, networksDir };
  const shared = { library, loaded, panels, history, log, root, engine, selected };
  registerCommands({ ...shared, ...folders, exploreDataset }).forEach(add);
}

type Add = <T extends Disposable>(disposable: T) => T;

function startEngine(root: string, log: Log): EngineClient {
  const onOutput = (text: string) => {
    log.info(`engine: ${text.trimEnd()}`);
  };
  return new EngineClient(
    engineScript(root),
    onOutput,
    () => readSettings().settings.cudaLibraries,
  );
}

interface LibraryParts {
  engine: EngineClient;
  bundled: ReturnType<typeof bundledModels>;
  storeDir: string;
  runsDir: string;
  log: Log;
}

/** @returns the runs with their context; `loaded` resolves when the stored ones are listed. */
function openLibrary({ engine, bundled, storeDir, runsDir, log }: LibraryParts) {
  const context = {
    engine,
    bundled,
    storeDir,
    settings: () => readSettings().settings,
    trusted: isTrusted,
    log: (message: string) => {
      log.error(message);
    },
  };
  const library = new RunLibrary(context, runsDir);
  const loaded = library.load().catch((error: unknown) => {
    log.error(`the runs in '${runsDir}' cannot be listed: ${messageOf(error)}`);
  });
  return { library, loaded, context };
}

/** `onSelect` selects the entry of a run or cluster if the side panel is visible. */
function addSidePanel(add: Add, library: RunLibrary, loaded: Promise<void>) {
  const tree = add(new RunTree(library, loaded));
  const view = add(
    vscode.window.createTreeView('faceClusters.runs', {
      treeDataProvider: tree,
      showCollapseAll: true,
      canSelectMany: true,
      dragAndDropController: new ClusterDrag(),
    }),
  );
  const onSelect = (session: Parameters<RunTree['nodeOf']>[0], cluster: number | null) => {
    if (view.visible)
      void view.reveal(tree.nodeOf(session, cluster), { select: true, focus: false });
  };
  return { onSelect, selected: () => view.selection[0] };
}

interface FileEditorParts {
  library: RunLibrary;
  panels: Panels;
  context: SessionContext;
  /** Folder of the runs that are unpacked. */
  folder: string;
}

/** Opens files of runs in panels. */
function addFileEditor(add: Add, { library, panels, context, folder }: FileEditorParts): void {
  const copies = { ...context, folder, wantsBack };
  void sweepCopies(copies);
  const openFile = (file: string, backup: string | undefined) => {
    const copy = new WorkingCopy(copies, file, backup);
    return { copy, session: new FileSession(context, copy) };
  };
  const editor = add(new FileEditor({ library, panels, openFile }));
  add(vscode.window.registerCustomEditorProvider(FILE_VIEW_TYPE, editor));
}

interface WatchParts {
  library: RunLibrary;
  panels: Panels;
  log: Log;
}

/** Watches the folders of open panels, and follows the settings and the trust in the workspace. */
function addFolderWatch(add: Add, context: WatchParts, history: SettingHistory): void {
  const { panels } = context;
  const watch = add(new FolderWatch((session) => void analyzeRun(session, context, 'automatic')));
  add(
    panels.onDidOpen((session) => {
      watch.add(session);
    }),
  );
  add(
    panels.onDidClose((session) => {
      watch.remove(session);
    }),
  );
  add(
    vscode.workspace.onDidGrantWorkspaceTrust(() => {
      watch.update();
      panels.onTrusted();
    }),
  );
  const followSettings = () => {
    watch.update();
    panels.refresh();
    for (const session of panels.sessions) void session.followSettings();
  };
  let timer: NodeJS.Timeout | undefined;
  const followSoon = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      // Settings that change together are written one after the other; cluster once.
      void history.written.then(followSettings);
    }, SETTLE_MS);
  };
  add(
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration(SECTION)) followSoon();
    }),
  );
  add({
    dispose: () => {
      clearTimeout(timer);
    },
  });
}
