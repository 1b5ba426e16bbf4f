/** The panel: toolbar, notices, and all clusters or one cluster in detail. */
import { html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { cache } from 'lit/directives/cache.js';
import type { PanelAct, PanelState } from '../../src/protocol/panel';
import { pairWith } from '../../src/summaries/pair-with';
import type { Source } from '../source';
import { AllPictures } from './all-pictures';
import './answer-view';
import { styles } from './app.css';
import { changesView } from './changes-view';
import { Ask, CompareClusters, Correct } from './cluster-events';
import type { ClusterView } from './cluster-view';
import './cluster-view';
import { clusteringCharts, noClusters } from './clustering-charts';
import { ShowFace } from './face-button';
import './notices';
import type { Overview } from './overview';
import './overview';
import './pair-view';
import type { PhotoDialog } from './photo-dialog';
import './photo-dialog';
import './progress-bar';
import { Selected } from './selected';
import './selection-bar';
import { shared } from './shared.css';
import { stepOf } from './step-keys';
import './toolbar';
import { isTyping } from './typing';
import './waits';
import type { Condition } from '../../src/domain/question';
import type { Progress } from '../../src/domain/progress';
import type { Clustering } from '../../src/domain/clustering';
import type { ClusterPictures } from '../../src/domain/faces';

@customElement('fc-app')
export class App extends LitElement {
  static override styles = [shared, styles];

  @property({ attribute: false }) source!: Source;
  /** Undefined until the host has sent it. */
  @property({ attribute: false }) panel: PanelState | undefined;
  @property({ attribute: false }) progress: Progress | null = null;

  /** Conditions of the faces that are shown instead of the clusters. */
  @state() private conditions: readonly Condition[] | undefined;
  /** Ids of the clusters that are shown side by side. */
  @state() private pair: readonly [number, number] | undefined;

  @query('fc-photo-dialog') private photoDialog!: PhotoDialog | null;
  private readonly pictures = new AllPictures(this);
  private readonly selected: Selected = new Selected(this);
  /** Scroll position of the overview when a cluster was opened. */
  private overviewScroll = 0;

  addPictures(generation: number, pictures: readonly ClusterPictures[]): void {
    this.pictures.add(generation, pictures);
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
    this.addEventListener(CompareClusters.type, this.onCompare);
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
    if (earlier !== undefined && isOther) {
      this.selected.clearFaces(); // its rows are of another run
      this.photoDialog?.close();
    }
    if (earlier?.generation !== this.panel?.generation) this.selected.clearClusters();
    const ids = this.panel?.clustering?.clusters.map(({ id }) => id) ?? [];
    const isThere = this.pair?.every((id) => ids.includes(id)) === true;
    const isElsewhere =
      earlier?.selected !== this.panel?.selected || earlier?.earlier !== this.panel?.earlier;
    if (!isThere || (earlier !== undefined && isElsewhere)) this.pair = undefined;
  }

  override updated(changed: PropertyValues<this>) {
    this.pictures.complete(this.pair ?? [this.panel?.selected ?? null]);
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
              .source=${source}
              .clustering=${panel.clustering}
              .names=${panel.run?.modelAttributes ?? []}
              .selection=${this.selected.faces}
              .chosen=${this.selected.clusters}
              .clear=${this.selected.clear}
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
    const other = this.insteadOfOverview(panel, clustering);
    // Kept while another view is shown, so that its cards and the map are there at once after it.
    return [cache(other === undefined ? this.overview(panel, clustering) : nothing), other];
  }

  /** What is shown in the place of all clusters, if anything. */
  private insteadOfOverview(panel: PanelState, clustering: Clustering) {
    const { generation, selected } = panel;
    const attributes = panel.run?.modelAttributes ?? [];
    const pictures = this.pictures.of(generation);
    if (this.pair !== undefined)
      return html`<fc-pair-view
        .source=${this.source}
        .clustering=${clustering}
        .pair=${this.pair}
        .generation=${generation}
        .pictures=${pictures}
        .close=${this.closePair}
        .change=${this.showPair}
        .open=${this.openOfPair}
      ></fc-pair-view>`;
    const chosen = clustering.clusters.find(({ id }) => id === selected);
    if (chosen !== undefined) {
      return html`<fc-cluster-view
        .source=${this.source}
        .clustering=${clustering}
        .cluster=${chosen}
        .generation=${generation}
        .pictures=${pictures.get(chosen.id)}
        .names=${attributes}
        .selection=${this.source.live ? this.selected.faces : undefined}
      ></fc-cluster-view>`;
    }
    if (panel.earlier !== null)
      return changesView(this.source, panel.earlier, clustering, generation);
    if (this.conditions !== undefined)
      return html`<fc-answer-view
        .source=${this.source}
        .conditions=${this.conditions}
        .names=${attributes}
        .generation=${generation}
        .selection=${this.selected.faces}
        .close=${this.closeAnswer}
      ></fc-answer-view>`;
    return undefined;
  }

  private overview(panel: PanelState, clustering: Clustering) {
    const { generation } = panel;
    return html`
      ${clusteringCharts(panel, clustering, this.source)}
      <fc-overview
        .source=${this.source}
        .clustering=${clustering}
        .generation=${generation}
        .pictures=${this.pictures.of(generation)}
        .names=${panel.run?.modelAttributes ?? []}
        .chosen=${this.selected.clusters}
        .selection=${this.selected.faces}
      ></fc-overview>
    `;
  }

  private nothingYet() {
    const waits = this.progress !== null || this.panel?.problem != null;
    return waits ? nothing : noClusters(this.source);
  }

  private readonly onShowFace = (event: Event) => {
    if (event instanceof ShowFace) void this.photoDialog?.show(event.face, event.neighbor);
  };

  private readonly onAsk = (event: Event) => {
    if (!(event instanceof Ask) || !this.source.live) return;
    if (this.panel?.selected != null) this.source.select(null);
    this.pair = undefined;
    this.conditions = event.conditions;
  };

  private readonly onCorrect = (event: Event) => {
    if (event instanceof Correct) this.source.send('correct', { request: event.request });
  };

  private readonly onCompare = (event: Event) => {
    const clusters = this.panel?.clustering?.clusters;
    if (!(event instanceof CompareClusters) || clusters === undefined) return;
    const pair = pairWith(clusters, event.cluster, event.other);
    if (pair === undefined) return;
    if (this.panel?.selected === null) this.overviewScroll = window.scrollY;
    this.showPair(pair);
    window.scrollTo(0, 0);
  };

  private readonly showPair = (pair: readonly [number, number]) => {
    this.pair = pair;
  };

  private readonly openOfPair = (cluster: number) => {
    this.pair = undefined;
    this.source.select(cluster);
  };

  /** Back to where the comparison was asked for, with the focus there. */
  private readonly closePair = () => {
    const [first] = this.pair ?? [];
    this.pair = undefined;
    void this.updateComplete.then(async () => {
      const view = this.renderRoot.querySelector<ClusterView>('fc-cluster-view');
      window.scrollTo(0, view === null ? this.overviewScroll : 0);
      await view?.focusCompare();
      if (view === null && first !== undefined) await this.focusCard(first);
    });
  };

  private readonly closeAnswer = () => {
    this.conditions = undefined;
  };

  private readonly onKey = (event: KeyboardEvent) => {
    // Of a dialog, only VS Code takes the keys.
    if (event.composedPath().some((each) => each instanceof HTMLDialogElement)) return;
    const step = stepOf(event);
    if (step === 'back') this.stepBack();
    else if (step !== undefined) this.step(event, step);
  };

  /** One step back: from the selection, the answer, or the cluster. */
  private stepBack() {
    if (!this.selected.isEmpty) this.selected.clear();
    else if (this.pair !== undefined) this.closePair();
    else if (this.panel?.selected != null) this.source.select(null);
    else if (this.panel?.earlier != null) this.source.send('changes', { id: null });
    else if (this.conditions !== undefined) this.closeAnswer();
  }

  private step(event: KeyboardEvent, command: 'undo' | 'redo') {
    if (this.panel?.[command] == null) return;
    event.preventDefault();
    this.source.send('command', { command });
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'fc-app': App;
  }
}
