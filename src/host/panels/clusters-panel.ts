/** The webview panel of a run: tells it what to show, does what it asks for. */
import { isDeepStrictEqual } from 'node:util';
import * as vscode from 'vscode';
import { clusteringSettings } from '../../domain/settings';
import {
  type HostMessage,
  type PanelState,
  type WebviewMessage,
  webviewMessageSchema,
} from '../../protocol/panel';
import { messageOf } from '../../util/errors';
import { type Log, setPanelTitle, showError } from '../outlets';
import type { RunSession } from '../runs/run-session';
import { readSettings } from '../settings/configuration';
import type { SettingHistory } from '../settings/setting-history';
import { runTitle } from '../titles';
import { manageTrust } from '../trust';
import { panelHtml } from './panel-html';
import { plainBytes } from './plain-bytes';
import { saveComparison } from './save-comparison';

/** Failures the panel itself names; the rest is in a document of its own. */
const FAILURES = 20;

export interface PanelContext {
  extensionUri: vscode.Uri;
  history: SettingHistory;
  log: Log;
  /** Called when another cluster is shown large, or none. */
  onSelect: (session: RunSession, cluster: number | null) => void;
}

export class ClustersPanel {
  private selected: number | null;
  private comparisonHidden = false;
  private readonly disposables: vscode.Disposable[] = [];

  constructor(
    private readonly panel: vscode.WebviewPanel,
    readonly session: RunSession,
    private readonly context: PanelContext,
    selected: number | null,
    onDispose: () => void,
  ) {
    this.selected = selected;
    const { webview } = panel;
    const dist = vscode.Uri.joinPath(context.extensionUri, 'dist');
    webview.options = { enableScripts: true, localResourceRoots: [dist] };
    setPanelTitle(panel, runTitle(session.folders));
    panel.iconPath = {
      light: vscode.Uri.joinPath(context.extensionUri, 'media', 'panel-light.svg'),
      dark: vscode.Uri.joinPath(context.extensionUri, 'media', 'panel-dark.svg'),
    };
    const onState = () => {
      this.postState();
    };
    const onProgress = (progress: RunSession['progress']) => {
      this.post({ kind: 'progress', progress });
    };
    const onPictures = () => {
      this.postPictures();
    };
    const onAllowed = () => {
      this.resume();
    };
    session
      .on('state', onState)
      .on('progress', onProgress)
      .on('pictures', onPictures)
      .on('allowed', onAllowed);
    webview.onDidReceiveMessage(
      (message: unknown) => {
        void this.receive(message);
      },
      undefined,
      this.disposables,
    );
    panel.onDidDispose(
      () => {
        session
          .off('state', onState)
          .off('progress', onProgress)
          .off('pictures', onPictures)
          .off('allowed', onAllowed);
        for (const disposable of this.disposables) disposable.dispose();
        onDispose();
      },
      undefined,
      this.disposables,
    );
    webview.html = panelHtml(String(webview.asWebviewUri(vscode.Uri.joinPath(dist, 'webview.js'))));
  }

  /**
   * Brings the panel to the front.
   * @param selected cluster to show large, null for all, undefined for what was shown.
   */
  show(selected?: number | null): void {
    if (selected !== undefined) this.select(selected);
    this.panel.reveal(undefined, false);
  }

  refresh(): void {
    this.postState();
  }

  /** Shows what was held back while the run waited for trust. */
  resume(): void {
    void this.receive({ kind: 'ready' }); // which the page has sent long ago
    void this.session.followSettings();
  }

  close(): void {
    this.panel.dispose();
  }

  private select(cluster: number | null) {
    this.selected = cluster;
    this.postState();
    this.context.onSelect(this.session, cluster);
  }

  private post(message: HostMessage) {
    // to a hidden panel nothing goes; it asks for all when it is shown again
    void this.panel.webview.postMessage(message);
  }

  private postState() {
    this.post({ kind: 'state', state: this.state() });
  }

  private postPictures() {
    const { generation, pictures } = this.session;
    if (pictures === null) return;
    const plain = pictures.map((each) => ({
      ...each,
      eigenface: plainBytes(each.eigenface),
      components: each.components.map(plainBytes),
    }));
    this.post({ kind: 'pictures', generation, pictures: plain });
  }

  private state(): PanelState {
    const { session } = this;
    const { manifest, clustering, generation, progress, problem, stale, changes } = session;
    const { settings, problems } = readSettings();
    const waits = session.waits;
    let run: PanelState['run'] = null;
    if (manifest !== null && !waits) {
      // long lists, of which the first come by themselves
      const { failures: _failures, faceless: _faceless, ...rest } = manifest;
      run = rest;
    }
    const exists = clustering?.clusters.some(({ id }) => id === this.selected) === true;
    return {
      title: runTitle(session.folders),
      waits,
      run,
      failures: run === null ? [] : (manifest?.failures.slice(0, FAILURES) ?? []),
      faceless: run === null ? [] : (manifest?.faceless.slice(0, FAILURES) ?? []),
      clustering: waits ? null : clustering,
      generation,
      selected: exists ? this.selected : null,
      progress,
      problem,
      stale,
      changes,
      settingProblems: problems,
      undo: this.context.history.last,
      settings: clusteringSettings(settings),
      comparison: this.comparisonHidden || waits ? null : session.comparison,
    };
  }

