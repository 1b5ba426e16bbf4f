/** All clusters as cards, with search, order and density. */
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { focusIfHere } from '../focus';
import type { ClusterSummary, Clustering } from '../../src/domain/clustering';
import type { ClusterPictures } from '../../src/domain/faces';
import type { OverviewView } from '../../src/protocol/panel';
import { type ClusterTitle, clusterTitles } from '../../src/summaries/cluster-titles';
import { parseQuestion, questionText } from '../../src/summaries/questions';
import { plural } from '../../src/text/numbers';
import { t } from '../../src/text/translate';
import type { Source } from '../source';
import { barLegend, barLegendStyles } from './bar-legend';
import './cluster-card';
import type { ClusterCard } from './cluster-card';
import { Ask } from './cluster-events';
import './face-map';
import { fields } from './fields.css';
import { shared } from './shared.css';

const ORDERS: Readonly<Record<OverviewView['order'], string>> = {
  size: t('Largest first'),
  name: t('By name'),
  silhouette: t('Lowest silhouette first'),
  mine: t('Named by me first'),
};

const FIRST_VIEW: OverviewView = { search: '', order: 'size', compact: false, showsMap: false };

@customElement('fc-overview')
export class Overview extends LitElement {
  static override styles = [
    shared,
    fields,
    barLegendStyles,
    css`
      .filter {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 8px 12px;
        margin: 0 0 12px;
      }
      .search {
        flex: 1 1 220px;
        max-width: 420px;
      }
      .toggle {
        padding: 4px 12px;
        border: 1px solid var(--vscode-widget-border, var(--vscode-contrastBorder, currentColor));
        border-radius: 4px;
        background: var(--vscode-button-secondaryBackground);
        color: var(--vscode-button-secondaryForeground);
        font: inherit;
        cursor: pointer;
      }
      .toggle[aria-pressed='true'] {
        outline: 2px solid var(--vscode-focusBorder);
      }
      input[type='search'] {
        width: 100%;
      }
      .content {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 12px;
      }
      .content.with-map {
        grid-template-columns: minmax(0, 3fr) minmax(280px, 2fr);
        align-items: start;
      }
      fc-face-map {
        position: sticky;
        top: 8px;
      }
      @media (max-width: 800px) {
        .content.with-map {
          grid-template-columns: minmax(0, 1fr);
        }
        fc-face-map {
          position: static;
          order: -1;
        }
      }
      .cards {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(272px, 1fr));
        gap: 10px;
      }
      @media (max-width: 320px) {
        .cards {
          grid-template-columns: minmax(0, 1fr);
        }
      }
    `,
  ];

  @property({ attribute: false }) source!: Source;
  @property({ attribute: false }) clustering!: Clustering;
  @property({ type: Number }) generation = 0;
  @property({ attribute: false }) pictures: ReadonlyMap<number, ClusterPictures> = new Map();
  /** Names of the attributes of the network. */
  @property({ attribute: false }) names: readonly string[] = [];
  /** Ids of the clusters that are chosen for an action. */
  @property({ attribute: false }) chosen: ReadonlySet<number> = new Set();

  /** Rows of the selected faces. */
  @property({ attribute: false }) selection: ReadonlySet<number> = new Set();

  @state() private view = FIRST_VIEW;

  override connectedCallback() {
    super.connectedCallback();
    this.view = this.source.overview() ?? FIRST_VIEW;
  }

  override render() {
    const { clustering, source } = this;
    const titles = clusterTitles(clustering);
    const shown = this.shown(titles);
    return html`
      ${source.live ? this.filter(shown.length) : nothing} ${barLegend()}
      <div class="content ${this.view.showsMap ? 'with-map' : ''}">
        ${this.cards(titles, shown)}
        ${
          this.view.showsMap
            ? html`<fc-face-map
                .source=${source}
                .clustering=${clustering}
                .generation=${this.generation}
                .selection=${this.selection}
                .names=${this.names}
              ></fc-face-map>`
            : nothing
        }
      </div>
    `;
  }

  private cards(titles: ReadonlyMap<number, ClusterTitle>, shown: readonly ClusterSummary[]) {
    const { clustering, source } = this;
    return html`
      <div class="cards">
        ${repeat(
          shown,
          ({ id }) => id,
          (cluster) =>
            html`<fc-cluster-card
              data-cluster=${cluster.id}
              .source=${source}
              .cluster=${cluster}
              .name=${titles.get(cluster.id)}
              .overall=${clustering.overall}
              .total=${clustering.faces}
              .generation=${this.generation}
              .pictures=${this.pictures.get(cluster.id)}
              ?chosen=${this.chosen.has(cluster.id)}
              ?compact=${this.view.compact}
            ></fc-cluster-card>`,
        )}
      </div>
    `;
  }

