/** What the user can ask for, from menus, the command palette and the panel. */
import { basename, isAbsolute, join, relative } from 'node:path';
import * as vscode from 'vscode';
import { CELEBA_ATTRIBUTES, readableAttribute } from '../../domain/attributes';
import type { Progress } from '../../domain/progress';
import { reportScript } from '../../engine/bundled-files';
import type { EngineClient } from '../../engine/client';
import { forName } from '../../text/neutralize';
import { plural } from '../../text/numbers';
import { CancelledError, messageOf } from '../../util/errors';
import { sweepTemporaryFolders } from '../../util/temporary-folder';
import {
  ask,
  type Log,
  pickMany,
  showError,
  showInformation,
  showWarning,
  withProgress,
} from '../outlets';
import type { Panels } from '../panels/panels';
import type { RunLibrary } from '../runs/run-library';
import type { RunSession } from '../runs/run-session';
import { readSettings, SECTION } from '../settings/configuration';
import type { SettingHistory } from '../settings/setting-history';
import type { ClusterNode, RunNode } from '../side-panel/run-tree';
import { runTitle } from '../titles';
import { hasTrustFor } from '../trust';
import { copyImages, copyPaths } from './cluster-images';
import { ImageLists } from './image-lists';
import { clearStore, installCudaSupport } from './maintenance';
import { reporter, signalOf } from './notification-progress';

export interface CommandContext {
  library: RunLibrary;
  panels: Panels;
  history: SettingHistory;
  log: Log;
  engine: EngineClient;
  /** Folder of what is kept between runs. */
  storeDir: string;
  /** Folder that holds `dist` and `weights`. */
  root: string;
  /** Opens the view of a data set. */
  exploreDataset: (folder: string) => void;
}

export function registerCommands(context: CommandContext): vscode.Disposable[] {
  const { library, panels, log, history, engine, storeDir } = context;
  const lists = new ImageLists(library);

  const handlers: Record<string, (...args: never[]) => unknown> = {
    clusterFaces: async (clicked?: vscode.Uri, selected?: vscode.Uri[]) => {
      const folders = await chosenFolders(clicked, selected);
      if (folders !== undefined) await describe(library.of(folders), context);
    },
    exploreDataset: async (clicked?: vscode.Uri) => {
      const [folder] = (await chosenFolders(clicked, undefined, 'Explore Dataset')) ?? [];
      if (folder !== undefined) context.exploreDataset(folder);
    },
    refresh: (node: RunNode) => describe(node.session, context),
    openRun: (node: RunNode) => {
      panels.show(node.session, null);
      if (node.session.manifest === null && !node.session.isBusy())
        void describe(node.session, context);
    },
    openCluster: (node: ClusterNode) => {
      panels.show(node.session, node.cluster.id);
    },
    copyPaths: (node: ClusterNode) => {
      node.session.allow();
      return copyPaths(node);
    },
    copyImages: (node: ClusterNode) => {
      node.session.allow();
      return copyImages(node);
    },
    cancel: (node: RunNode) => {
      node.session.cancel();
    },
    export: (node: RunNode) => {
      node.session.allow();
      return exportRun(node.session, context);
    },
    showFailures: (node: RunNode) => lists.show(node.session, 'failed.csv'),
    showFaceless: (node: RunNode) => lists.show(node.session, 'without-face.csv'),
    remove: (node: RunNode) => remove(node.session, context),
    revealFolder: (node: RunNode) =>
      vscode.commands.executeCommand(
        'revealInExplorer',
        vscode.Uri.file(node.session.folders[0] ?? ''),
      ),
    chooseAttributes: () => chooseAttributes(context),
    useModel: (clicked?: vscode.Uri) => useModel(clicked, context),
    undo: async () => {
      if (history.last === null)
        void showInformation('Face Clusters: there is no change of a setting to undo.');
      else await history.undo();
    },
    openSettings: () =>
      vscode.commands
        .executeCommand('workbench.action.openWorkspaceSettings', SECTION)
        .then(undefined, openUserSettings),
    clearStore: () => clearStore(engine, storeDir),
    installCuda: () => installCudaSupport(context.root, engine, log),
    showLog: () => {
      log.show();
    },
  };
  const registered = Object.entries(handlers).map(([name, handler]) =>
    vscode.commands.registerCommand(`${SECTION}.${name}`, async (...args: never[]) => {
      try {
        return await handler(...args);
      } catch (error) {
        log.error(error);
        void showError(`Face Clusters: ${messageOf(error)}`);
        return undefined;
      }
    }),
  );
  return [...registered, lists.registration];
}

