/** The webview panel of a run. */
import type * as vscode from 'vscode';
import type { Progress } from '../../domain/progress';
import { type HostMessage, type WebviewMessage, webviewMessageSchema } from '../../protocol/panel';
import { messageOf } from '../../util/errors';
import { Disposables, listen } from '../disposables';
import { type Log, showError } from '../outlets';
import type { RunSession } from '../runs/run-session';
import type { SettingHistory } from '../settings/setting-history';
import { runTitle } from '../titles';
import { changeSettings, openImage, panelCommands, useImages } from './clusters-panel-handlers';
import { panelState, picturesMessage } from './clusters-panel-state';
import { handleBeforeTrust, handleMessage, type MessageHandlers } from './message-handlers';
import { plainBytes } from './plain-bytes';
import { showPage } from './webview-page';

export interface PanelContext {
  extensionUri: vscode.Uri;
  history: SettingHistory;
  log: Log;
  /** Called when the panel shows a cluster, or all clusters (null). */
  onSelect: (session: RunSession, cluster: number | null) => void;
}

type Request = Extract<WebviewMessage, { request: number }>;

export class ClustersPanel {
  private comparisonHidden = false;
  private readonly disposables = new Disposables();
  private readonly handlers: MessageHandlers<WebviewMessage>;

  /** @param shown the cluster to show; null for all clusters. */
  constructor(
    private readonly panel: vscode.WebviewPanel,
    readonly session: RunSession,
    private readonly context: PanelContext,
    private shown: number | null,
    onDispose: () => void,
  ) {
    this.handlers = this.messageHandlers();
    const add = this.disposables.add.bind(this.disposables);
    add(
      listen(session, 'state', () => {
        this.refresh();
      }),
    );
    add(
      listen(session, 'progress', (progress: Progress | null) => {
        this.post({ kind: 'progress', progress });
      }),
    );
    add(
      listen(session, 'pictures', () => {
        this.postPictures();
      }),
    );
    add(
      listen(session, 'allowed', () => {
        this.resume();
      }),
    );
    add(panel.webview.onDidReceiveMessage((message: unknown) => void this.receive(message)));
    add(
      panel.onDidDispose(() => {
        this.disposables.dispose();
        onDispose();
      }),
    );
    showPage(panel, context.extensionUri, {
      title: runTitle(session.folders),
      script: 'webview.js',
    });
  }

  /** Whether the panel is the active editor. */
  get isActive(): boolean {
    return this.panel.active;
  }

  /** The cluster that is shown; null for all clusters. */
  get selected(): number | null {
    return this.shown;
  }

  /**
   * Brings the panel to the front.
   * @param selected the cluster to show; null for all clusters, undefined for the one shown before.
   */
  show(selected?: number | null): void {
    if (selected !== undefined) this.select(selected);
    this.panel.reveal(undefined, false);
  }

  /** Sends the state of the run and the settings to the page. */
  refresh(): void {
    const { comparisonHidden, shown: selected } = this;
    const undo = this.context.history.last;
    const state = panelState(this.session, { selected, comparisonHidden, undo });
    this.post({ kind: 'state', state });
  }

  /** Shows the run after it has waited for trust. */
  resume(): void {
    void this.receive({ kind: 'ready' }); // the page sends this only once, when it is loaded
    void this.session.followSettings();
  }

  /** Compares the clustering methods and shows the comparison. */
  async compare(): Promise<void> {
    this.comparisonHidden = false;
    await this.session.compare();
  }

  close(): void {
    this.panel.dispose();
  }

  /** Stops listening to the run and the page. */
  detach(): void {
    this.disposables.dispose();
  }

  private select(cluster: number | null) {
    this.shown = cluster;
    this.refresh();
    this.context.onSelect(this.session, cluster);
  }

  /** A hidden page receives nothing; it requests everything when it is shown again. */
  private post(message: HostMessage) {
    void this.panel.webview.postMessage(message);
  }

  private postPictures() {
    const message = picturesMessage(this.session);
    if (message !== undefined) this.post(message);
  }

  private async receive(message: unknown) {
    const parsed = webviewMessageSchema.safeParse(message);
    if (!parsed.success) {
      this.context.log.warn(`the panel sent an invalid message: ${parsed.error.message}`);
      return;
    }
    try {
      if (this.session.waits)
        await handleBeforeTrust(parsed.data, this.handlers, this.context.log, 'the panel', () => {
          this.refresh();
        });
      else await handleMessage(this.handlers, parsed.data);
    } catch (error) {
      this.context.log.error(error);
      void showError(`Face Clusters: ${messageOf(error)}`);
    }
  }

  private messageHandlers(): MessageHandlers<WebviewMessage> {
    const { session, context } = this;
    const commands = panelCommands({
      session,
      history: context.history,
      log: context.log,
      compare: () => this.compare(),
      hideComparison: () => {
        this.comparisonHidden = true;
        this.refresh();
      },
    });
    return {
      ready: () => this.sendEverything(),
      faces: (message) => this.answer(message, () => this.facesMessage(message)),
      photo: (message) => this.answer(message, () => this.photoMessage(message)),
      open: ({ row, beside }) => openImage(session, row, beside),
      select: ({ cluster }) => {
        this.select(cluster);
      },
      images: (message) => useImages(session, message),
      settings: ({ changes }) => changeSettings(context.history, changes),
      trouble: ({ message }) => {
        context.log.error(`the panel: ${message}`);
      },
      command: async ({ command }) => {
        await commands[command]();
      },
    };
  }

  private async sendEverything(): Promise<void> {
    await this.session.load();
    this.refresh();
    if (this.session.pictures === null) void this.session.makePictures();
    else this.postPictures();
  }

  private async facesMessage(message: Extract<Request, { kind: 'faces' }>): Promise<HostMessage> {
    const { request, cluster, order, start, count } = message;
    const faces = await this.session.queries.faces(cluster, order, start, count);
    const plain = faces.map((face) => ({ ...face, jpeg: plainBytes(face.jpeg) }));
    return { kind: 'faces', request, faces: plain };
  }

  private async photoMessage({
    request,
    row,
  }: Extract<Request, { kind: 'photo' }>): Promise<HostMessage> {
    const photo = await this.session.queries.photo(row);
    return { kind: 'photo', request, photo: { ...photo, jpeg: plainBytes(photo.jpeg) } };
  }

  /** Posts the answer to a request, or the reason why there is none. */
  private async answer({ kind, request }: Request, make: () => Promise<HostMessage>) {
    try {
      this.post(await make());
    } catch (error) {
      const message = messageOf(error);
      this.context.log.warn(`the request '${kind}' of the panel failed: ${message}`);
      this.post({ kind: 'requestFailed', request, message });
    }
  }
}