  focusSearch(): void {
    this.renderRoot.querySelector<HTMLInputElement>('input[type=search]')?.focus();
  }

  focusStart(): void {
    focusIfHere(this.renderRoot.querySelector<HTMLInputElement>('input[type=search]'));
  }

  /** Returns the focus to a cluster's card. */
  async focusCard(cluster: number): Promise<void> {
    await this.updateComplete;
    const card = this.renderRoot.querySelector<ClusterCard>(`[data-cluster="${cluster}"]`);
    await card?.updateComplete;
    focusIfHere(card);
  }

  private filter(shown: number) {
    const { clusters } = this.clustering;
    const { conditions } = parseQuestion(this.view.search, this.names);
    const ask = () => {
      this.dispatchEvent(new Ask(conditions));
    };
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'Enter' || conditions.length === 0) return;
      event.preventDefault(); // or it would press the button that gets the focus
      ask();
    };
    const text = questionText(conditions);
    return html`<div class="filter" role="search">
      <div class="search">
        <input
          type="search"
          aria-label=${t('Search clusters, or ask for faces')}
          placeholder=${t('Search, or ask: glasses, not smiling')}
          .value=${this.view.search}
          @input=${this.onSearch}
          @keydown=${onKey}
        />
      </div>
      ${
        conditions.length === 0
          ? nothing
          : html`<button class="link" id="ask" @click=${ask}>${t('Show faces: {0}', text)}</button>`
      }
      ${
        // Of a question that is in no name, all cards are shown.
        conditions.length > 0 && shown === clusters.length
          ? nothing
          : html`<span class="quiet" role="status"
              >${this.view.search === '' ? '' : t('{0} with this in the name', plural(shown, 'cluster'))}</span
            >`
      }
      <select aria-label=${t('Order of the clusters')} @change=${this.onOrder}>
        ${Object.entries(ORDERS).map(([order, label]) => html`<option value=${order} ?selected=${order === this.view.order}>${label}</option>`)}
      </select>
      <button id="map" class="toggle" aria-pressed=${this.view.showsMap} @click=${this.toggleMap}>
        ${t('Map')}
      </button>
      <label
        ><input type="checkbox" .checked=${this.view.compact} @change=${this.onCompact} />
        ${t('Compact')}</label
      >
    </div>`;
  }

  private shown(titles: ReadonlyMap<number, ClusterTitle>): ClusterSummary[] {
    const wanted = this.view.search.trim().toLowerCase();
    const isWanted = ({ id, said }: ClusterSummary) =>
      [titles.get(id)!.text, said?.note ?? '', ...(said?.formerNames ?? []), String(id)].some(
        (text) => text.toLowerCase().includes(wanted),
      );
    const { clusters } = this.clustering;
    const found = clusters.filter(isWanted);
    const { conditions } = parseQuestion(wanted, this.names);
    // A question need not be in any name: then the cards stay.
    const shown = found.length === 0 && conditions.length > 0 ? [...clusters] : found;
    return shown.sort(
      (a, b) => this.compare(a, b, titles) || clusters.indexOf(a) - clusters.indexOf(b),
    );
  }

  private compare(
    a: ClusterSummary,
    b: ClusterSummary,
    titles: ReadonlyMap<number, ClusterTitle>,
  ): number {
    const special = Number(a.id < 0) - Number(b.id < 0);
    if (special !== 0) return special;
    const title = ({ id }: ClusterSummary) => titles.get(id)!;
    switch (this.view.order) {
      case 'size':
        return b.size - a.size;
      case 'name':
        return title(a).text.localeCompare(title(b).text);
      case 'silhouette':
        return (a.silhouette ?? 2) - (b.silhouette ?? 2);
      case 'mine':
        return Number(title(b).isGiven) - Number(title(a).isGiven);
    }
  }

  private show(changes: Partial<OverviewView>) {
    this.view = { ...this.view, ...changes };
    this.source.keepOverview(this.view);
  }

  private readonly toggleMap = () => {
    this.show({ showsMap: !this.view.showsMap });
  };

  private readonly onSearch = (event: Event) => {
    this.show({ search: (event.target as HTMLInputElement).value });
  };

  private readonly onOrder = (event: Event) => {
    const { value } = event.target as HTMLSelectElement;
    if (Object.hasOwn(ORDERS, value)) this.show({ order: value as OverviewView['order'] });
  };

  private readonly onCompact = (event: Event) => {
    this.show({ compact: (event.target as HTMLInputElement).checked });
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'fc-overview': Overview;
  }
}
