/** How the clusters differ from those that were kept: matched clusters, and faces that moved. */
import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { METHOD_NAMES } from '../../src/domain/method-names';
import type { Clustering } from '../../src/domain/clustering';
import type { FaceCard } from '../../src/domain/faces';
import type {
  Arrival,
  ClusterChange,
  ClusteringDifference,
  KeptClustering,
} from '../../src/domain/kept-clusterings';
import { clusterTitles } from '../../src/summaries/cluster-titles';
import { forPage } from '../../src/text/neutralize';
import { count, plural } from '../../src/text/numbers';
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
    this.renderRoot.querySelector<HTMLElement>('#back')?.focus({ preventScroll: true });
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
      <nav aria-label="Changes">
        <vscode-button appearance="secondary" id="back" @click=${this.close}
          >All clusters</vscode-button
        >
        <h2>What changed</h2>
        ${difference === undefined ? nothing : html`<span>since ${nameOf(difference.earlier)}</span>`}
      </nav>
      ${this.problem === '' ? nothing : html`<p role="alert">${forPage(this.problem)}</p>`}
      ${difference === undefined ? nothing : this.changes(difference)}
    `;
  }

  private changes(difference: ClusteringDifference) {
    const { adjustedRand, clusters, dissolved } = difference;
    const now = this.clustering.clusters.filter(({ id }) => id >= 0).length;
    const changed = clusters.filter(
      ({ matched, arrivals }) => matched === null || arrivals.length > 0,
    );
    return html`
      <p role="status">${summaryOf(difference, now)}</p>
      <p class="quiet">
        Clusters are matched by the share of faces that they have in common. Adjusted Rand index:
        ${adjustedRand.toFixed(3)} (1: the same clusters).
      </p>
      ${
        dissolved.length === 0
          ? nothing
          : html`<p>
              Without a successor: ${dissolved.map(({ title }) => `“${title}”`).join(', ')}
            </p>`
      }
      ${changed.length === 0 ? html`<p>The clusters are the same.</p>` : nothing}
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
        ? 'new'
        : `${matched.title === title ? 'was' : `was “${matched.title}” with`} ${plural(matched.size, 'face')}, ${count(matched.common)} of them still here`;
    return html`<li class="cluster">
      <button class="link" @click=${open}>${title}</button>
      <span class="quiet">${plural(size, 'face')} · ${was}</span>
      ${arrivals.map((arrival) => this.arrival(arrival))}
    </li>`;
  }

  private arrival({ from, count: size, rows }: Arrival) {
    const cards = rows.flatMap((row) => this.faces.get(row) ?? []);
    const neighbor = neighborIn(cards);
    const what = from === null ? 'not there before' : `from “${from.title}”`;
    const more = size - cards.length;
    return html`<div class="arrival">
      ${count(size)} ${what}
      <div class="faces">
        ${cards.map((face) => faceButton(face, this.source, { neighbor, draggable: true }))}
        ${cards.length > 0 && more > 0 ? html`<span class="quiet">and ${count(more)} more</span>` : nothing}
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
  const be = (faces: number, what: string) =>
    faces === 0 ? '' : `, ${count(faces)} ${faces === 1 ? 'is' : 'are'} ${what}`;
  return `${plural(earlier.clusters, 'cluster')} then, ${count(now)} now. ${count(moved)} of ${plural(common, 'face')} moved to another cluster${be(added, 'new')}${be(gone, 'gone')}.`;
}

const nameOf = ({ name, method, clusters, at }: KeptClustering): string =>
  name === ''
    ? `the clusters before (${METHOD_NAMES[method]}, ${count(clusters)})`
    : `“${name}”, kept ${new Date(at).toLocaleString()}`;

declare global {
  interface HTMLElementTagNameMap {
    'fc-changes-view': ChangesView;
  }
}
