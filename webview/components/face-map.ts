/**
 * All faces as points of a plane, those alike beside each other: to look around in, and to select
 * groups with a lasso.
 */
import { html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { Clustering } from '../../src/domain/clustering';
import type { FaceCard } from '../../src/domain/faces';
import { forPage } from '../../src/text/neutralize';
import { clusterTitles } from '../../src/summaries/cluster-titles';
import { clusterTitle, plural } from '../../src/text/numbers';
import { t } from '../../src/text/translate';
import { imageUrl, type Source } from '../source';
import { ShowFace } from './face-button';
import { styles } from './face-map.css';
import {
  arrangementText,
  attributeLegend,
  clusterLegend,
  controls,
  description,
} from './map/controls';
import { type OwnColors, ownColors } from './map/colors';
import { FaceCards } from './map/face-cards';
import { MapData } from './map/map-data';
import { MapStage } from './map/map-stage';
import { SelectFaces } from './select-faces';
import { shared } from './shared.css';

/** Time in which the pointer rests on a face until its card is shown, in milliseconds. */
const CARD_DELAY_MS = 120;
/** Size of a card with its distance from the face, in pixels. */
const CARD = { width: 168, height: 170, gap: 14 } as const;

const NOTHING: ReadonlySet<number> = new Set();

/** A face whose card is shown. */
interface Looked {
  row: number;
  card: FaceCard | undefined;
}

@customElement('fc-face-map')
export class FaceMapView extends LitElement {
  static override styles = [shared, styles];

  @property({ attribute: false }) source!: Source;
  @property({ attribute: false }) clustering!: Clustering;
  @property({ type: Number }) generation = 0;
  /** Rows of the selected faces. */
  @property({ attribute: false }) selection: ReadonlySet<number> = NOTHING;
  /** Names of the attributes that can color the faces. */
  @property({ attribute: false }) names: readonly string[] = [];

  /** Attribute that colors the faces; empty for the clusters. */
  @state() private colorBy = '';
  @state() private isLassoOn = false;
  @state() private looked: Looked | undefined;
  /** Read out by screen readers. */
  @state() private announced = '';
  @query('.map') private element!: HTMLElement;
  @query('.card') private cardElement!: HTMLElement | null;

  private readonly data = new MapData(this);
  private own: OwnColors = new Map();
  private stage: MapStage | undefined;
  private cards: FaceCards | undefined;
  private delay: ReturnType<typeof setTimeout> | undefined;

  override willUpdate(changed: PropertyValues<this>) {
    if (changed.has('source') || changed.has('generation')) {
      this.cards = new FaceCards(this.source);
      this.looked = undefined;
    }
    if (changed.has('clustering')) this.own = ownColors(this.clustering);
    if (this.colorBy !== '' && !this.names.includes(this.colorBy)) this.colorBy = '';
  }

  override firstUpdated() {
    this.stage = new MapStage(this.element, {
      isLassoOn: () => this.isLassoOn,
      onLook: this.onLook,
      onOpen: (row, isBeside) => void this.open(row, isBeside),
      onToggle: this.onToggle,
      onTheme: () => {
        this.requestUpdate();
      },
      onLasso: (rows, mode) => {
        if (this.data.isOutdated) return;
        this.dispatchEvent(new SelectFaces(rows, mode));
        this.announced = t('{0} in the lasso', plural(rows.length, 'face'));
      },
    });
    this.requestUpdate();
  }

  override connectedCallback() {
    super.connectedCallback();
    this.stage?.start();
  }

  override disconnectedCallback() {
    super.disconnectedCallback();
    clearTimeout(this.delay);
    this.stage?.stop();
  }

  override updated() {
    const { map } = this.data;
    const values = this.colorBy === '' ? undefined : this.values(this.colorBy);
    this.stage?.show(map, this.selection, values ?? this.own);
    this.placeCard();
  }

  private values(attribute: string): Uint8Array | undefined {
    const { map } = this.data;
    const values = map && this.data.valuesOf(attribute);
    return values?.length === map?.clusters.length ? values : undefined;
  }

  override render() {
    const { clustering, data, colorBy, isLassoOn } = this;
    return html`
      ${controls({
        colorBy,
        names: this.names,
        isLassoOn,
        onColorBy: (attribute) => {
          this.colorBy = attribute;
        },
        onLasso: () => {
          this.isLassoOn = !isLassoOn;
        },
        onZoom: (factor) => this.stage?.zoom(factor),
        onFit: () => this.stage?.fit(),
      })}
      <div
        class="map ${isLassoOn ? 'lasso' : ''} ${data.problem === '' ? '' : 'outdated'}"
        tabindex="0"
        role="application"
        aria-roledescription=${t('map')}
        aria-label=${description(clustering)}
        aria-describedby="keys"
        aria-busy=${data.map === undefined && data.problem === ''}
      >
        <canvas class="points"></canvas>
        <canvas class="above"></canvas>
        ${this.message()} ${this.card()}
      </div>
      <p id="keys" class="unseen">
        ${t('Arrow keys go to the nearest face in their direction, Enter shows its photo, Space selects it, plus and minus zoom, 0 shows all faces.')}
      </p>
      <p class="unseen" role="status">${this.announced}</p>
      ${this.legend()} ${this.attributeProblem()} ${this.arrangement()}
      <p class="quiet">
        ${t('Drag to move, Shift and drag to select; the wheel zooms after a click, or with Ctrl.')}
      </p>
    `;
  }

  private legend() {
    if (this.colorBy !== '') return attributeLegend(this.colorBy, this.stage?.ramp(32) ?? []);
    return clusterLegend(this.clustering, (cluster) => {
      this.source.select(cluster);
    });
  }

  private message() {
    const { map, problem } = this.data;
    if (problem !== '')
      return html`<p class="message" role="alert">
        ${t('The map cannot be shown: {0}', forPage(problem))}
        <button class="link" @click=${() => this.data.load()}>${t('Try again')}</button>
      </p>`;
    if (map === undefined)
      return html`<p class="message">
        <vscode-progress-ring></vscode-progress-ring>${t('Placing the faces…')}
      </p>`;
    return map.clusters.length === 0
      ? html`<p class="message quiet">${t('There are no faces.')}</p>`
      : nothing;
  }

  private arrangement() {
    const { map, isArranging, arrangeProblem } = this.data;
    if (map === undefined) return nothing;
    const doing = isArranging
      ? t(' They are being arranged so that those alike lie together…')
      : '';
    return html`
      <p class="quiet" aria-live="polite">${arrangementText(map)}${doing}</p>
      ${
        arrangeProblem === ''
          ? nothing
          : html`<p role="alert">
              ${t('They cannot be arranged so that those alike lie together: {0}', forPage(arrangeProblem))}
              <button class="link" @click=${() => this.data.arrange()}>${t('Try again')}</button>
            </p>`
      }
    `;
  }

  private attributeProblem() {
    const { attributeProblem } = this.data;
    if (attributeProblem === '') return nothing;
    const retry = () => {
      this.data.retryValues();
    };
    return html`<p role="alert">
      ${t('The attribute cannot be shown: {0}', forPage(attributeProblem))}
      <button class="link" @click=${retry}>${t('Try again')}</button>
    </p>`;
  }

  private card() {
    const { looked } = this;
    if (looked === undefined) return nothing;
    const { card, row } = looked;
    return html`<div class="card" aria-hidden="true">
      ${card === undefined ? nothing : html`<img src=${imageUrl(card.jpeg, 'image/jpeg')} alt="" />`}
      <p title=${card === undefined ? '' : forPage(card.image)}>
        ${card === undefined ? '…' : forPage(card.image)}
      </p>
      <p class="quiet">${this.clusterOf(row)}</p>
    </div>`;
  }

  private clusterOf(row: number): string {
    const cluster = this.data.map?.clusters[row];
    return cluster === undefined
      ? ''
      : (clusterTitles(this.clustering).get(cluster)?.text ?? clusterTitle(cluster));
  }

  /** Puts the card beside its face, within the map. */
  private placeCard() {
    const { cardElement, looked, stage } = this;
    const at = looked && stage?.positionOf(looked.row);
    if (cardElement === null || at === undefined) return;
    const { clientWidth, clientHeight } = this.element;
    const right = at.x + CARD.gap;
    const left = right + CARD.width > clientWidth ? at.x - CARD.gap - CARD.width : right;
    const top = Math.min(at.y + CARD.gap, clientHeight - CARD.height);
    // The panel's content security policy allows no style attributes.
    cardElement.style.left = `${Math.max(0, left).toFixed(0)}px`;
    cardElement.style.top = `${Math.max(0, top).toFixed(0)}px`;
  }

  /** Shows the card of a face after a delay. @param byKey also reads it out. */
  private readonly onLook = (row: number, byKey: boolean) => {
    clearTimeout(this.delay);
    if (this.looked?.row === row) return;
    this.looked = undefined;
    if (row < 0 || this.data.isOutdated) return;
    this.delay = setTimeout(() => void this.look(row, byKey), byKey ? 0 : CARD_DELAY_MS);
  };

  private async look(row: number, byKey: boolean) {
    const looked = (this.looked = { row, card: undefined });
    try {
      const card = await this.cards?.of(row);
      if (this.looked !== looked) return;
      this.looked = { row, card };
      if (byKey) this.announced = `${forPage(card?.image ?? '')}, ${this.clusterOf(row)}`;
    } catch {
      // The point stays without a picture; looking again requests it again.
      if (byKey) this.announced = t('Face {0}, {1}', row, this.clusterOf(row));
    }
  }

  private async open(row: number, isBeside: boolean) {
    if (this.data.isOutdated) return;
    if (isBeside) {
      this.source.send('open', { row, beside: true });
      return;
    }
    try {
      const card = await this.cards?.of(row);
      if (card !== undefined) this.dispatchEvent(new ShowFace(card));
    } catch (error) {
      this.announced = t(
        'The face cannot be shown: {0}',
        error instanceof Error ? forPage(error.message) : '',
      );
    }
  }

  private readonly onToggle = (row: number) => {
    if (this.data.isOutdated) return;
    const isSelected = this.selection.has(row);
    this.dispatchEvent(new SelectFaces([row], isSelected ? 'remove' : 'add'));
    this.announced = isSelected ? t('No longer selected') : t('Selected');
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'fc-face-map': FaceMapView;
  }
}
