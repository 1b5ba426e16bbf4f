/**
 * The attributes that set a cluster apart: a bar for each from its share of all faces to that of
 * the cluster. A click asks for the faces of the run that have it, or lack it.
 */
import { css, html, LitElement, nothing, svg } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { readableAttribute } from '../../src/domain/attributes';
import type { ClusterSummary, Occurrences } from '../../src/domain/clustering';
import { type Difference, differences } from '../../src/summaries/cluster-names';
import { percent } from '../../src/text/numbers';
import { t } from '../../src/text/translate';
import { Ask } from './cluster-events';
import { shared } from './shared.css';

/** Names of the columns; each row says them in words. */
const head = html`<div class="row head quiet" aria-hidden="true">
  <span></span><span></span><span class="value">${t('first')}</span
  ><span class="value">${t('second')}</span
  ><span class="value" title=${t('In percentage points')}>${t('points')}</span>
</div>`;

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
      .row {
        display: grid;
        grid-template-columns: minmax(0, 1fr) 44px 3.2em;
        align-items: center;
        gap: 6px;
        width: 100%;
        font-size: 0.92em;
      }
      :host([wide]) .row {
        grid-template-columns: minmax(84px, 0.4fr) minmax(0, 1fr) 3.6em 3.6em 3.4em;
        gap: 10px;
        padding: 1px 0;
      }
      :host([wide]) svg {
        width: 100%;
        height: 12px;
      }
      button {
        padding: 0;
        border: 0;
        background: none;
        color: inherit;
        font-family: inherit;
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
        overflow: visible; /* nothing is outside, and each clip costs time while cards are scrolled */
        background: color-mix(in srgb, var(--vscode-foreground) 12%, transparent);
      }
      .more {
        fill: var(--vscode-charts-blue);
      }
      /* VS Code's own orange cannot be seen in its high contrast. */
      .less {
        fill: #c8650f;
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

  @property({ attribute: false }) cluster!: Pick<ClusterSummary, 'occurrences'>;
  /** Shares among all faces, or in another cluster. */
  @property({ attribute: false }) overall: Occurrences = {};
  /** Whose shares these are. */
  @property({ attribute: false }) first = t('this cluster');
  @property({ attribute: false }) second = t('all faces');
  /** Whether both shares and their difference are shown as numbers. */
  @property({ type: Boolean, reflect: true }) wide = false;
  /** Number of bars. */
  @property({ type: Number }) bars = 4;
  @property({ type: Boolean }) live = false;

  override render() {
    const shown = differences(this.cluster, this.overall).slice(0, this.bars);
    return html`${this.wide ? head : nothing}
      <ul aria-label=${t('Attributes that set the cluster apart')}>
        ${shown.map((each) => html`<li>${this.row(each)}</li>`)}
      </ul>`;
  }

  private row({ name, share, overall }: Difference) {
    const isMore = share >= overall;
    const [from, to] = isMore ? [overall, share] : [share, overall];
    const readable = readableAttribute(name);
    const text = t(
      '{0}: {1} of {2}, {3} of {4}',
      readable,
      percent(share),
      this.first,
      percent(overall),
      this.second,
    );
    const points = Math.round(100 * (share - overall));
    const pointsText = `${points > 0 ? '+' : points < 0 ? '−' : ''}${String(Math.abs(points))}`;
    // Screen readers hear what is on screen, in its order.
    const label = this.wide
      ? t(
          '{0}: {1}, {2}, {3} points, of {4} and of {5}',
          readable,
          percent(share),
          percent(overall),
          pointsText,
          this.first,
          this.second,
        )
      : text;
    const ask = () => {
      this.dispatchEvent(new Ask([{ attribute: name, present: share >= 0.5 }]));
    };
    return html`<button
      class="row"
      aria-label=${this.live ? t('{0}. Show these faces.', label) : label}
      title=${text}
      ?disabled=${!this.live}
      @click=${ask}
    >
      <span class="name">${this.wide ? '' : isMore ? '+ ' : '− '}${readable}</span>
      <svg aria-hidden="true">
        ${svg`<rect class=${isMore ? 'more' : 'less'} x="${from * 100}%" width="${(to - from) * 100}%" height="100%"></rect>
        <rect class="tick" x="${Math.min(this.wide ? 99.7 : 98, overall * 100)}%" width="1" height="100%"></rect>`}
      </svg>
      <span class="value">${percent(share)}</span>
      ${
        this.wide
          ? html`<span class="value">${percent(overall)}</span>
              <span class="value">${pointsText}</span>`
          : nothing
      }
    </button>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'fc-difference-chart': DifferenceChart;
  }
}
