/** The panel: toolbar, notices, and all clusters or one cluster in detail. */
import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { PanelAct, PanelState } from '../../src/protocol/panel';
import type { Source } from '../source';
import './answer-view';
import { Ask, ChooseCluster, Correct } from './cluster-events';
import './cluster-view';
import './comparison';
import './dendrogram';
import { ShowFace } from './face-button';
import './k-curve';
import './notices';
import type { Overview } from './overview';
import './overview';
import type { PhotoDialog } from './photo-dialog';
import './photo-dialog';
import './progress-bar';
import { SelectFaces } from './select-faces';
import './selection-bar';
import { shared } from './shared.css';
import './toolbar';
import { isTyping } from './typing';
import './waits';
import type { Condition } from '../../src/domain/question';
import type { Progress } from '../../src/domain/progress';
import type { Clustering } from '../../src/domain/clustering';
import type { ClusterPictures } from '../../src/domain/faces';

@customElement('fc-app')
export class App extends LitElement {
  static override styles = [
    shared,
    css`
      :host {
        padding-bottom: 32px;
      }
      details {
        margin-bottom: 14px;
      }
      summary {
        cursor: pointer;
        margin-bottom: 6px;
      }
      .empty {
        padding: 40px 0;
      }
    `,
  ];

  @property({ attribute: false }) source!: Source;
  /** Undefined until the host has sent it. */
  @property({ attribute: false }) panel: PanelState | undefined;
  @property({ attribute: false }) progress: Progress | null = null;

  /** Conditions of the faces that are shown instead of the clusters. */
  @state() private conditions: readonly Condition[] | undefined;
  /** Rows of the selected faces. */
  @state() private selection: ReadonlySet<number> = new Set();
  /** Ids of the clusters that are chosen for an action, the first one first. */
  @state() private chosen: ReadonlySet<number> = new Set();

  @query('fc-photo-dialog') private photoDialog!: PhotoDialog | null;
  @state() private pictures: { generation: number; of: Map<number, ClusterPictures> } = {
    generation: -1,
    of: new Map(),
  };
  /** Scroll position of the overview when a cluster was opened. */
  private overviewScroll = 0;

  setPictures(generation: number, pictures: readonly ClusterPictures[]): void {
    this.pictures = { generation, of: new Map(pictures.map((each) => [each.cluster, each])) };
  }

  /** Does what a key of VS Code asks for, unless the key belongs to a text field. */
  act(act: PanelAct): void {
    if (act === 'find') this.renderRoot.querySelector('fc-overview')?.focusSearch();
    else if (!isTyping()) this.renderRoot.querySelector('fc-selection-bar')?.act(act);
  }

  override connectedCallback() {
    super.connectedCallback();
    this.addEventListener(ShowFace.type, this.onShowFace);
    this.addEventListener(Ask.type, this.onAsk);
    this.addEventListener(Correct.type, this.onCorrect);
    this.addEventListener(ChooseCluster.type, this.onChoose);
    this.addEventListener(SelectFaces.type, this.onSelect);
    window.addEventListener('keydown', this.onKey);
  }

  override disconnectedCallback() {
    super.disconnectedCallback();
    window.removeEventListener('keydown', this.onKey);
  }

  override willUpdate(changed: PropertyValues<this>) {
    if (!changed.has('panel')) return;
    this.progress = this.panel?.progress ?? null;
    const before = changed.get('panel')?.selected ?? null;
    if (before === null && this.panel?.selected != null) this.overviewScroll = window.scrollY;
    if (this.panel?.selected != null) this.conditions = undefined;
    const earlier = changed.get('panel');
    const isOther = earlier?.run?.createdAt !== this.panel?.run?.createdAt;
    if (earlier !== undefined && isOther) this.selection = new Set(); // its rows are of another run
    if (earlier?.generation !== this.panel?.generation) this.chosen = new Set();
  }

  override updated(changed: PropertyValues<this>) {
    const before = changed.get('panel');
    if (before === undefined) return;
    const now = this.panel?.selected ?? null;
    if (before.selected === now) return;
    window.scrollTo(0, now === null ? this.overviewScroll : 0);
    if (now === null && before.selected !== null) void this.focusCard(before.selected);
  }

  /**
   * Returns the focus to the card of a cluster that was closed, unless another element has it: the
   * user may have opened a dropdown during the round trip to the host, and it would close.
   */
  private async focusCard(cluster: number) {
    const overview = this.renderRoot.querySelector<Overview>('fc-overview');
    await overview?.updateComplete;
    if (this.shadowRoot?.activeElement == null) await overview?.focusCard(cluster);
  }

  override render() {
    const { panel, progress, source } = this;
    if (panel === undefined) return nothing;
    if (panel.waits)
      return html`<main><fc-waits .source=${source} .name=${panel.title}></fc-waits></main>`;
    return html`<main>
      <fc-toolbar .source=${source} .panel=${panel}></fc-toolbar>
      ${progress === null ? nothing : html`<fc-progress .source=${source} .progress=${progress}></fc-progress>`}
      <fc-notices .source=${source} .panel=${panel}></fc-notices>
      ${panel.clustering === null ? this.nothingYet() : this.clusters(panel, panel.clustering)}
      ${
        panel.clustering === null || !source.live
          ? nothing
          : html`<fc-selection-bar
              .clustering=${panel.clustering}
              .names=${panel.run?.modelAttributes ?? []}
              .selection=${this.selection}
              .chosen=${this.chosen}
              .clear=${this.clearSelection}
            ></fc-selection-bar>`
      }
      <fc-photo-dialog
        .source=${source}
        .names=${panel.run?.modelAttributes ?? []}
        .clustering=${panel.clustering}
        .thresholds=${panel.clustering?.settings.thresholds === 'balanced' ? panel.run?.thresholds : undefined}
      ></fc-photo-dialog>
    </main>`;
  }

