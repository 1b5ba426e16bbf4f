/** The commands of the command palette, the menus and the panel. */
import * as vscode from 'vscode';
import { PANEL_ACTS } from '../../protocol/panel';
import { said } from '../../text/said';
import { t } from '../../text/translate';
import { messageOf } from '../../util/errors';
import type { Disposable } from '../disposables';
import { showError, showInformation } from '../outlets';
import type { RunSession } from '../runs/run-session';
import { SECTION } from '../settings/configuration';
import { analyzeRun } from './analyze-run';
import { chooseAttributes } from './choose-attributes';
import { chosenFolders, chosenFoldersAndArchives } from './choose-folders';
import { copyAllImages, copyImages } from './copy-images';
import { copyPaths } from './copy-paths';
import { mergeClusters, pinCluster, renameCluster, splitCluster } from './correct-clusters';
import { askForNote } from '../panels/clusters-panel-handlers';
import { redo, undo } from '../panels/undo-steps';
import type { CommandContext } from './command-context';
import { exportRun } from './export-run';
import { ImageLists } from './image-lists';
import { clearCache, installCudaSupport } from './maintenance';
import { keptClusterings } from './kept-clusterings';
import { removeRun } from './remove-run';
import { saveClusters } from './save-clusters';
import {
  ANALYZED_RUN,
  ANY_RUN,
  BUSY_RUN,
  type ClusterTarget,
  RUN_WITH_FACELESS_IMAGES,
  RUN_WITH_FAILURES,
  Targets,
  clustersOf,
} from './targets';
import { saveChart } from './save-chart';
import { SIDE_PANEL } from '../side-panel/run-tree';
import { useModel } from './use-model';
import { writeSidecars } from './write-sidecars';

/** Receives what VS Code passes from the menu; nothing if the command palette is used. */
type Handler = (...args: never[]) => unknown;
type Handlers = Record<string, Handler>;

/** Registers all commands. */
export function registerCommands(context: CommandContext): Disposable[] {
  const targets = new Targets(context.library, context.panels, context.selected);
  const lists = new ImageLists(context.library);
  const handlers: Handlers = {
    ...folderCommands(context),
    ...runCommands(context, targets, lists),
    ...clusterCommands(context, targets),
    ...generalCommands(context, targets),
  };
  const registered = Object.entries(handlers).map(([name, handler]) =>
    vscode.commands.registerCommand(`${SECTION}.${name}`, reportingErrors(handler, context)),
  );
  return [...registered, lists];
}

const reportingErrors =
  (handler: Handler, { log, loaded }: CommandContext) =>
  async (...args: never[]): Promise<unknown> => {
    try {
      await loaded; // the command may be what starts the extension
      return await handler(...args);
    } catch (error) {
      log.error(error);
      void showError(`Face Clusters: ${said(messageOf(error))}`);
      return undefined;
    }
  };

const folderCommands = (context: CommandContext): Handlers => ({
  clusterFaces: async (clicked?: vscode.Uri, selected?: vscode.Uri[]) => {
    const folders = await chosenFoldersAndArchives({ clicked, selected }, t('Cluster Faces'));
    if (folders !== undefined) await analyzeRun(context.library.getOrCreate(folders), context);
  },
  exploreDataset: async (clicked?: vscode.Uri) => {
    const folders = await chosenFolders({ clicked, selected: undefined }, t('Explore Dataset'));
    if (folders?.[0] !== undefined) context.exploreDataset(folders[0]);
  },
});

