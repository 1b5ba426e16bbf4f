/**
 * The silhouette of each method against the number of clusters. A click applies the method and the
 * number of the nearest point.
 */
import { html, LitElement, nothing, svg } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { ComparisonPoint, Comparison } from '../../src/domain/comparison';
import { METHOD_NAMES } from '../../src/domain/method-names';
import { bestPoint } from '../../src/summaries/best-point';
import {
  type ComparisonLayout,
  comparisonLayout,
  pointText,
} from '../../src/summaries/comparison-chart';
import { comparisonText } from '../../src/summaries/comparison-text';
import { decimal, plural, silhouetteText } from '../../src/text/numbers';
import { said } from '../../src/text/said';
import { t } from '../../src/text/translate';
import type { Source } from '../source';
import { styles } from './comparison.css';
import { foundMark, legendMark } from './comparison-marks';
import { shared } from './shared.css';

/** Widths of the chart, in pixels: its text keeps its size in a narrow panel. */
const WIDTHS = { least: 300, most: 860 };
const HEIGHT = 360;

/** Distance from the pointer within which a click takes a point, in pixels. */
const NEAR = 24;

@customElement('fc-comparison')
export class ComparisonView extends LitElement {
  static override styles = [shared, styles];

  @property({ attribute: false }) source!: Source;
  @property({ attribute: false }) comparison!: Comparison;

  @state() private width = WIDTHS.most;
  private readonly observer = new ResizeObserver(([entry]) => {
    const { width = WIDTHS.most } = entry?.contentRect ?? {};
    this.width = Math.round(Math.min(WIDTHS.most, Math.max(WIDTHS.least, width)));
  });

  override connectedCallback() {
    super.connectedCallback();
    this.observer.observe(this);
  }

  override disconnectedCallback() {
    super.disconnectedCallback();
    this.observer.disconnect();
  }

  override render() {
    const { comparison, source } = this;
    const { faces, distinct, seconds, methods, notices } = comparison;
    return html`
      <section aria-label=${t('Comparison of methods')}>
        <header>
          <h2>${t('Comparison of methods')}</h2>
          <span class="quiet"
            >${plural(faces, 'face')}, ${plural(distinct, 'distinct vector')},
            ${decimal(seconds, 1)} s; ${comparisonText(comparison)}</span
          >
          ${
            source.live
              ? html`<vscode-button appearance="secondary" @click=${this.command('saveComparison')}
                    >${t('Save as SVG or CSV…')}</vscode-button
                  >
                  <vscode-button appearance="secondary" @click=${this.command('hideComparison')}
                    >${t('Hide')}</vscode-button
                  >`
              : nothing
          }
        </header>
        ${this.best()} ${this.chart()}
        <div class="legend" aria-hidden="true">
          ${methods.map((method) => html`<span>${legendMark(method)}${t(METHOD_NAMES[method])}</span>`)}
        </div>
        ${notices.map((notice) => html`<p class="quiet">${said(notice)}.</p>`)}
        <details>
          <summary>${t('As a table')}</summary>
          <table>
            <tr>
              <th>${t('Method')}</th>
              <th>k</th>
              <th>${t('Clusters')}</th>
              <th>${t('Noise')}</th>
              <th>${t('Silhouette')}</th>
            </tr>
            ${comparison.points.map(
              ({ method, k, clusters, noise, silhouette }) =>
                html`<tr>
                  <td>${t(METHOD_NAMES[method])}</td>
                  <td>${k ?? ''}</td>
                  <td>${clusters}</td>
                  <td>${noise}</td>
                  <td>${silhouetteText(silhouette)}</td>
                </tr>`,
            )}
          </table>
        </details>
      </section>
    `;
  }

  /** Names what the chart rings. */
  private best() {
    const best = bestPoint(this.comparison);
    if (best === undefined) return nothing;
    const text = t('{0} with {1}', t(METHOD_NAMES[best.method]), plural(best.clusters, 'cluster'));
    const open = () => {
      this.open(best);
    };
    return html`<p id="best">
      ${t('The best silhouette, {0}, is of', silhouetteText(best.silhouette))}
      ${this.source.live ? html`<button class="link" @click=${open}>${text}</button>` : text}.
      <span class="quiet"
        >${t('From −1 to 1: how much closer faces are to their own cluster than to the next. It often grows with the number of clusters; a bend in a line is a good choice, too.')}</span
      >
    </p>`;
  }

