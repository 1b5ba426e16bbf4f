/** How the clusters differ from those that were kept: matched clusters, and faces that moved. */
import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { focusIfHere } from '../focus';
import { METHOD_NAMES } from '../../src/domain/method-names';
import { clusterCount, type Clustering } from '../../src/domain/clustering';
import type { FaceCard } from '../../src/domain/faces';
import type {
  Arrival,
  ClusterChange,
  ClusteringDifference,
  KeptClustering,
} from '../../src/domain/kept-clusterings';
import { clusterTitles } from '../../src/summaries/cluster-titles';
import { forPage } from '../../src/text/neutralize';
import { count, dateTime, plural, silhouetteText } from '../../src/text/numbers';
import { t } from '../../src/text/translate';
import type { Source } from '../source';
import { faceButton, neighborIn } from './face-button';
import { shared } from './shared.css';
import { smallFaces } from './small-faces.css';

/** Most faces that are shown: their crops are asked for at once. */
const MOST_FACES = 240;

@customElement('fc-changes-view')
export class ChangesView extends LitElement {
  static override styles = [
    shared,
    smallFaces,
    css`
      nav {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 8px 12px;
        margin-bottom: 10px;
      }
      ul {
        display: grid;
        gap: 8px;
        margin: 12px 0 0;
        padding: 0;
        list-style: none;
      }
      .cluster {
        padding: 8px 10px;
        border: 1px solid var(--vscode-contrastBorder, var(--vscode-widget-border, transparent));
        border-radius: 6px;
        background: var(--vscode-editorWidget-background);
      }
      .arrival {
        margin-top: 6px;
      }
    `,
  ];

  @property({ attribute: false }) source!: Source;
  @property({ attribute: false }) clustering!: Clustering;
  @property({ type: Number }) generation = 0;
  /** Of the kept clustering. */
  @property() earlier = '';

  @state() private difference: ClusteringDifference | undefined;
  @state() private faces: ReadonlyMap<number, FaceCard> = new Map();
  @state() private problem = '';

  override willUpdate(changed: PropertyValues<this>) {
    if (changed.has('earlier') || changed.has('generation')) void this.load();
  }

  override firstUpdated() {
    focusIfHere(this.renderRoot.querySelector<HTMLElement>('#back'));
  }

  private async load() {
    const { earlier, generation } = this;
    const isStale = () => earlier !== this.earlier || generation !== this.generation;
    try {
      const difference = await this.source.difference(earlier);
      if (isStale()) return;
      this.difference = difference;
      this.problem = '';
      const rows = difference.clusters.flatMap(({ arrivals }) =>
        arrivals.flatMap((each) => each.rows),
      );
      if (rows.length === 0) return;
      const cards = await this.source.faceCards(rows.slice(0, MOST_FACES));
      if (!isStale()) this.faces = new Map(cards.map((card) => [card.row, card]));
    } catch (error) {
      if (!isStale()) this.problem = error instanceof Error ? error.message : String(error);
    }
  }

  override render() {
    const { difference } = this;
    return html`
      <nav aria-label=${t('Changes')}>
        <vscode-button appearance="secondary" id="back" @click=${this.close}
          >${t('All clusters')}</vscode-button
        >
        <h2>${t('What changed')}</h2>
        ${difference === undefined ? nothing : html`<span>${t('since {0}', nameOf(difference.earlier))}</span>`}
      </nav>
      ${this.problem === '' ? nothing : html`<p role="alert">${forPage(this.problem)}</p>`}
      ${difference === undefined ? nothing : this.changes(difference)}
    `;
  }

  private changes(difference: ClusteringDifference) {
    const { adjustedRand, clusters, dissolved, gone, added } = difference;
    const now = clusterCount(this.clustering.clusters);
    const changed = clusters.filter(
      ({ matched, arrivals }) => matched === null || arrivals.length > 0,
    );
    return html`
      <p role="status">${summaryOf(difference, now)}</p>
      <p class="quiet">
        ${t('Clusters are matched by the share of faces that they have in common. Adjusted Rand index: {0} (1: the same clusters).', silhouetteText(adjustedRand))}
      </p>
      ${
        dissolved.length === 0
          ? nothing
          : html`<p>
              ${t('Without a successor: {0}', dissolved.map(({ title }) => `“${title}”`).join(', '))}
            </p>`
      }
      ${
        changed.length + dissolved.length + gone + added === 0
          ? html`<p>${t('The clusters are the same.')}</p>`
          : nothing
      }
      <ul>
        ${changed.map((change) => this.cluster(change))}
      </ul>
    `;
  }

  private cluster({ id, matched, arrivals }: ClusterChange) {
    const title = clusterTitles(this.clustering).get(id)?.text ?? '';
    const size = this.clustering.clusters.find((each) => each.id === id)?.size ?? 0;
    const open = () => {
      this.source.select(id);
    };
    const was =
      matched === null
        ? t('new')
        : matched.title === title
          ? t(
              'was {0}, {1} of them still here',
              plural(matched.size, 'face'),
              count(matched.common),
            )
          : t(
              'was “{0}” with {1}, {2} of them still here',
              matched.title,
              plural(matched.size, 'face'),
              count(matched.common),
            );
    return html`<li class="cluster">
      <button class="link" @click=${open}>${title}</button>
      <span class="quiet">${plural(size, 'face')} · ${was}</span>
      ${arrivals.map((arrival) => this.arrival(arrival))}
    </li>`;
  }

  private arrival({ from, count: size, rows }: Arrival) {
    const cards = rows.flatMap((row) => this.faces.get(row) ?? []);
    const neighbor = neighborIn(cards);
    const what = from === null ? t('not there before') : t('from “{0}”', from.title);
    const more = size - cards.length;
    return html`<div class="arrival">
      ${count(size)} ${what}
      <div class="faces">
        ${cards.map((face) => faceButton(face, this.source, { neighbor, draggable: true }))}
        ${cards.length > 0 && more > 0 ? html`<span class="quiet">${t('and {0} more', count(more))}</span>` : nothing}
      </div>
    </div>`;
  }

  private readonly close = () => {
    this.source.send('changes', { id: null });
  };
}

/** @param earlier id of the kept clustering. */
export const changesView = (
  source: Source,
  earlier: string,
  clustering: Clustering,
  generation: number,
) =>
  html`<fc-changes-view
    .source=${source}
    .clustering=${clustering}
    .generation=${generation}
    .earlier=${earlier}
  ></fc-changes-view>`;

function summaryOf(
  { earlier, common, moved, added, gone }: ClusteringDifference,
  now: number,
): string {
  const others = [
    added === 0 ? '' : `, ${plural(added, 'is new', 'are new')}`,
    gone === 0 ? '' : `, ${plural(gone, 'is gone', 'are gone')}`,
  ];
  return t(
    '{0} then, {1} now. {2} of {3} moved to another cluster{4}{5}.',
    plural(earlier.clusters, 'cluster'),
    count(now),
    count(moved),
    plural(common, 'face'),
    ...others,
  );
}

const nameOf = ({ name, method, clusters, at }: KeptClustering): string =>
  name === ''
    ? t('the clusters before ({0}, {1})', t(METHOD_NAMES[method]), count(clusters))
    : t('“{0}”, kept {1}', name, dateTime(at));

declare global {
  interface HTMLElementTagNameMap {
    'fc-changes-view': ChangesView;
  }
}
