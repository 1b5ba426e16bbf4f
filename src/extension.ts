/** Entry of the extension: wires the parts, nothing else. */
import { join } from 'node:path';
import * as vscode from 'vscode';
import { bundledModels, engineScript } from './engine/bundled-files';
import { EngineClient } from './engine/client';
import { describe, registerCommands } from './host/commands/commands';
import { createLog } from './host/outlets';
import { DATASET_VIEW_TYPE, DatasetPanel } from './host/panels/dataset-panel';
import { Panels, VIEW_TYPE } from './host/panels/panels';
import { FolderWatch } from './host/runs/folder-watch';
import { RunLibrary } from './host/runs/run-library';
import { readSettings, SECTION } from './host/settings/configuration';
import { SettingHistory } from './host/settings/setting-history';
import { RunTree } from './host/side-panel/run-tree';
import { isTrusted } from './host/trust';
import { messageOf } from './util/errors';
import { sweepTemporaryFolders } from './util/temporary-folder';

/** Time the settings have to come to rest, in milliseconds, before clusters follow them. */
const SETTLE = 150;

export function activate(context: vscode.ExtensionContext): void {
  const root = context.extensionPath;
  const log = createLog('Face Clusters');
  const engine = new EngineClient(
    engineScript(root),
    (text) => {
      log.info(`engine: ${text.trimEnd()}`);
    },
    () => readSettings().settings.cudaLibraries,
  );
  const storeDir = join(context.globalStorageUri.fsPath, 'faces');
  const storage = context.storageUri ?? context.globalStorageUri;
  const session = {
    engine,
    bundled: bundledModels(root),
    storeDir,
    settings: () => readSettings().settings,
    trusted: isTrusted,
    log: (message: string) => {
      log.error(message);
    },
  };
  const library = new RunLibrary(session, join(storage.fsPath, 'runs'));
  const loaded = library.load().catch((error: unknown) => {
    log.error(`the runs kept in '${storage.fsPath}' cannot be listed: ${messageOf(error)}`);
  });
  void sweepTemporaryFolders();
  const history = new SettingHistory();
  const tree = new RunTree(library, loaded);
  const view = vscode.window.createTreeView('faceClusters.runs', {
    treeDataProvider: tree,
    showCollapseAll: true,
  });
  const panels = new Panels(
    library,
    {
      extensionUri: context.extensionUri,
      history,
      log,
      onSelect: (selected, cluster) => {
        if (view.visible)
          void view.reveal(tree.nodeOf(selected, cluster), { select: true, focus: false });
      },
    },
    loaded,
    (opened) => void watch.check(opened),
  );
  const watch = new FolderWatch(
    library,
    (changed) => void describe(changed, { panels, log }, false),
  );

  const datasets = {
    extensionUri: context.extensionUri,
    engine,
    bundled: bundledModels(root),
    storeDir,
    history,
    log,
  };

  let settling: NodeJS.Timeout | undefined;
  context.subscriptions.push(
    log,
    view,
    vscode.window.registerWebviewPanelSerializer(VIEW_TYPE, panels),
    vscode.window.registerWebviewPanelSerializer(
      DATASET_VIEW_TYPE,
      DatasetPanel.serializer(datasets),
    ),
    ...registerCommands({
      library,
      panels,
      history,
      log,
      root,
      engine,
      storeDir,
      exploreDataset: (folder) => {
        DatasetPanel.show(folder, datasets);
      },
    }),
    watch,
    vscode.workspace.onDidGrantWorkspaceTrust(() => {
      watch.follow();
      panels.onTrusted();
    }),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (!event.affectsConfiguration(SECTION)) return;
      clearTimeout(settling);
      settling = setTimeout(() => {
        watch.follow();
        panels.refresh();
        for (const open of panels.sessions) void open.followSettings();
      }, SETTLE);
    }),
    {
      dispose: () => {
        clearTimeout(settling);
        engine.dispose();
      },
    },
  );

  // `npm start` names folders to be shown at once.
  const wanted = process.env.FACE_CLUSTERS_START;
  if (wanted !== undefined && wanted !== '') {
    void loaded.then(() =>
      vscode.commands.executeCommand(
        `${SECTION}.clusterFaces`,
        undefined,
        wanted.split('\n').map((folder) => vscode.Uri.file(folder)),
      ),
    );
  }
}