function runCommands(context: CommandContext, targets: Targets, lists: ImageLists): Handlers {
  const { panels } = context;
  const onRun =
    (kind: typeof ANY_RUN, action: (session: RunSession, from?: unknown) => unknown) =>
    async (argument?: unknown, from?: unknown) => {
      const session = await targets.run(argument, kind);
      if (session !== undefined) await action(session, from);
    };
  return {
    refresh: onRun(ANY_RUN, (session) => analyzeRun(session, context)),
    openRun: onRun(ANY_RUN, (session, from) => {
      panels.show(session, null, from === SIDE_PANEL);
      const isNew = session.manifest === null && session.file === undefined;
      if (isNew && !session.isBusy()) void analyzeRun(session, context);
    }),
    compare: onRun(ANALYZED_RUN, (session) => panels.compare(session)),
    keptClusterings: onRun(ANALYZED_RUN, (session) => keptClusterings(session, context)),
    cancel: onRun(BUSY_RUN, (session) => {
      session.cancel();
    }),
    export: onRun(ANALYZED_RUN, (session) => {
      session.allow();
      return exportRun(session, context.root);
    }),
    copyAllImages: onRun(ANALYZED_RUN, (session) => {
      session.allow();
      return copyAllImages(session);
    }),
    writeSidecars: onRun(ANALYZED_RUN, (session) => {
      session.allow();
      return writeSidecars(session);
    }),
    saveClusters: onRun(ANALYZED_RUN, (session) => {
      session.allow();
      return saveClusters(session);
    }),
    showFailures: onRun(RUN_WITH_FAILURES, (session) => lists.show(session, 'failed.csv')),
    showFaceless: onRun(RUN_WITH_FACELESS_IMAGES, (session) =>
      lists.show(session, 'without-face.csv'),
    ),
    remove: onRun(ANY_RUN, (session) => removeRun(session, context)),
    revealFolder: onRun(ANY_RUN, ({ folders }) =>
      vscode.commands.executeCommand('revealInExplorer', vscode.Uri.file(folders[0] ?? '')),
    ),
  };
}

function clusterCommands({ panels }: CommandContext, targets: Targets): Handlers {
  const onCluster =
    (action: (target: ClusterTarget, nodes?: unknown) => unknown) =>
    async (argument?: unknown, nodes?: unknown) => {
      const target = await targets.cluster(argument);
      if (target === undefined) return;
      target.session.allow();
      await action(target, nodes);
    };
  return {
    openCluster: onCluster(({ session, cluster }, from) => {
      panels.show(session, cluster.id, from === SIDE_PANEL);
    }),
    copyPaths: onCluster(copyPaths),
    saveChart: onCluster(saveChart),
    copyImages: onCluster(copyImages),
    renameCluster: onCluster(renameCluster),
    noteCluster: onCluster(({ session, cluster }) => askForNote(session, cluster.id)),
    pinCluster: onCluster(pinCluster(true)),
    unpinCluster: onCluster(pinCluster(false)),
    splitCluster: onCluster(splitCluster),
    mergeClusters: onCluster((target, nodes) =>
      mergeClusters(target, clustersOf(target.session, nodes)),
    ),
  };
}

function generalCommands(context: CommandContext, targets: Targets): Handlers {
  const { history, log, engine, storeDir, root, panels } = context;
  /** Without an argument, only what is in front: the user is not asked. */
  const sessionOfStep = async (argument: unknown) =>
    argument === undefined ? panels.active?.session : targets.run(argument, ANY_RUN);
  return {
    ...Object.fromEntries(
      PANEL_ACTS.map((act) => [
        act,
        async () => {
          // Of the walkthrough, which is in front itself.
          if (!panels.act(act)) await vscode.commands.executeCommand(`${SECTION}.openRun`);
        },
      ]),
    ),
    chooseAttributes: () => chooseAttributes(context),
    useModel: (clicked?: vscode.Uri) => useModel(clicked, context),
    undo: async (argument?: unknown) => {
      const session = await sessionOfStep(argument);
      if (session !== undefined) await undo(session, history);
      else if (history.last === null)
        void showInformation(t('Face Clusters: there is nothing to undo.'));
      else await history.undo();
    },
    redo: async (argument?: unknown) => {
      const session = await sessionOfStep(argument);
      if (session !== undefined) await redo(session, history);
      else if (history.lastUndone === null)
        void showInformation(t('Face Clusters: there is nothing to redo.'));
      else await history.redo();
    },
    openSettings,
    openKeys: () => vscode.commands.executeCommand(`workbench.action.openGlobalKeybindings`, ALL),
    clearStore: () => clearCache(engine, storeDir),
    installCuda: () => installCudaSupport(root, engine, log),
    showLog: () => {
      log.show();
    },
  };
}

/** What finds the settings and keys of this extension, and nothing else. */
const ALL = '@ext:face-clusters.face-clusters';

/** Opens the settings of the workspace; of the user if no workspace is open. */
async function openSettings(): Promise<void> {
  const open = (scope: string) => vscode.commands.executeCommand(`workbench.action.${scope}`, ALL);
  try {
    await open('openWorkspaceSettings');
  } catch {
    await open('openSettings');
  }
}