const openUserSettings = () =>
  vscode.commands.executeCommand('workbench.action.openSettings', SECTION);

/** The folders of a context menu, or asked for. */
async function chosenFolders(
  clicked: vscode.Uri | undefined,
  selected: vscode.Uri[] | undefined,
  openLabel = 'Cluster Faces',
): Promise<string[] | undefined> {
  let uris =
    selected !== undefined && selected.length > 0
      ? selected
      : clicked === undefined
        ? []
        : [clicked];
  if (uris.length === 0) {
    const first = vscode.workspace.workspaceFolders?.[0]?.uri;
    const answer = await vscode.window.showOpenDialog({
      canSelectFiles: false,
      canSelectFolders: true,
      canSelectMany: true,
      openLabel,
      title: 'Folder of images',
      ...(first === undefined ? {} : { defaultUri: first }),
    });
    if (answer === undefined) return undefined;
    uris = answer;
  }
  const foreign = uris.find(({ scheme }) => scheme !== 'file');
  if (foreign !== undefined) {
    throw new Error(
      `expected folders on the disk of the machine VS Code works on, got '${forName(foreign.toString())}' of the file system '${foreign.scheme}'`,
    );
  }
  // Of several selected entries only the folders are meant.
  const folders: string[] = [];
  for (const uri of uris) {
    const { type } = await vscode.workspace.fs.stat(uri);
    if ((type & vscode.FileType.Directory) !== 0) folders.push(uri.fsPath);
  }
  if (folders.length === 0)
    throw new Error(
      `'${uris.map(({ fsPath }) => forName(fsPath)).join("', '")}' is not a folder: expected a folder of images`,
    );
  return folders;
}

/**
 * Describes the faces of a run under a notification that counts and cancels, then shows its panel.
 * @param asked false where the user did not: then nothing is brought to the front, and nothing
 * started before the workspace is trusted.
 */
export async function describe(
  session: RunSession,
  context: Pick<CommandContext, 'panels' | 'log'>,
  asked = true,
): Promise<void> {
  const { panels, log } = context;
  if (asked) session.allow();
  if (session.waits) return;
  if (session.isBusy()) {
    panels.show(session);
    return;
  }
  const title = `Cluster faces of '${forName(runTitle(session.folders))}'`;
  const outcome = await withProgress(title, asked ? 'notification' : 'window', (report, token) => {
    const show = reporter(report);
    const onProgress = (current: Progress | null) => {
      if (current !== null) show(current);
    };
    session.on('progress', onProgress);
    return session.describe(signalOf(token)).finally(() => session.off('progress', onProgress));
  });
  if (outcome.kind === 'done') {
    if (asked) panels.show(session);
    return;
  }
  if (outcome.kind === 'cancelled') {
    const kept = session.manifest === null ? 'nothing was kept' : 'the faces found before are kept';
    void showInformation(`Cancelled; ${kept}.`);
    return;
  }
  const again = 'Try Again';
  const showLog = 'Show Log';
  const answer = await showError(`Face Clusters: ${outcome.message}`, again, showLog);
  if (answer === again) await describe(session, context);
  if (answer === showLog) log.show();
}

