/** The webview panel of a run. */
import type * as vscode from 'vscode';
import type { Progress } from '../../domain/progress';
import {
  PANEL_QUERIES,
  type PanelAct,
  type PanelCalls,
  type PanelEvent,
  panelParams,
} from '../../protocol/panel';
import type { Handlers } from '../../channel/serve';
import { copyFaces } from '../commands/copy-images';
import { Disposables, listen } from '../disposables';
import type { Log } from '../outlets';
import { correct } from '../runs/correct';
import type { RunSession } from '../runs/run-session';
import type { SettingHistory } from '../settings/setting-history';
import { runTitle } from '../titles';
import {
  askForColor,
  askForNote,
  openImage,
  panelCommands,
  useImages,
} from './clusters-panel-handlers';
import { componentPictures, panelState, picturesEvents } from './clusters-panel-state';
import { undoSteps } from './undo-steps';
import { panelQueries } from './panel-queries';
import { reportFailure, servePages, untilAborted } from './serve-page';
import { learned } from '../walkthrough';
import { showPage } from './webview-page';

export interface PanelContext {
  extensionUri: vscode.Uri;
  history: SettingHistory;
  log: Log;
  /** Called when the panel shows a cluster, or all clusters (null). */
  onSelect: (session: RunSession, cluster: number | null) => void;
}

interface OwnContext extends PanelContext {
  /** Called when the panel comes to the front, or another one does. */
  onActive: () => void;
}

export class ClustersPanel {
  private comparisonHidden = false;
  /** Id of the kept clustering that the clusters are compared with. */
  private earlier: string | null = null;
  private readonly disposables = new Disposables();
  /** Sends an event to the page, once it listens. */
  private tell: (event: PanelEvent) => void = () => undefined;

  /** @param shown the cluster to show; null for all clusters. */
  constructor(
    private readonly panel: vscode.WebviewPanel,
    readonly session: RunSession,
    private readonly context: OwnContext,
    private shown: number | null,
    onDispose: () => void,
  ) {
    const add = this.disposables.add.bind(this.disposables);
    add(
      listen(session, 'state', () => {
        this.refresh();
      }),
    );
    add(
      listen(session, 'progress', (progress: Progress | null) => {
        this.tell({ kind: 'progress', progress });
      }),
    );
    add(
      listen(session, 'pictures', () => {
        this.tellPictures();
      }),
    );
    add(
      listen(session, 'allowed', () => {
        this.resume();
      }),
    );
    add(
      servePages<PanelCalls>(panel.webview, {
        view: 'the panel',
        log: context.log,
        params: panelParams,
        handlers: this.pageHandlers(),
        queries: PANEL_QUERIES,
        waits: () => session.waits,
      }),
    );
    add(
      panel.onDidChangeViewState(() => {
        context.onActive();
      }),
    );
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
  show(selected: number | null | undefined, preserveFocus: boolean): void {
    if (selected !== undefined) this.select(selected);
    this.panel.reveal(undefined, preserveFocus);
  }

  /** Sends the state of the run and the settings to the page. */
  refresh(): void {
    const { comparisonHidden, earlier, shown: selected } = this;
    const steps = undoSteps(this.session, this.context.history);
    const state = panelState(this.session, { selected, comparisonHidden, earlier, ...steps });
    this.tell({ kind: 'state', state });
  }

  /** Shows the run after it has waited for trust. */
  resume(): void {
    this.showEverything();
    void this.session.followSettings();
  }

  /** Shows what changed since a clustering that is kept; null: the clusters again. */
  showChanges(id: string | null): void {
    this.earlier = id;
    if (id === null) this.refresh();
    else this.select(null);
  }

  /** Compares the clustering methods and shows the comparison. */
  async compare(): Promise<void> {
    this.comparisonHidden = false;
    await this.session.compare();
  }

  /** Asks the page for something that depends on what is selected there. */
  act(act: PanelAct): void {
    if (!this.session.waits) this.tell({ kind: 'act', act });
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
    if (cluster !== null) learned('hasLooked');
    this.refresh();
    this.context.onSelect(this.session, cluster);
  }

  private tellPictures() {
    for (const event of picturesEvents(this.session)) this.tell(event);
  }

  private pageHandlers(): Handlers<PanelCalls> {
    const { session, context } = this;
    const { queries } = session;
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
      watch: async (_, { onProgress, signal }) => {
        this.tell = onProgress;
        this.showEverything();
        await untilAborted(signal);
      },
      ...panelQueries(queries),
      componentPictures: ({ cluster }) => componentPictures(session, cluster),
      correct: async ({ request }) => {
        await correct(session, request);
      },
      open: async ({ row, beside }) => {
        await openImage(session, row, beside);
      },
      select: ({ cluster }) => {
        this.select(cluster);
      },
      color: async ({ cluster }) => {
        await askForColor(session, cluster);
      },
      note: async ({ cluster }) => {
        await askForNote(session, cluster);
      },
      copyFaces: async ({ rows }) => {
        await copyFaces(session, rows);
      },
      images: async (params) => {
        await useImages(session, params);
      },
      settings: async ({ changes }) => {
        await session.change(changes);
      },
      changes: ({ id }) => {
        this.showChanges(id);
      },
      preview: async ({ changes }) => {
        await session.preview(changes);
      },
      trouble: ({ message }) => {
        context.log.error(`the panel: ${message}`);
      },
      command: async ({ command }) => {
        await commands[command]();
      },
    };
  }

  private showEverything(): void {
    const show = async () => {
      if (!this.session.waits) await this.session.load();
      this.refresh();
      if (this.session.waits) return;
      if (this.session.pictures === null) void this.session.makePictures();
      else this.tellPictures();
    };
    show().catch((error: unknown) => {
      reportFailure(this.context.log, error);
    });
  }
}
