/**
 * The mean face of a cluster with its principal components. Sliders change the face along them;
 * it is drawn here, from components that were sent once.
 */
import { html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { ClusterSummary } from '../../src/domain/clustering';
import type { ClusterPictures, FaceComponents } from '../../src/domain/faces';
import { forPage } from '../../src/text/neutralize';
import { decimal, percent } from '../../src/text/numbers';
import { t } from '../../src/text/translate';
import { imageUrl, type Source } from '../source';
import { componentPicture, faceAlong, pixelsOf, put } from './draw-face';
import { styles } from './eigenface.css';
import { meanOf } from './mean-of';
import { shared } from './shared.css';

/** Standard deviations at the ends of a slider. */
const MOST = 3;
/** Components with a slider before the user chooses another number. */
const DEFAULT_SHOWN = 3;

@customElement('fc-eigenface')
export class Eigenface extends LitElement {
  static override styles = [shared, styles];

  @property({ attribute: false }) source!: Source;
  @property({ attribute: false }) cluster!: ClusterSummary;
  @property({ type: Number }) generation = 0;
  @property({ attribute: false }) pictures: ClusterPictures | undefined;

  @state() private components: FaceComponents | undefined;
  @state() private problem = '';
  /** Place of each slider, in standard deviations. */
  @state() private factors: readonly number[] = [];
  /** Kept when another cluster is shown. */
  @state() private shown = DEFAULT_SHOWN;
  /** Pixels of the mean face, at the size of the components. */
  @state() private mean: ImageData | undefined;
  @query('.mean canvas') private canvas!: HTMLCanvasElement | null;

  /** Counts requests, so that an answer that was overtaken is ignored. */
  private request = 0;

  override willUpdate(changed: PropertyValues<this>) {
    const isOther =
      (changed.has('cluster') && changed.get('cluster')?.id !== this.cluster.id) ||
      changed.has('generation');
    if (isOther) {
      this.components = undefined;
      this.mean = undefined;
      this.factors = [];
      if (this.source.live) void this.load();
    } else if (changed.has('pictures')) void this.readMean();
  }

  private async load() {
    const request = ++this.request;
    this.problem = '';
    try {
      const components = await this.source.faceComponents(this.cluster.id);
      if (request !== this.request) return;
      this.components = components;
      await this.readMean();
    } catch (error) {
      if (request === this.request)
        this.problem = error instanceof Error ? error.message : String(error);
    }
  }

  private async readMean() {
    const { components, pictures, request } = this;
    if (components === undefined || pictures === undefined) return;
    const mean = await pixelsOf(pictures.eigenface, components.size);
    if (request === this.request) this.mean = mean;
  }

  override render() {
    const { components, mean, pictures, problem } = this;
    if (pictures === undefined)
      return html`<div
        class="waiting"
        role="img"
        aria-label=${t('The mean face is being made')}
      ></div>`;
    const isAdjustable = mean !== undefined && (components?.explained.length ?? 0) > 0;
    return html`
      <section class="pictures ${isAdjustable ? 'adjustable' : ''}" aria-label=${t('Eigenfaces')}>
        <figure class="mean">
          ${
            isAdjustable
              ? html`<canvas role="img" aria-label=${this.drawnText()}></canvas>`
              : html`<img
                  src=${imageUrl(pictures.eigenface, 'image/png')}
                  alt=${t('Mean face of the cluster')}
                />`
          }
          <figcaption>
            ${meanOf(this.cluster, pictures)}${this.factors.some((factor) => factor !== 0) ? t(', changed') : ''}
          </figcaption>
        </figure>
        ${isAdjustable ? this.controls(components!) : figures(pictures)}
      </section>
      ${problem === '' ? nothing : html`<p class="quiet">${t('The face cannot be changed along its components: {0}', forPage(problem))}</p>`}
    `;
  }

  private controls(components: FaceComponents) {
    const { explained } = components;
    const shown = Math.min(this.shown, explained.length);
    const together = explained.slice(0, shown).reduce((sum, share) => sum + share, 0);
    return html`
      <div class="controls" role="group" aria-label=${t('Principal components')}>
        <div class="head">
          <label
            >${t('Components')}
            <select id="shown" @change=${this.onShown}>
              ${explained.map((_, i) => html`<option value=${i + 1} ?selected=${i + 1 === shown}>${i + 1}</option>`)}
            </select></label
          >
          <vscode-button id="reset" appearance="secondary" @click=${this.reset}
            >${t('Reset')}</vscode-button
          >
        </div>
        <p class="quiet together" title=${t('Of how much the faces differ from their mean')}>
          ${t('Together {0} of the variance', percent(together))}
        </p>
        ${explained.slice(0, shown).map((share, i) => this.slider(i, share))}
      </div>
    `;
  }

  private slider(i: number, share: number) {
    const factor = this.factors[i] ?? 0;
    const name = t('Component {0}', i + 1);
    const onInput = (event: Event) => {
      const { length } = this.components?.explained ?? [];
      const chosen = Number((event.target as HTMLInputElement).value);
      this.factors = Array.from({ length }, (_, k) => (k === i ? chosen : (this.factors[k] ?? 0)));
    };
    return html`<div class="component">
      <canvas aria-hidden="true" data-component=${i}></canvas>
      <div>
        <div class="line">
          <span aria-hidden="true">${name}: ${percent(share)}</span>
          <output aria-hidden="true">${deviationsText(factor)}</output>
        </div>
        <input
          type="range"
          min=${-MOST}
          max=${MOST}
          step="0.1"
          aria-label=${t('{0}, {1} of the variance', name, percent(share))}
          aria-valuetext=${deviationsText(factor)}
          .value=${String(factor)}
          @input=${onInput}
        />
      </div>
    </div>`;
  }

  private drawnText(): string {
    const changes = this.factors.flatMap((factor, i) =>
      factor === 0 ? [] : t('component {0} at {1}', i + 1, deviationsText(factor)),
    );
    return [t('Mean face of the cluster'), ...changes].join(', ');
  }

  override updated(changed: PropertyValues) {
    const { canvas, components, factors, mean } = this;
    if (components === undefined || mean === undefined) return;
    if (canvas !== null) put(canvas, faceAlong(mean, components, factors));
    if (!changed.has('components') && !changed.has('mean') && !changed.has('shown')) return;
    for (const each of this.renderRoot.querySelectorAll<HTMLCanvasElement>('[data-component]'))
      put(each, componentPicture(components, Number(each.dataset.component)));
  }

  private readonly reset = () => {
    this.factors = [];
  };

  private readonly onShown = (event: Event) => {
    this.shown = Number((event.target as HTMLSelectElement).value);
    this.factors = this.factors.slice(0, this.shown); // those without a slider change nothing
  };
}

/** The mean face's components as pictures. */
const figures = ({ components, explained }: ClusterPictures) =>
  components.map(
    (component, i) => html`
      <figure>
        <img src=${imageUrl(component, 'image/png')} alt=${t('Principal component {0}', i + 1)} />
        <figcaption>${t('Component {0}: {1}', i + 1, percent(explained[i] ?? 0))}</figcaption>
      </figure>
    `,
  );

/** 1.5 → `+1.5 σ`. */
const deviationsText = (value: number): string =>
  `${value > 0 ? '+' : value < 0 ? '−' : ''}${decimal(Math.abs(value), 1)} σ`;

declare global {
  interface HTMLElementTagNameMap {
    'fc-eigenface': Eigenface;
  }
}