/** Writes the results into a new folder below one the user chooses. */
async function exportRun(session: RunSession, { root }: CommandContext): Promise<void> {
  if (session.clustering === null) throw new Error('there is no clustering to export yet');
  const answer = await vscode.window.showOpenDialog({
    canSelectFiles: false,
    canSelectFolders: true,
    canSelectMany: false,
    openLabel: 'Export Here',
    title: 'Folder in which a new one with the results is made',
  });
  const parent = answer?.[0];
  if (parent === undefined) return;
  const stamp = new Date().toISOString().slice(0, 19).replaceAll(':', '-');
  const outDir = join(
    parent.fsPath,
    `face-clusters ${basename(session.folders[0] ?? '')} ${stamp}`,
  );
  const write = (overwrite: boolean) =>
    withProgress('Export', 'notification', (report, token) => {
      const options = { signal: signalOf(token), onProgress: reporter(report) };
      return session.export({ outDir, reportScript: reportScript(root), overwrite }, options);
    });
  try {
    const { inTheWay } = await write(false);
    if (inTheWay.length > 0) {
      const replace = 'Replace';
      const [named, more] = [inTheWay.slice(0, 20), inTheWay.length - 20];
      const list = [...named, ...(more > 0 ? [`… and ${more} more`] : [])].join('\n');
      const answer = await ask(
        'warning',
        `Replace ${plural(inTheWay.length, 'file')} in '${forName(outDir)}'?`,
        `An export did not write these, or they were changed since:\n${list}`,
        replace,
      );
      if (answer !== replace) return;
      await write(true);
    }
  } catch (error) {
    await sweepTemporaryFolders(outDir); // if the engine had to be ended
    if (!(error instanceof CancelledError)) throw error;
    void showInformation('Export cancelled; nothing was written.');
    return;
  }
  const open = 'Open Report';
  const choice = await showInformation(`Exported to '${forName(outDir)}'.`, open);
  if (choice === open) await vscode.env.openExternal(vscode.Uri.file(join(outDir, 'report.html')));
}

async function remove(session: RunSession, { library, panels }: CommandContext): Promise<void> {
  const { manifest, folders } = session;
  const yes = 'Remove';
  const answer =
    manifest === null
      ? yes
      : await ask(
          'warning',
          `Remove the clusters of '${forName(runTitle(folders))}'?`,
          `What was inferred of ${plural(manifest.faces, 'face')} is forgotten. The images stay as they are.`,
          yes,
        );
  if (answer !== yes) return;
  panels.close(session);
  await library.remove(session);
}

/**
 * Lets a network file describe faces from now on, once it has been seen to be one. Not in a
 * workspace nobody trusts: opening it runs what is in it.
 */
async function useModel(
  clicked: vscode.Uri | undefined,
  { engine, history }: CommandContext,
): Promise<void> {
  if (!(await hasTrustFor('another network can be used'))) return;
  const [file] =
    clicked !== undefined
      ? [clicked]
      : ((await vscode.window.showOpenDialog({
          title: 'Network of face attributes',
          openLabel: 'Use This Model',
          filters: { ONNX: ['onnx'] },
        })) ?? []);
  if (file === undefined) return;
  const { attributes, crop } = await engine.call('model', { file: file.fsPath });
  const { settings } = readSettings();
  // Below the workspace a relative path says the same on every machine.
  const base = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
  const below = base === undefined ? undefined : relative(base, file.fsPath);
  const model =
    below === undefined || below.startsWith('..') || isAbsolute(below) ? file.fsPath : below;
  await history.change({ model }, settings);
  const undo = 'Undo';
  const answer = await showInformation(
    `'${forName(basename(file.fsPath))}' describes faces from now on: ${attributes.length} attributes, crops of ${crop.width}×${crop.height}.`,
    undo,
  );
  if (answer === undo) await history.undo();
}

async function chooseAttributes({ history, library }: CommandContext): Promise<void> {
  const { settings } = readSettings();
  const { attributes } = settings;
  // Of the networks that described what is there; before there is anything, of the one that comes
  // along.
  const known = new Set(library.all.flatMap(({ manifest }) => manifest?.modelAttributes ?? []));
  const all = known.size > 0 ? [...known] : CELEBA_ATTRIBUTES;
  const names = await pickMany<string>(
    all.map((name) => ({
      label: readableAttribute(name),
      value: name,
      picked: attributes.includes(name),
    })),
    { title: 'Attributes that faces are compared by', placeHolder: 'Type to filter; at least one' },
  );
  if (names === undefined) return;
  if (names.length === 0) {
    void showWarning(
      'Face Clusters: at least one attribute is needed; the choice was not changed.',
    );
    return;
  }
  if (names.length === attributes.length && names.every((name) => attributes.includes(name)))
    return;
  await history.change({ attributes: names }, settings);
}
