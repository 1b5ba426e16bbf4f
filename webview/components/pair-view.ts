/** Two clusters side by side: their faces, mean faces and attributes, and how these differ. */
import { html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { live } from 'lit/directives/live.js';
import { repeat } from 'lit/directives/repeat.js';
import { focusIfHere } from '../focus';
import type { Clustering, ClusterSummary, Occurrences } from '../../src/domain/clustering';
import type { ClusterDistance, ClusterPictures, FaceCard } from '../../src/domain/faces';
import { clusterTitles } from '../../src/summaries/cluster-titles';
import { decimal, percent, plural, silhouetteText } from '../../src/text/numbers';
import { t } from '../../src/text/translate';
import { imageUrl, type Source } from '../source';
import './difference-chart';
import { differencePicture, pixelsOf, put } from './draw-face';
import { faceButton } from './face-button';
import { meanOf } from './mean-of';
import { styles } from './pair-view.css';
import { shared } from './shared.css';

/** Most typical faces that are shown of each cluster. */
const FACES = 12;
const SIDES = ['first', 'second'] as const;
type Side = (typeof SIDES)[number];
const LABELS: Record<Side, string> = { first: t('First cluster'), second: t('Second cluster') };

@customElement('fc-pair-view')
export class PairView extends LitElement {
  static override styles = [shared, styles];

  @property({ attribute: false }) source!: Source;
  @property({ attribute: false }) clustering!: Clustering;
  /** Ids of two different clusters. */
  @property({ attribute: false }) pair!: readonly [number, number];
  @property({ type: Number }) generation = 0;
  @property({ attribute: false }) pictures: ReadonlyMap<number, ClusterPictures> = new Map();
  @property({ attribute: false }) close!: () => void;
  /** Shows another pair. */
  @property({ attribute: false }) change!: (pair: readonly [number, number]) => void;
  /** Shows one cluster in detail. */
  @property({ attribute: false }) open!: (cluster: number) => void;

  @state() private faces: Partial<Record<number, FaceCard[]>> = {};
  @state() private distance: ClusterDistance | undefined;
  /** Difference that is drawn in full color, in gray levels. */
  @state() private range: number | undefined;
  @query('.difference canvas') private canvas!: HTMLCanvasElement;

  override willUpdate(changed: PropertyValues<this>) {
    const isOther = changed.has('pair') || changed.has('generation');
    if (changed.has('generation')) this.faces = {};
    if (isOther) void this.load();
  }

  override updated(changed: PropertyValues<this>) {
    if (changed.has('pair') || changed.has('pictures')) void this.drawDifference();
  }

  private async load() {
    const { faces, generation, pair, source, clustering } = this;
    const isOutdated = () => generation !== this.generation || pair !== this.pair;
    this.distance = undefined;
    const loadFaces = async (cluster: number) => {
      const size = clustering.clusters.find(({ id }) => id === cluster)?.size ?? 0;
      const count = Math.min(FACES, source.available(cluster, size));
      // the host has logged why there are none
      const part = { cluster, order: 'typical', start: 0, count, folded: true } as const;
      const cards = await source.faces(part).catch(() => undefined);
      if (!isOutdated()) this.faces = { ...this.faces, [cluster]: cards?.faces ?? [] };
    };
    const loadDistance = async () => {
      const distance = await source.clusterDistance(...pair).catch(() => undefined);
      if (!isOutdated()) this.distance = distance;
    };
    const missing = pair.filter((cluster) => faces[cluster] === undefined);
    await Promise.all([...missing.map(loadFaces), loadDistance()]);
  }

  private async drawDifference() {
    const { pair } = this;
    const [a, b] = pair.map((cluster) => this.pictures.get(cluster));
    if (a === undefined || b === undefined) {
      this.range = undefined;
      return;
    }
    const [first, second] = await Promise.all([pixelsOf(a.eigenface), pixelsOf(b.eigenface)]);
    if (pair !== this.pair) return;
    const { picture, range } = differencePicture(first, second);
    put(this.canvas, picture);
    this.range = range;
  }

  private clusterOf(side: Side): ClusterSummary {
    const id = this.pair[SIDES.indexOf(side)];
    return this.clustering.clusters.find((each) => each.id === id)!;
  }

  /** Name of a cluster, with its number where both have the same. */
  private titleOf(side: Side): string {
    const titles = clusterTitles(this.clustering);
    const [first, second] = this.pair.map((id) => titles.get(id)!.text);
    const { id } = this.clusterOf(side);
    const title = titles.get(id)!.text;
    return first === second ? `${title} (${String(id)})` : title;
  }

  override render() {
    return html`
      <nav aria-label=${t('Comparison of two clusters')}>
        <vscode-button appearance="secondary" id="back" @click=${this.close}
          >${t('Back')}</vscode-button
        >
        <h2>${t('Two clusters')}</h2>
      </nav>
      <p class="apart quiet" role="status">${this.distanceText()}</p>
      <div class="sides">${this.side('first')} ${this.difference()} ${this.side('second')}</div>
      ${this.charts()}
    `;
  }

  private side(side: Side) {
    const cluster = this.clusterOf(side);
    const faces = this.faces[cluster.id] ?? [];
    const { clustering, source } = this;
    return html`<section class="side" aria-label="${LABELS[side]}: ${this.titleOf(side)}">
      <div class="choice">
        <span class="swatch ${side}" aria-hidden="true"></span>
        ${this.select(side)}
        <button
          class="link"
          aria-label=${t('Open {0}', this.titleOf(side))}
          @click=${() => {
            this.open(cluster.id);
          }}
        >
          ${t('Open')}
        </button>
      </div>
      <div class="figures">
        <span
          >${plural(cluster.size, 'face')}
          <span class="quiet"
            >(${percent(cluster.size / Math.max(1, clustering.faces))})</span
          ></span
        >
        <span class="quiet">${t('silhouette {0}', silhouetteText(cluster.silhouette))}</span>
      </div>
      ${this.eigenfaces(cluster)}
      <div class="faces" role="group" aria-label=${t('Most typical faces')}>
        ${faces.map((face) => faceButton(face, source))}
      </div>
    </section>`;
  }

  private select(side: Side) {
    const at = SIDES.indexOf(side);
    const other = this.pair[1 - at];
    const titles = clusterTitles(this.clustering);
    const choose = (event: Event) => {
      const chosen = Number((event.target as HTMLSelectElement).value);
      this.change(at === 0 ? [chosen, this.pair[1]] : [this.pair[0], chosen]);
    };
    const own = this.pair[at];
    return html`<select id=${side} aria-label=${LABELS[side]} @change=${choose}>
      ${repeat(
        this.clustering.clusters.filter(({ id }) => id >= -1 && id !== other),
        ({ id }) => id,
        ({ id, size }) =>
          html`<option value=${id} .selected=${live(id === own)}>
            ${titles.get(id)!.text} (${plural(size, 'face')})
          </option>`,
      )}
    </select>`;
  }

  private eigenfaces(cluster: ClusterSummary) {
    const pictures = this.pictures.get(cluster.id);
    if (pictures === undefined)
      return html`<div
        class="waiting"
        role="img"
        aria-label=${t('The mean face is being made')}
      ></div>`;
    return html`<div class="pictures">
      <img
        class="mean"
        src=${imageUrl(pictures.eigenface, 'image/png')}
        alt=${meanOf(cluster, pictures)}
        title=${meanOf(cluster, pictures)}
      />
      <div class="components">
        ${pictures.components.map((component, i) => {
          const text = t(
            'Principal component {0}: {1} of the variance',
            i + 1,
            percent(pictures.explained[i] ?? 0),
          );
          return html`<img src=${imageUrl(component, 'image/png')} alt=${text} title=${text} />`;
        })}
      </div>
    </div>`;
  }

  private difference() {
    const { range } = this;
    return html`<figure class="difference">
      <figcaption>${t('Difference of the mean faces')}</figcaption>
      <canvas
        role="img"
        aria-label=${t('Difference of the mean faces in brightness')}
        ?hidden=${range === undefined}
      ></canvas>
      ${range === undefined ? html`<div class="waiting"></div>` : nothing}
      ${SIDES.map(
        (side) =>
          html`<div class="key">
            <span class="swatch ${side}" aria-hidden="true"></span>
            <span>${t('Brighter in {0}', this.titleOf(side))}</span>
          </div>`,
      )}
      ${range === undefined ? nothing : html`<p class="key quiet">${t('Full color: a difference of {0} of 255 gray levels', Math.round(range))}</p>`}
    </figure>`;
  }

  private charts() {
    const [first, second] = [this.clusterOf('first'), this.clusterOf('second')];
    const chart = (a: Occurrences, b: Occurrences) =>
      html`<fc-difference-chart
        wide
        .cluster=${{ occurrences: a }}
        .overall=${b}
        .bars=${Infinity}
        .first=${this.titleOf('first')}
        .second=${this.titleOf('second')}
        ?live=${this.source.live}
      ></fc-difference-chart>`;
    return html`<section class="attributes" aria-label=${t('Attributes')}>
      <h3>${t('Attributes, the largest difference first')}</h3>
      ${chart(first.occurrences, second.occurrences)}
      ${
        Object.keys(first.otherOccurrences).length === 0
          ? nothing
          : html`<details>
              <summary>${t('Attributes that do not count in the clustering')}</summary>
              ${chart(first.otherOccurrences, second.otherOccurrences)}
            </details>`
      }
    </section>`;
  }

  private distanceText(): string {
    const { distance, spreads } = this.distance ?? { distance: null, spreads: [null, null] };
    if (distance === null) return '';
    const [a, b] = spreads;
    const apart = t('Their centers are {0} apart', decimal(distance, 2));
    if (a === null || b === null) return `${apart}.`;
    return t(
      '{0}. On average, their faces are {1} and {2} from the center of their own cluster.',
      apart,
      decimal(a, 2),
      decimal(b, 2),
    );
  }

  override firstUpdated() {
    focusIfHere(this.renderRoot.querySelector<HTMLElement>('#second'));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'fc-pair-view': PairView;
  }
}
