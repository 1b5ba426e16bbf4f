/** The open panels, at most one per run, restored when the window is reloaded. */
import * as vscode from 'vscode';
import { type PanelAct, panelMementoSchema } from '../../protocol/panel';
import type { RunLibrary } from '../runs/run-library';
import type { RunSession } from '../runs/run-session';
import { ClustersPanel, type PanelContext } from './clusters-panel';

export const VIEW_TYPE = 'faceClusters.clusters';
/** Of files of runs, which open in an editor of their own. */
export const FILE_VIEW_TYPE = 'faceClusters.file';

/** A panel in front, with the cluster it shows (null for all clusters). */
interface ActivePanel {
  session: RunSession;
  selected: number | null;
}

export class Panels implements vscode.WebviewPanelSerializer, vscode.Disposable {
  private readonly open = new Map<RunSession, ClustersPanel>();
  private readonly opened = new vscode.EventEmitter<RunSession>();
  private readonly closed = new vscode.EventEmitter<RunSession>();
  private readonly activated = new vscode.EventEmitter<undefined>();
  /** Another panel, or none, is in front. */
  readonly onDidChangeActive = this.activated.event;
  readonly onDidOpen = this.opened.event;
  readonly onDidClose = this.closed.event;

  /** @param loaded resolves when the stored runs are listed. */
  constructor(
    private readonly library: RunLibrary,
    private readonly context: PanelContext,
    private readonly loaded: Promise<void>,
  ) {}

  /** The runs shown in panels. */
  get sessions(): RunSession[] {
    return [...this.open.keys()];
  }

  get active(): ActivePanel | undefined {
    const panel = [...this.open.values()].find(({ isActive }) => isActive);
    return panel === undefined ? undefined : { session: panel.session, selected: panel.selected };
  }

  /**
   * Shows a run that the user requested.
   * @param selected the cluster to show; null for all clusters, undefined for the one shown before.
   * @param preserveFocus whether the side panel keeps the focus.
   */
  show(session: RunSession, selected?: number | null, preserveFocus = false): void {
    session.allow();
    const panel = this.open.get(session);
    if (panel !== undefined) {
      panel.show(selected, preserveFocus);
      return;
    }
    if (session.file !== undefined) {
      const uri = vscode.Uri.file(session.file);
      void vscode.commands.executeCommand('vscode.openWith', uri, FILE_VIEW_TYPE);
      return;
    }
    this.adopt(
      vscode.window.createWebviewPanel(VIEW_TYPE, '', {
        viewColumn: vscode.ViewColumn.Active,
        preserveFocus,
      }),
      session,
      selected ?? null,
    );
    void session.followSettings();
  }

  /** Compares the clustering methods of a run in its panel. */
  async compare(session: RunSession): Promise<void> {
    this.show(session);
    await session.load();
    await this.open.get(session)?.compare();
  }

  /** Shows what changed since a clustering that is kept. */
  showChanges(session: RunSession, id: string): void {
    this.show(session, null);
    this.open.get(session)?.showChanges(id);
  }

  /** Asks the page of the panel in front for something. @returns whether there is one. */
  act(act: PanelAct): boolean {
    const panel = [...this.open.values()].find(({ isActive }) => isActive);
    panel?.act(act);
    return panel !== undefined;
  }

  /** Sends the current settings to all pages. */
  refresh(): void {
    for (const panel of this.open.values()) panel.refresh();
  }

  close(session: RunSession): void {
    this.open.get(session)?.close();
  }

  async deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    await this.loaded;
    const memento = panelMementoSchema.safeParse(state);
    const session = memento.success ? this.library.find(memento.data.runId) : undefined;
    if (!memento.success || session === undefined) {
      panel.dispose(); // the run was removed
      return;
    }
    if (this.open.has(session)) {
      panel.dispose(); // a tab behind others, restored after the run was opened once more
      return;
    }
    this.adopt(panel, session, memento.data.selected);
    await session.followSettings();
  }

  /** Resumes the restored panels after the user has trusted the workspace. */
  onTrusted(): void {
    for (const [session, panel] of this.open) {
      panel.resume();
      this.opened.fire(session);
    }
  }

  /** The panels stay open: VS Code restores them when the window is reloaded. */
  dispose(): void {
    for (const panel of this.open.values()) panel.detach();
    this.opened.dispose();
    this.closed.dispose();
    this.activated.dispose();
  }

  /** Shows a run in the editor of its file. */
  async showInEditor(panel: vscode.WebviewPanel, session: RunSession): Promise<void> {
    this.adopt(panel, session, null);
    await session.followSettings();
  }

  private adopt(panel: vscode.WebviewPanel, session: RunSession, selected: number | null) {
    const onActive = () => {
      this.activated.fire(undefined);
    };
    const context = { ...this.context, onActive };
    const clusters = new ClustersPanel(panel, session, context, selected, () => {
      this.open.delete(session);
      this.closed.fire(session);
      onActive();
    });
    this.open.set(session, clusters);
    this.opened.fire(session);
    onActive();
  }
}
