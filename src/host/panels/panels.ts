/** The open panels: at most one a run. Restores them when the window is loaded again. */
import * as vscode from 'vscode';
import { panelMementoSchema } from '../../protocol/panel';
import type { RunLibrary } from '../runs/run-library';
import type { RunSession } from '../runs/run-session';
import { ClustersPanel, type PanelContext } from './clusters-panel';

export const VIEW_TYPE = 'faceClusters.clusters';

export class Panels implements vscode.WebviewPanelSerializer {
  private readonly open = new Map<RunSession, ClustersPanel>();

  constructor(
    private readonly library: RunLibrary,
    private readonly context: PanelContext,
    private readonly loaded: Promise<void>,
    /** Called when a run is shown. */
    private readonly onOpen: (session: RunSession) => void,
  ) {}

  get sessions(): RunSession[] {
    return [...this.open.keys()];
  }

  /** Shows a run the user has asked for. */
  show(session: RunSession, selected?: number | null): void {
    session.allow();
    const panel = this.open.get(session);
    if (panel !== undefined) {
      panel.show(selected);
      return;
    }
    this.adopt(
      vscode.window.createWebviewPanel(VIEW_TYPE, '', vscode.ViewColumn.Active),
      session,
      selected ?? null,
    );
    void session.followSettings();
  }

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
      panel.dispose(); // its run is gone
      return;
    }
    this.adopt(panel, session, memento.data.selected);
    await session.followSettings();
  }

  /** Goes on with what waited until the workspace is trusted. */
  onTrusted(): void {
    for (const [session, panel] of this.open) {
      panel.resume();
      this.onOpen(session);
    }
  }

  private adopt(panel: vscode.WebviewPanel, session: RunSession, selected: number | null) {
    const clusters = new ClustersPanel(panel, session, this.context, selected, () =>
      this.open.delete(session),
    );
    this.open.set(session, clusters);
    this.onOpen(session);
  }
}
