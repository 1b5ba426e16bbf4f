/**
 * A cluster in the overview: its name, mean face, what sets it apart, and its most typical faces.
 * The faces are requested when the card comes near the visible area, or while nobody does anything.
 */
import { html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { classMap } from 'lit/directives/class-map.js';
import { clusterColor } from '../../src/domain/cluster-colors';
import type { Occurrences, ClusterSummary } from '../../src/domain/clustering';
import { type ClusterPictures } from '../../src/domain/faces';
import type { ClusterTitle } from '../../src/summaries/cluster-titles';
import { count, percent, plural, silhouetteText } from '../../src/text/numbers';
import { t } from '../../src/text/translate';
import { imageUrl, type Source } from '../source';
import { turn } from '../turns';
import { CARD_FACES, CardFaces } from './card-faces';
import { styles } from './cluster-card.css';
import { ChooseCluster, Correct, dragged, DRAGGED_CLUSTER } from './cluster-events';
import { clusterMenu } from './cluster-menu';
import type { ClusterName } from './cluster-name';
import './cluster-name';
import './difference-chart';
import { faceButton, type Neighbor, neighborIn } from './face-button';
import { meanOf } from './mean-of';
import './menu';
import { shared } from './shared.css';

@customElement('fc-cluster-card')
export class ClusterCard extends LitElement {
  static override styles = [shared, styles];

  @property({ attribute: false }) source!: Source;
  @property({ attribute: false }) cluster!: ClusterSummary;
  @property({ attribute: false }) name!: ClusterTitle;
  @property({ attribute: false }) overall: Occurrences = {};
  /** Number of faces in all clusters. */
  @property({ type: Number }) total = 0;
  /** Number of the clustering; faces of an earlier one are outdated. */
  @property({ type: Number }) generation = 0;
  @property({ attribute: false }) pictures: ClusterPictures | undefined;
  /** Whether it is chosen for an action. */
  @property({ type: Boolean, reflect: true }) chosen = false;
  @property({ type: Boolean, reflect: true }) compact = false;

  /** Whether something that could be dropped is above the card. */
  @state() private target = false;
  @query('fc-cluster-name') private nameField!: ClusterName;
  /** Ends the wait of an update. */
  private hurry: () => void = () => undefined;
  private readonly faces: CardFaces = new CardFaces(this, () => {
    this.hurry();
  });

  protected override createRenderRoot() {
    const root = super.createRenderRoot() as ShadowRoot;
    root.adoptedStyleSheets.push(this.faces.pictures);
    return root;
  }

  /** Far from the visible area, an update can wait: all cards change when pictures arrive. */
  protected override async scheduleUpdate() {
    if (this.hasUpdated && !this.faces.isNear) {
      const { come, hurry } = turn();
      this.hurry = hurry;
      await come;
    }
    await super.scheduleUpdate();
  }

  override willUpdate(changed: PropertyValues<this>) {
    const isFirst = changed.get('generation') === undefined && changed.has('generation');
    if (isFirst || (!changed.has('generation') && !changed.has('compact'))) return;
    this.faces.renew();
  }

  override updated() {
    const { id, said } = this.cluster;
    // A style attribute would be refused by the content security policy.
    this.style.setProperty('--cluster-color', said?.color ?? clusterColor(id));
  }

  override render() {
    const { cluster, source, target } = this;
    const { faces, total } = this.faces.typical ?? { faces: [], total: 0 };
    const { said } = cluster;
    const more = (source.live ? total : cluster.size) - faces.length;
    return html`
      <article
        aria-label="${this.name.text}, ${plural(cluster.size, 'face')}"
        class=${classMap({ target })}
        @dragover=${this.onDragOver}
        @dragleave=${this.onDragLeave}
        @drop=${this.onDrop}
      >
        <div class="body">${this.eigenface()} ${this.head()}</div>
        ${said?.note === undefined ? nothing : html`<p class="note">${said.note}</p>`}
        <div
          class=${classMap({ faces: true, sheet: this.faces.hasSheet, full: cluster.size >= CARD_FACES.full && source.live })}
        >
          ${faces.map((face) => faceButton(face, source, { draggable: source.live, neighbor: this.neighbor }))}
        </div>
        ${more > 0 && faces.length > 0 ? html`<button class="link" @click=${this.open}>${t('{0} more', count(more))}</button>` : nothing}
      </article>
    `;
  }

  private head() {
    const { cluster, source } = this;
    const { silhouette, said } = cluster;
    return html`<div class="head">
      <header draggable=${source.live ? 'true' : 'false'} @dragstart=${this.onDragStart}>
        <fc-cluster-name
          .cluster=${cluster.id}
          .name=${this.name}
          .open=${this.open}
          ?editable=${source.live && cluster.id >= -1}
        ></fc-cluster-name>
        <span class="badge quiet" title=${t('Number of the cluster')}
          >${cluster.id < 0 ? '' : cluster.id}</span
        >
        ${
          source.live && cluster.id >= -1
            ? html`<input
                  type="checkbox"
                  .checked=${this.chosen}
                  aria-label=${t('Choose {0}', this.name.text)}
                  title=${t('Choose it, to merge it with others')}
                  @change=${this.onChoose}
                /><fc-menu
                  label=${t('Actions for {0}', this.name.text)}
                  .items=${clusterMenu(cluster, source, this, this.rename)}
                ></fc-menu>`
            : nothing
        }
      </header>
      <div class="figures">
        <span
          >${plural(cluster.size, 'face')} ·
          ${percent(cluster.size / Math.max(1, this.total))}</span
        >
        ${silhouette === null ? nothing : html`<span class="quiet" title=${t('Mean silhouette of the faces, from −1 to 1: how much closer they are to this cluster than to the next')}>${t('silhouette {0}', silhouetteText(silhouette))}</span>`}
        ${said?.pinned === true ? html`<span class="quiet" title=${t('It keeps these faces when they are clustered again')}>${t('pinned')}</span>` : nothing}
      </div>
      <fc-difference-chart
        .cluster=${cluster}
        .overall=${this.overall}
        ?live=${source.live}
      ></fc-difference-chart>
    </div>`;
  }

  private eigenface() {
    return html`<button
      class="eigenface"
      @click=${this.open}
      tabindex="-1"
      aria-label=${t('Open {0}', this.name.text)}
      title=${meanOf(this.cluster, this.pictures)}
    >
      ${this.pictures === undefined ? nothing : html`<img src=${imageUrl(this.pictures.eigenface, 'image/png')} alt="" draggable="false" />`}
    </button>`;
  }

  override focus() {
    this.nameField.focus();
  }

  private readonly neighbor: Neighbor = (face, step) => {
    const { faces = [] } = this.faces.typical ?? {};
    return neighborIn(faces)(face, step);
  };

  private readonly rename = () => {
    this.nameField.edit();
  };

  private readonly open = () => {
    this.source.select(this.cluster.id);
  };

  private readonly onChoose = (event: Event) => {
    const { checked } = event.target as HTMLInputElement;
    this.dispatchEvent(new ChooseCluster(this.cluster.id, checked));
  };

  private readonly onDragStart = (event: DragEvent) => {
    event.dataTransfer?.setData(DRAGGED_CLUSTER, JSON.stringify(this.cluster.id));
  };

  private readonly onDragOver = (event: DragEvent) => {
    const types = event.dataTransfer?.types ?? [];
    if (!this.source.live || !types.some((type) => type.startsWith('application/x-face-clusters-')))
      return;
    event.preventDefault();
    this.target = true;
  };

  private readonly onDragLeave = () => {
    this.target = false;
  };

  private readonly onDrop = (event: DragEvent) => {
    this.target = false;
    const { rows, cluster } = dragged(event.dataTransfer);
    const { id } = this.cluster;
    if (rows !== undefined) this.dispatchEvent(new Correct({ kind: 'move', rows, to: id }));
    else if (cluster !== undefined && cluster !== id)
      this.dispatchEvent(new Correct({ kind: 'merge', into: id, others: [cluster] }));
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'fc-cluster-card': ClusterCard;
  }
}