  private chart() {
    const { width, comparison, source } = this;
    const layout = comparisonLayout(comparison, width, HEIGHT);
    if (layout === undefined)
      return html`<p class="quiet">${t('No clustering has a silhouette.')}</p>`;
    const { plot, lines, bands, points, xTicks, yTicks } = layout;
    const middle = (plot.top + plot.bottom) / 2;
    return html`<svg
      class="chart ${source.live ? 'live' : ''}"
      viewBox="0 0 ${width} ${HEIGHT}"
      role="group"
      aria-label=${t('Silhouette by the number of clusters')}
      @click=${this.onClick(layout)}
    >
      ${yTicks.map(
        ({ at, text }) =>
          svg`<line class="grid" x1=${plot.left} x2=${plot.right} y1=${at} y2=${at}></line><text x=${plot.left - 8} y=${at + 4} text-anchor="end">${text}</text>`,
      )}
      ${xTicks.map(({ at, text }) => svg`<text x=${at} y=${plot.bottom + 17} text-anchor="middle">${text}</text>`)}
      <text x=${(plot.left + plot.right) / 2} y=${plot.bottom + 34} text-anchor="middle">
        ${t('clusters')}
      </text>
      <text x="12" y=${middle} text-anchor="middle" transform="rotate(-90 12 ${middle})">
        ${t('silhouette')}
      </text>
      ${bands.map(({ method, path }) => svg`<path class="band ${method}" d=${path}></path>`)}
      ${lines.map(({ method, path }) => svg`<path class="line ${method}" d=${path}></path>`)}
      ${points.map((each) => this.point(each))} ${this.bestRing(layout)}
    </svg>`;
  }

  private bestRing({ points, plot }: ComparisonLayout) {
    const best = bestPoint(this.comparison);
    const at = points.find(({ point }) => point === best);
    if (at === undefined) return nothing;
    const anchor = at.x > plot.right - 20 ? 'end' : 'middle';
    return svg`<circle class="best" cx=${at.x} cy=${at.y} r="10" pointer-events="none"></circle>
      <text class="best" x=${at.x} y=${at.y + 25} text-anchor=${anchor}>${t('best')}</text>`;
  }

  private point({ point, x, y, text }: ComparisonLayout['points'][number]) {
    const mark =
      point.k === null
        ? foundMark(point.method, x, y)
        : svg`<circle class="point ${point.method}" cx=${x} cy=${y} r="3.5"></circle>`;
    if (!this.source.live) return svg`<g>${mark}<title>${text}</title></g>`;
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'Enter' && event.key !== ' ') return;
      event.preventDefault();
      this.open(point);
    };
    return svg`<g class="clickable" tabindex="0" role="button" aria-label=${t('Open {0}', pointText(point))}
      @keydown=${onKey}>${mark}<title>${t('{0}. Click to open it.', text)}</title></g>`;
  }

  /** Points may be small, close together, or on top of each other: the nearest is taken. */
  private onClick({ points, width, height }: ComparisonLayout) {
    return (event: MouseEvent) => {
      if (!this.source.live) return;
      const box = (event.currentTarget as SVGElement).getBoundingClientRect();
      const x = ((event.clientX - box.left) * width) / box.width;
      const y = ((event.clientY - box.top) * height) / box.height;
      const distance = (each: (typeof points)[number]) => Math.hypot(each.x - x, each.y - y);
      const [nearest] = [...points].sort((a, b) => distance(a) - distance(b));
      if (nearest !== undefined && distance(nearest) <= NEAR) this.open(nearest.point);
    };
  }

  private open({ method, k }: ComparisonPoint) {
    const changes = k === null ? { method } : { method, clusters: k };
    this.source.send('settings', { changes });
  }

  private command(command: 'saveComparison' | 'hideComparison') {
    return () => {
      this.source.send('command', { command });
    };
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'fc-comparison': ComparisonView;
  }
}
