/**
 * The attributes that set a cluster apart: a bar for each from its share of all faces to that of
 * the cluster. A click asks for the faces of the run that have it, or lack it.
 */
import { css, html, LitElement, svg } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { readableAttribute } from '../../src/domain/attributes';
import type { ClusterSummary, Occurrences } from '../../src/domain/clustering';
import { type Difference, differences } from '../../src/summaries/cluster-names';
import { percent } from '../../src/text/numbers';
import { Ask } from './cluster-events';
import { shared } from './shared.css';

@customElement('fc-difference-chart')
export class DifferenceChart extends LitElement {
  static override styles = [
    shared,
    css`
      ul {
        display: grid;
        gap: 1px;
        margin: 0;
        padding: 0;
        list-style: none;
      }
      button {
        display: grid;
        grid-template-columns: minmax(0, 1fr) 44px 3.2em;
        align-items: center;
        gap: 6px;
        width: 100%;
        padding: 0;
        border: 0;
        background: none;
        color: inherit;
        font: inherit;
        font-size: 0.92em;
        line-height: 1.35;
        text-align: start;
        cursor: pointer;
      }
      button:hover .name {
        text-decoration: underline;
      }
      button:disabled {
        cursor: default;
        text-decoration: none;
      }
      .name {
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      svg {
        width: 44px;
        height: 8px;
        background: color-mix(in srgb, var(--vscode-foreground) 12%, transparent);
      }
      .more {
        fill: var(--vscode-charts-blue);
      }
      .less {
        fill: var(--vscode-charts-orange);
      }
      .tick {
        fill: var(--vscode-foreground);
      }
      .value {
        text-align: end;
        font-variant-numeric: tabular-nums;
      }
    `,
  ];

  @property({ attribute: false }) cluster!: ClusterSummary;
  /** Shares among all faces. */
  @property({ attribute: false }) overall: Occurrences = {};
  /** Number of bars. */
  @property({ type: Number }) bars = 4;
  @property({ type: Boolean }) live = false;

  override render() {
    const shown = differences(this.cluster, this.overall).slice(0, this.bars);
    return html`<ul aria-label="Attributes that set the cluster apart">
      ${shown.map((each) => html`<li>${this.row(each)}</li>`)}
    </ul>`;
  }

  private row({ name, share, overall }: Difference) {
    const isMore = share >= overall;
    const [from, to] = isMore ? [overall, share] : [share, overall];
    const readable = readableAttribute(name);
    const text = `${readable}: ${percent(share)} of this cluster, ${percent(overall)} of all faces`;
    const ask = () => {
      this.dispatchEvent(new Ask([{ attribute: name, present: share >= 0.5 }]));
    };
    return html`<button
      aria-label=${this.live ? `${text}. Show these faces.` : text}
      title=${text}
      ?disabled=${!this.live}
      @click=${ask}
    >
      <span class="name">${isMore ? '+' : '−'} ${readable}</span>
      <svg aria-hidden="true">
        ${svg`<rect class=${isMore ? 'more' : 'less'} x="${from * 100}%" width="${(to - from) * 100}%" height="100%"></rect>
        <rect class="tick" x="${Math.min(98, overall * 100)}%" width="1" height="100%"></rect>`}
      </svg>
      <span class="value">${percent(share)}</span>
    </button>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'fc-difference-chart': DifferenceChart;
  }
}
