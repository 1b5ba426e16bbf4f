/** A cluster in detail: mean face and components, all attributes, and all faces. */
import { html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { buttonsDrawn, focusIfHere } from '../focus';
import { classifyAttributes } from '../../src/summaries/tell-apart';
import { readableAttribute } from '../../src/domain/attributes';
import { differences } from '../../src/summaries/cluster-names';
import { clusterTitles } from '../../src/summaries/cluster-titles';
import { forPage } from '../../src/text/neutralize';
import type { Source } from '../source';
import { CompareClusters } from './cluster-events';
import { clusterMenu } from './cluster-menu';
import './cluster-name';
import { styles } from './cluster-view.css';
import './eigenface';
import { faceSize, faceSizeStyles, keptFaceWidth } from './face-size';
import './face-grid';
import './menu';
import './occurrence-chart';
import { shared } from './shared.css';
import { count, percent, plural, silhouetteText } from '../../src/text/numbers';
import type { ClusterSummary, Clustering, FaceOrder } from '../../src/domain/clustering';
import type { ClusterPictures } from '../../src/domain/faces';
import { t } from '../../src/text/translate';

const ORDERS: readonly [FaceOrder, string][] = [
  ['typical', t('Most typical first')],
  ['untypical', t('Least typical first')],
  ['silhouette', t('Lowest silhouette first')],
  ['probable', t('Attribute: most probable first')],
  ['borderline', t('Attribute: borderline first')],
];

@customElement('fc-cluster-view')
export class ClusterView extends LitElement {
  static override styles = [shared, styles, faceSizeStyles];

  @property({ attribute: false }) source!: Source;
  @property({ attribute: false }) clustering!: Clustering;
  @property({ attribute: false }) cluster!: ClusterSummary;
  @property({ type: Number }) generation = 0;
  @property({ attribute: false }) pictures: ClusterPictures | undefined;
  /** Rows of the selected faces; undefined where faces cannot be selected. */
  @property({ attribute: false }) selection: ReadonlySet<number> | undefined;

  /** Names of the attributes of the network. */
  @property({ attribute: false }) names: readonly string[] = [];

  /** Kept when another cluster is shown, like the others. */
  @state() private order: FaceOrder = 'typical';
  /** Of the orders by one, if the user chose it. */
  @state() private attribute: string | undefined;
  @state() private faceWidth = 0;

  override connectedCallback() {
    super.connectedCallback();
    this.faceWidth = keptFaceWidth(this.source);
  }

  override willUpdate() {
    void this.keepFocus();
  }

  override render() {
    const { cluster, clustering, source } = this;
    const { clusters, overall } = clustering;
    const position = clusters.findIndex(({ id }) => id === cluster.id);
    const others = {
      occurrences: cluster.otherOccurrences,
      ...classifyAttributes(cluster.otherOccurrences, overall),
    };
    return html`
      ${this.head(position)}
      <div class="summary">
        <fc-eigenface
          .source=${source}
          .cluster=${cluster}
          .generation=${this.generation}
          .pictures=${this.pictures}
        ></fc-eigenface>
        <section class="chart" aria-label=${t('Attributes')}>
          <h3>${t('Attributes')}</h3>
          <fc-occurrence-chart .cluster=${cluster} .overall=${overall} legend></fc-occurrence-chart>
          ${source.live ? html`<button class="link" id="saveChart" @click=${this.saveChart}>${t('Save chart as SVG or PNG…')}</button>` : nothing}
          ${
            Object.keys(cluster.otherOccurrences).length === 0
              ? nothing
              : html`<details>
                  <summary>${t('Attributes that do not count in the clustering')}</summary>
                  <fc-occurrence-chart .cluster=${others} .overall=${overall}></fc-occurrence-chart>
                </details>`
          }
        </section>
      </div>
      <div class="faces">
        <h3>${this.facesTitle()}</h3>
        ${source.live ? this.actions() : nothing}
      </div>
      <fc-face-grid
        .source=${source}
        .cluster=${cluster.id}
        .size=${cluster.size}
        .generation=${this.generation}
        .order=${this.order}
        .attribute=${this.orderAttribute()}
        .names=${this.names}
        .faceWidth=${this.faceWidth}
        .selection=${this.selection}
      ></fc-face-grid>
    `;
  }

  private head(position: number) {
    const { cluster, clustering, source } = this;
    const { clusters, faces } = clustering;
    const isOfFaces = source.live && cluster.id >= -1;
    return html`
      <nav aria-label=${t('Clusters')}>
        <vscode-button appearance="secondary" id="back" @click=${this.back}
          >${t('All clusters')}</vscode-button
        >
        ${this.step('previous', t('Previous'), clusters[position - 1])}
        ${this.step('next', t('Next'), clusters[position + 1])}
        <h2>
          <fc-cluster-name
            .cluster=${cluster.id}
            .name=${clusterTitles(clustering).get(cluster.id)}
            ?editable=${isOfFaces}
          ></fc-cluster-name>
        </h2>
        <span class="quiet" title=${t('Number of the cluster')}
          >${cluster.id < 0 ? '' : cluster.id}</span
        >
        <span
          >${plural(cluster.size, 'face')}
          <span class="quiet">(${percent(cluster.size / Math.max(1, faces))})</span></span
        >
        <span class="quiet">${t('silhouette {0}', silhouetteText(cluster.silhouette))}</span>
        ${
          cluster.id >= -1 && clusters.length > 1
            ? html`<vscode-button id="compare" appearance="secondary" @click=${this.compare}
                >${t('Compare With…')}</vscode-button
              >`
            : nothing
        }
        ${
          isOfFaces
            ? html`<fc-menu
                label=${t('Actions for this cluster')}
                text=${t('Actions')}
                .items=${clusterMenu(cluster, source, this, this.rename)}
              ></fc-menu>`
            : nothing
        }
      </nav>
      ${cluster.said?.note === undefined ? nothing : html`<p>${cluster.said.note}</p>`}
      ${cluster.said?.formerNames === undefined ? nothing : html`<p class="quiet">${t('Merged into it: {0}', cluster.said.formerNames.map(forPage).join(', '))}</p>`}
    `;
  }

  private facesTitle(): string {
    const { cluster, source } = this;
    if (source.live) return t('Faces'); // the order is in the control beside
    const available = source.available(cluster.id, cluster.size);
    return available < cluster.size
      ? t('The {0} most typical of {1}', count(available), plural(cluster.size, 'face'))
      : t('Faces, the most typical first');
  }

  /** By which faces are ordered: at first the attribute that sets the cluster apart most. */
  private orderAttribute(): string | undefined {
    const { attribute, cluster, clustering, names, order } = this;
    if (order !== 'probable' && order !== 'borderline') return undefined;
    if (attribute !== undefined && names.includes(attribute)) return attribute;
    const apart = differences(cluster, clustering.overall).map(({ name }) => name);
    return apart.find((name) => names.includes(name)) ?? names[0];
  }

  private orders() {
    const { faceWidth, names, source } = this;
    const attribute = this.orderAttribute();
    const change = (event: Event) => {
      const chosen = (event.target as HTMLInputElement).value;
      this.order = ORDERS.find(([order]) => order === chosen)?.[0] ?? 'typical';
    };
    const changeAttribute = (event: Event) => {
      this.attribute = (event.target as HTMLSelectElement).value;
    };
    const resize = (width: number) => {
      this.faceWidth = width;
    };
    return html`
      <vscode-dropdown
        id="order"
        aria-label=${t('Order of the faces')}
        .currentValue=${this.order}
        @change=${change}
      >
        ${ORDERS.map(([order, text]) => html`<vscode-option value=${order} ?selected=${order === this.order}>${text}</vscode-option>`)}
      </vscode-dropdown>
      ${
        attribute === undefined
          ? nothing
          : html`<select
              id="attribute"
              aria-label=${t('Attribute of the order')}
              @change=${changeAttribute}
            >
              ${names.map((name) => html`<option value=${name} ?selected=${name === attribute}>${readableAttribute(name)}</option>`)}
            </select>`
      }
      ${faceSize(faceWidth, source, resize)}
    `;
  }

  /** The order and size of the faces, and actions for the images. */
  private actions() {
    const button = (action: 'copyPaths' | 'copyImages', label: string, title: string) => {
      const send = () => {
        this.source.send('images', { cluster: this.cluster.id, action });
      };
      return html`<vscode-button id=${action} appearance="secondary" title=${title} @click=${send}
        >${label}</vscode-button
      >`;
    };
    return html`
      ${this.orders()}
      ${button('copyImages', t('Copy Images to Folder…'), t('Copies the images of this cluster into a folder; existing files are not replaced'))}
      ${button('copyPaths', t('Copy Image Paths'), t('Copies the paths of the images to the clipboard, one per line'))}
    `;
  }

  /** A button loses the focus when it is disabled: the other of the two gets it. */
  private async keepFocus() {
    const focused = this.shadowRoot?.activeElement?.id;
    const { clusters } = this.clustering;
    const end = focused === 'next' ? clusters.at(-1) : focused === 'previous' ? clusters[0] : null;
    if (end?.id !== this.cluster.id) return;
    await buttonsDrawn();
    const other = focused === 'next' ? '#previous' : '#next';
    this.renderRoot.querySelector<HTMLElement>(`${other}:not([disabled])`)?.focus();
  }

  private step(id: 'previous' | 'next', label: string, cluster: ClusterSummary | undefined) {
    const go = () => {
      if (cluster !== undefined) this.source.select(cluster.id);
    };
    return html`<vscode-button
      id=${id}
      appearance="secondary"
      ?disabled=${cluster === undefined}
      aria-label=${t('{0} cluster', label)}
      @click=${go}
    >
      ${label}
    </vscode-button>`;
  }

  /** Returns the focus to where a comparison was asked for. */
  async focusCompare(): Promise<void> {
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>('#compare')?.focus({ preventScroll: true });
  }

  private readonly saveChart = () => {
    this.source.send('images', { cluster: this.cluster.id, action: 'saveChart' });
  };

  private readonly compare = () => {
    this.dispatchEvent(new CompareClusters(this.cluster.id));
  };

  private readonly rename = () => {
    this.renderRoot.querySelector('fc-cluster-name')?.edit();
  };

  private readonly back = () => {
    this.source.select(null);
  };

  override firstUpdated() {
    this.focusStart();
  }

  focusStart(): void {
    focusIfHere(this.renderRoot.querySelector<HTMLElement>('#back'));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'fc-cluster-view': ClusterView;
  }
}