  private async receive(message: unknown) {
    const parsed = webviewMessageSchema.safeParse(message);
    if (!parsed.success) {
      this.context.log.warn(
        `the panel sent a message that is not understood: ${parsed.error.message}`,
      );
      return;
    }
    try {
      await this.handle(parsed.data);
    } catch (error) {
      this.context.log.error(error);
      void showError(`Face Clusters: ${messageOf(error)}`);
    }
  }

  private async handle(message: WebviewMessage): Promise<void> {
    const { session, context } = this;
    if (session.waits) {
      // The page offers one button then; what else it sends was not clicked by anybody.
      if (message.kind === 'ready') this.postState();
      else if (message.kind === 'command' && message.command === 'trust') await manageTrust();
      else if (message.kind === 'trouble') context.log.error(`the panel: ${message.message}`);
      else
        context.log.warn(
          `the panel asked for '${message.kind}' while the workspace is not trusted`,
        );
      return;
    }
    switch (message.kind) {
      case 'ready':
        await session.load();
        this.postState();
        if (session.pictures === null) void session.makePictures();
        else this.postPictures();
        return;
      case 'faces':
        await this.answer(message.request, `faces of cluster ${message.cluster}`, async () => {
          const faces = await session.faces(
            message.cluster,
            message.order,
            message.start,
            message.count,
          );
          return {
            kind: 'faces',
            request: message.request,
            faces: faces.map((face) => ({ ...face, jpeg: plainBytes(face.jpeg) })),
          };
        });
        return;
      case 'photo':
        await this.answer(message.request, `photo of face ${message.row}`, async () => {
          const photo = await session.photo(message.row);
          return {
            kind: 'photo',
            request: message.request,
            photo: { ...photo, jpeg: plainBytes(photo.jpeg) },
          };
        });
        return;
      case 'open': {
        const { path } = await session.locate(message.row);
        const column = message.beside ? vscode.ViewColumn.Beside : undefined;
        await vscode.commands.executeCommand('vscode.open', vscode.Uri.file(path), {
          viewColumn: column,
          preview: true,
        });
        return;
      }
      case 'select':
        this.select(message.cluster);
        return;
      case 'images': {
        const cluster = session.clustering?.clusters.find(({ id }) => id === message.cluster);
        if (cluster !== undefined)
          await vscode.commands.executeCommand(`faceClusters.${message.action}`, {
            kind: 'cluster',
            session,
            cluster,
          });
        return;
      }
      case 'settings': {
        const { settings } = readSettings();
        const given = Object.entries(message.changes) as [keyof typeof message.changes, unknown][];
        const changed = given.filter(
          ([name, value]) => value !== undefined && !isDeepStrictEqual(value, settings[name]),
        );
        if (changed.length > 0) await context.history.change(Object.fromEntries(changed), settings);
        return;
      }
      case 'trouble':
        context.log.error(`the panel: ${message.message}`);
        return;
      case 'command':
        await this.command(message.command);
        return;
    }
  }

  /** Answers a request, or says that it failed. */
  private async answer(
    request: number,
    what: string,
    make: () => Promise<HostMessage>,
  ): Promise<void> {
    try {
      this.post(await make());
    } catch (error) {
      this.context.log.warn(`${what}: ${messageOf(error)}`);
      this.post({ kind: 'requestFailed', request, message: messageOf(error) });
    }
  }

  private async command(
    command: Extract<WebviewMessage, { kind: 'command' }>['command'],
  ): Promise<void> {
    const node = { kind: 'run', session: this.session };
    switch (command) {
      case 'compare':
        this.comparisonHidden = false;
        await this.session.compare();
        return;
      case 'hideComparison':
        this.comparisonHidden = true;
        this.postState();
        return;
      case 'saveComparison':
        await saveComparison(this.session);
        return;
      case 'cancel':
        this.session.cancel();
        return;
      case 'trust':
        await manageTrust();
        return;
      case 'undo':
        await this.context.history.undo();
        return;
      case 'retry':
        await this.session.retry();
        return;
      case 'rerun':
        await vscode.commands.executeCommand('faceClusters.refresh', node);
        return;
      case 'attributes':
        await vscode.commands.executeCommand('faceClusters.chooseAttributes');
        return;
      case 'settings':
        await vscode.commands.executeCommand('faceClusters.openSettings');
        return;
      case 'export':
        await vscode.commands.executeCommand('faceClusters.export', node);
        return;
      case 'failures':
        await vscode.commands.executeCommand('faceClusters.showFailures', node);
        return;
      case 'faceless':
        await vscode.commands.executeCommand('faceClusters.showFaceless', node);
        return;
      case 'engineLog':
        this.context.log.show();
        return;
    }
  }
}
