/**
 * The silhouette of each method against the number of clusters. A click on a point applies its
 * method and number.
 */
import { css, html, LitElement, nothing, svg } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { ComparisonPoint, Comparison } from '../../src/domain/comparison';
import { METHOD_NAMES } from '../../src/domain/method-names';
import { comparisonLayout, pointText } from '../../src/summaries/comparison-chart';
import { comparisonText } from '../../src/summaries/comparison-text';
import { plural, silhouetteText } from '../../src/text/numbers';
import type { Source } from '../source';
import { shared } from './shared.css';

const WIDTH = 860;
const HEIGHT = 360;

@customElement('fc-comparison')
export class ComparisonView extends LitElement {
  static override styles = [
    shared,
    css`
      section {
        margin-bottom: 18px;
      }
      header {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 8px 14px;
        margin-bottom: 6px;
      }
      svg.chart {
        width: 100%;
        max-width: ${WIDTH}px;
        font-size: 11px;
      }
      .grid {
        stroke: var(--vscode-editorWidget-border, var(--vscode-contrastBorder, #8884));
      }
      text {
        fill: var(--vscode-descriptionForeground);
      }
      .line {
        fill: none;
        stroke: currentColor;
        stroke-width: 1.6;
      }
      .band {
        fill: currentColor;
        fill-opacity: 0.18;
      }
      .point {
        fill: currentColor;
      }
      .point.clickable {
        cursor: pointer;
      }
      .point:focus-visible,
      .point.clickable:hover {
        stroke: var(--vscode-focusBorder);
        stroke-width: 3;
        outline: none;
      }
      .kmeans {
        color: var(--vscode-charts-blue);
      }
      .agglomerative {
        color: var(--vscode-charts-red);
        stroke-dasharray: 7 3;
      }
      .birch {
        color: var(--vscode-charts-purple);
        stroke-dasharray: 2 3;
      }
      .spectral {
        color: var(--vscode-charts-green);
        stroke-dasharray: 9 3 2 3;
      }
      .dbscan {
        color: var(--vscode-charts-orange);
      }
      .optics {
        color: var(--vscode-charts-yellow);
      }
      .hdbscan {
        color: var(--vscode-charts-foreground);
      }
      .point {
        stroke-dasharray: none;
      }
      .legend {
        display: flex;
        flex-wrap: wrap;
        gap: 2px 16px;
        margin: 4px 0;
      }
      .legend svg {
        width: 26px;
        height: 10px;
        margin-right: 5px;
      }
      table {
        border-collapse: collapse;
      }
      td,
      th {
        padding: 1px 14px 1px 0;
        text-align: left;
      }
    `,
  ];

  @property({ attribute: false }) source!: Source;
  @property({ attribute: false }) comparison!: Comparison;

  override render() {
    const { comparison, source } = this;
    const { faces, distinct, seconds, methods, notices } = comparison;
    return html`
      <section aria-label="Comparison of methods">
        <header>
          <h2>Comparison of methods</h2>
          <span class="quiet"
            >${plural(faces, 'face')}, ${plural(distinct, 'distinct vector')}, ${seconds.toFixed(1)}
            s; ${comparisonText(comparison)}</span
          >
          ${
            source.live
              ? html`<vscode-button appearance="secondary" @click=${this.command('saveComparison')}
                    >Save as SVG or CSV…</vscode-button
                  >
                  <vscode-button appearance="secondary" @click=${this.command('hideComparison')}
                    >Hide</vscode-button
                  >`
              : nothing
          }
        </header>
        ${this.chart()}
        <div class="legend" aria-hidden="true">
          ${methods.map(
            (method) =>
              html`<span
                ><svg class=${method}><path class="line" d="M0 5H26"></path></svg
                >${METHOD_NAMES[method]}</span
              >`,
          )}
        </div>
        ${notices.map((notice) => html`<p class="quiet">${notice}.</p>`)}
        <details>
          <summary>As a table</summary>
          <table>
            <tr>
              <th>Method</th>
              <th>k</th>
              <th>Clusters</th>
              <th>Noise</th>
              <th>Silhouette</th>
            </tr>
            ${comparison.points.map(
              ({ method, k, clusters, noise, silhouette }) =>
                html`<tr>
                  <td>${METHOD_NAMES[method]}</td>
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

  private chart() {
    const layout = comparisonLayout(this.comparison, WIDTH, HEIGHT);
    if (layout === undefined) return html`<p class="quiet">No clustering has a silhouette.</p>`;
    const { plot, lines, bands, points, xTicks, yTicks } = layout;
    return html`<svg
      class="chart"
      viewBox="0 0 ${WIDTH} ${HEIGHT}"
      role="group"
      aria-label="Silhouette by the number of clusters"
    >
      ${yTicks.map(
        ({ at, text }) =>
          svg`<line class="grid" x1=${plot.left} x2=${plot.right} y1=${at} y2=${at}></line><text x=${plot.left - 8} y=${at + 4} text-anchor="end">${text}</text>`,
      )}
      ${xTicks.map(({ at, text }) => svg`<text x=${at} y=${plot.bottom + 17} text-anchor="middle">${text}</text>`)}
      <text x=${(plot.left + plot.right) / 2} y=${plot.bottom + 34} text-anchor="middle">
        clusters
      </text>
      <text
        x="12"
        y=${(plot.top + plot.bottom) / 2}
        text-anchor="middle"
        transform="rotate(-90 12 ${(plot.top + plot.bottom) / 2})"
      >
        silhouette
      </text>
      ${bands.map(({ method, path }) => svg`<path class="band ${method}" d=${path}></path>`)}
      ${lines.map(({ method, path }) => svg`<path class="line ${method}" d=${path}></path>`)}
      ${points.map(({ point, x, y, text }) => this.point(point, x, y, text))}
    </svg>`;
  }

  private point(point: ComparisonPoint, x: number, y: number, text: string) {
    const radius = point.k === null ? 6 : 3.5;
    if (!this.source.live) {
      return svg`<circle class="point ${point.method}" cx=${x} cy=${y} r=${radius}><title>${text}</title></circle>`;
    }
    const open = () => {
      const changes =
        point.k === null ? { method: point.method } : { method: point.method, clusters: point.k };
      this.source.send('settings', { changes });
    };
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'Enter' && event.key !== ' ') return;
      event.preventDefault();
      open();
    };
    return svg`<circle class="point clickable ${point.method}" cx=${x} cy=${y} r=${radius} tabindex="0" role="button"
      aria-label="Open ${pointText(point)}" @click=${open} @keydown=${onKey}><title>${text}. Click to open it.</title></circle>`;
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
