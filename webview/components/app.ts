/** The panel: toolbar, notices, and all clusters or one cluster in detail. */
import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { PanelState } from '../../src/protocol/panel';
import type { Source } from '../source';
import type { ClusterCard } from './cluster-card';
import './cluster-card';
import './cluster-view';
import './comparison';
import './dendrogram';
import { ShowFace } from './face-button';
import './k-curve';
import './map-section';
import './notices';
import type { PhotoDialog } from './photo-dialog';
import './photo-dialog';
import './progress-bar';
import { shared } from './shared.css';
import './toolbar';
import './waits';
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
      .cards {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(380px, 1fr));
        gap: 14px;
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
      @media (max-width: 430px) {
        .cards {
          grid-template-columns: 1fr;
        }
      }
    `,
  ];

  @property({ attribute: false }) source!: Source;
  /** Undefined until the host has sent it. */
  @property({ attribute: false }) panel: PanelState | undefined;
  @property({ attribute: false }) progress: Progress | null = null;

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

  override connectedCallback() {
    super.connectedCallback();
    this.addEventListener(ShowFace.type, this.onShowFace);
    window.addEventListener('keydown', this.onKey);
  }

  override disconnectedCallback() {
    super.disconnectedCallback();
    this.removeEventListener(ShowFace.type, this.onShowFace);
    window.removeEventListener('keydown', this.onKey);
  }

  override willUpdate(changed: PropertyValues<this>) {
    if (!changed.has('panel')) return;
    this.progress = this.panel?.progress ?? null;
    const before = changed.get('panel')?.selected ?? null;
    if (before === null && this.panel?.selected != null) this.overviewScroll = window.scrollY;
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
    const card = this.renderRoot.querySelector<ClusterCard>(
      `fc-cluster-card[data-cluster="${cluster}"]`,
    );
    await card?.updateComplete;
    if (this.shadowRoot?.activeElement == null) card?.focus();
  }

  override render() {
    const { panel, progress, source } = this;
    if (panel === undefined) return nothing;
    if (panel.waits) return html`<fc-waits .source=${source} .name=${panel.title}></fc-waits>`;
    return html`
      <fc-toolbar .source=${source} .panel=${panel}></fc-toolbar>
      ${progress === null ? nothing : html`<fc-progress .source=${source} .progress=${progress}></fc-progress>`}
      <fc-notices .source=${source} .panel=${panel}></fc-notices>
      <main>
        ${panel.clustering === null ? this.nothingYet() : this.clusters(panel, panel.clustering)}
      </main>
      <fc-photo-dialog
        .source=${source}
        .names=${panel.run?.modelAttributes ?? []}
      ></fc-photo-dialog>
    `;
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
      ></fc-cluster-view>`;
    }
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
      ${this.source.live ? html`<fc-map-section .source=${this.source} .clustering=${clustering} .generation=${generation}></fc-map-section>` : nothing}
      <div class="cards">
        ${repeat(
          clustering.clusters,
          ({ id }) => id,
          (cluster) =>
            html`<fc-cluster-card
              data-cluster=${cluster.id}
              .source=${this.source}
              .cluster=${cluster}
              .overall=${clustering.overall}
              .total=${clustering.faces}
              .generation=${generation}
              .pictures=${picturesOf(cluster.id)}
            ></fc-cluster-card>`,
        )}
      </div>
    `;
  }

  private nothingYet() {
    if (this.progress !== null || this.panel?.problem != null) return nothing;
    return html`<p class="empty quiet">No clusters yet.</p>`;
  }

  private readonly onShowFace = (event: Event) => {
    if (event instanceof ShowFace) void this.photoDialog?.show(event.face);
  };

  private readonly onKey = (event: KeyboardEvent) => {
    // A dropdown that was closed by Escape has prevented the default.
    if (event.key === 'Escape' && !event.defaultPrevented && this.panel?.selected != null)
      this.source.select(null);
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'fc-app': App;
  }
}
