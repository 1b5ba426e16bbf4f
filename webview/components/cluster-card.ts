/**
 * A cluster in the overview: mean face, chart, prominent attributes and most typical faces. The
 * faces are requested when the card comes near the visible area.
 */
import { html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { readableAttribute } from '../../src/domain/attributes';
import { imageUrl, type Source } from '../source';
import { styles } from './cluster-card.css';
import { faceButton } from './face-button';
import { meanOf } from './mean-of';
import './occurrence-chart';
import { shared } from './shared.css';
import { clusterTitle, count, percent, plural, silhouetteText } from '../../src/text/numbers';
import type { Occurrences, ClusterSummary } from '../../src/domain/clustering';
import type { FaceCard, ClusterPictures } from '../../src/domain/faces';

/** Number of faces in a card. */
const FACES = 16;

/** Distance from the visible area at which a card requests its faces. */
const NEAR = '600px';

@customElement('fc-cluster-card')
export class ClusterCard extends LitElement {
  static override styles = [shared, styles];

  @property({ attribute: false }) source!: Source;
  @property({ attribute: false }) cluster!: ClusterSummary;
  @property({ attribute: false }) overall: Occurrences = {};
  /** Number of faces in all clusters. */
  @property({ type: Number }) total = 0;
  /** Number of the clustering; faces of an earlier one are outdated. */
  @property({ type: Number }) generation = 0;
  @property({ attribute: false }) pictures: ClusterPictures | undefined;

  @state() private faces: FaceCard[] | undefined;
  private near = false;
  private observer: IntersectionObserver | undefined;

  override connectedCallback() {
    super.connectedCallback();
    this.observer = new IntersectionObserver(
      (entries) => {
        this.near = entries.some((entry) => entry.isIntersecting);
        if (this.near && this.faces === undefined) void this.load();
      },
      { rootMargin: NEAR },
    );
    this.observer.observe(this);
  }

  override disconnectedCallback() {
    super.disconnectedCallback();
    this.observer?.disconnect();
  }

  override willUpdate(changed: PropertyValues<this>) {
    if (!changed.has('generation') || changed.get('generation') === undefined) return;
    this.faces = undefined;
    if (this.near) void this.load();
  }

  private async load() {
    const { generation } = this;
    const wanted = Math.min(FACES, this.source.available(this.cluster.id, this.cluster.size));
    // the host has logged the reason
    const faces = await this.source.faces(this.cluster.id, 'typical', 0, wanted).catch(() => []);
    if (generation === this.generation) this.faces = faces;
  }

  override render() {
    const { cluster, faces = [] } = this;
    const title = clusterTitle(cluster.id);
    const more = cluster.size - faces.length;
    const open = () => {
      this.source.select(cluster.id);
    };
    return html`
      <article aria-label="${title}, ${plural(cluster.size, 'face')}">
        <header>
          <button class="link" id="open" @click=${open}>${title}</button>
          <span
            >${plural(cluster.size, 'face')}
            <span class="quiet">(${percent(cluster.size / Math.max(1, this.total))})</span></span
          >
          <span class="quiet" title="Mean silhouette of the faces, from −1 to 1"
            >silhouette ${silhouetteText(cluster.silhouette)}</span
          >
        </header>
        <div class="tags" aria-label="Prominent attributes">
          ${cluster.prominent.map((name) => html`<span class="tag">${readableAttribute(name)}</span>`)}
          ${cluster.prominent.length === 0 ? html`<span class="quiet">no prominent attribute</span>` : nothing}
        </div>
        <div class="body">
          <button
            class="eigenface"
            @click=${open}
            aria-label="Open ${title}"
            title=${meanOf(cluster, this.pictures)}
          >
            ${this.pictures === undefined ? nothing : html`<img src=${imageUrl(this.pictures.eigenface, 'image/png')} alt="" />`}
          </button>
          <fc-occurrence-chart .cluster=${cluster} .overall=${this.overall}></fc-occurrence-chart>
        </div>
        <div class="faces">${faces.map((face) => faceButton(face, this.source))}</div>
        ${more > 0 && faces.length > 0 ? html`<button class="link" @click=${open}>${count(more)} more</button>` : nothing}
      </article>
    `;
  }

  override focus() {
    this.renderRoot.querySelector<HTMLElement>('#open')?.focus();
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'fc-cluster-card': ClusterCard;
  }
}