  private clusters(panel: PanelState, clustering: Clustering) {
    const { generation, selected } = panel;
    const picturesOf = (id: number) =>
      this.pictures.generation === generation ? this.pictures.of.get(id) : undefined;
    const chosen = clustering.clusters.find(({ id }) => id === selected);
    if (chosen !== undefined) {
      return html`<fc-cluster-view
        .source=${this.source}
        .clustering=${clustering}
        .cluster=${chosen}
        .generation=${generation}
        .pictures=${picturesOf(chosen.id)}
        .selection=${this.source.live ? this.selection : undefined}
      ></fc-cluster-view>`;
    }
    const attributes = panel.run?.modelAttributes ?? [];
    if (this.conditions !== undefined)
      return html`<fc-answer-view
        .source=${this.source}
        .conditions=${this.conditions}
        .names=${attributes}
        .generation=${generation}
        .selection=${this.selection}
        .close=${this.closeAnswer}
      ></fc-answer-view>`;
    const { tree, curve, distinct } = clustering;
    return html`
      ${panel.comparison === null ? nothing : html`<fc-comparison .source=${this.source} .comparison=${panel.comparison}></fc-comparison>`}
      ${
        curve === null
          ? nothing
          : html`<details open>
              <summary>How the number of clusters was chosen</summary>
              <fc-k-curve .source=${this.source} .curve=${curve} .distinct=${distinct}></fc-k-curve>
            </details>`
      }
      ${
        tree === null || tree.length === 0
          ? nothing
          : html`<details open>
              <summary>Dendrogram</summary>
              <fc-dendrogram .source=${this.source} .clustering=${clustering}></fc-dendrogram>
            </details>`
      }
      <fc-overview
        .source=${this.source}
        .clustering=${clustering}
        .generation=${generation}
        .pictures=${this.pictures.generation === generation ? this.pictures.of : new Map()}
        .names=${attributes}
        .chosen=${this.chosen}
        .selection=${this.selection}
      ></fc-overview>
    `;
  }

  private nothingYet() {
    if (this.progress !== null || this.panel?.problem != null) return nothing;
    return html`<p class="empty quiet">No clusters yet.</p>`;
  }

  private readonly onShowFace = (event: Event) => {
    if (event instanceof ShowFace) void this.photoDialog?.show(event.face, event.neighbor);
  };

  private readonly onAsk = (event: Event) => {
    if (!(event instanceof Ask) || !this.source.live) return;
    if (this.panel?.selected != null) this.source.select(null);
    this.conditions = event.conditions;
  };

  private readonly onCorrect = (event: Event) => {
    if (event instanceof Correct) this.source.send('correct', { request: event.request });
  };

  private readonly onChoose = (event: Event) => {
    if (!(event instanceof ChooseCluster)) return;
    const chosen = new Set(this.chosen);
    if (event.chosen) chosen.add(event.cluster);
    else chosen.delete(event.cluster);
    this.chosen = chosen;
  };

  private readonly onSelect = (event: Event) => {
    if (!(event instanceof SelectFaces)) return;
    const selection = new Set(event.mode === 'replace' ? [] : this.selection);
    for (const row of event.rows)
      if (event.mode === 'remove') selection.delete(row);
      else selection.add(row);
    this.selection = selection;
  };

  private readonly clearSelection = () => {
    this.selection = new Set();
    this.chosen = new Set();
  };

  private readonly closeAnswer = () => {
    this.conditions = undefined;
  };

  private readonly onKey = (event: KeyboardEvent) => {
    if (isTextField(event)) return;
    const isCommand = event.ctrlKey || event.metaKey;
    const key = event.key.toLowerCase();
    // A dropdown closed by Escape has prevented the default; VS Code prevents that of undo.
    if (event.key === 'Escape' && !event.defaultPrevented) this.stepBack();
    else if (isCommand && key === 'z' && !event.shiftKey) this.step(event, 'undo');
    else if (isCommand && (key === 'y' || (key === 'z' && event.shiftKey)))
      this.step(event, 'redo');
  };

  /** One step back: from the selection, the answer, or the cluster. */
  private stepBack() {
    if (this.selection.size > 0 || this.chosen.size > 0) this.clearSelection();
    else if (this.conditions !== undefined) this.closeAnswer();
    else if (this.panel?.selected != null) this.source.select(null);
  }

  private step(event: KeyboardEvent, command: 'undo' | 'redo') {
    if (this.panel?.[command] == null) return;
    event.preventDefault();
    this.source.send('command', { command });
  }
}

/** Whether a key was pressed in a field that has an undo of its own. */
const isTextField = (event: KeyboardEvent): boolean =>
  event.key !== 'Escape' &&
  event.composedPath().some((each) => each instanceof HTMLInputElement && each.type !== 'checkbox');

declare global {
  interface HTMLElementTagNameMap {
    'fc-app': App;
  }
}
