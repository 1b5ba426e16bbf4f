/**
 * The search of `clusters: auto`: silhouette, inertia and gap statistic against the number of
 * clusters, each with its best number.
 */
import { scaleLinear } from 'd3-scale';
import { css, html, LitElement, nothing, svg } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Candidate } from '../../src/domain/clustering';
import { choicesOf } from '../../src/domain/number-of-clusters';
import { language, t } from '../../src/text/translate';
import type { Source } from '../source';
import { shared } from './shared.css';

const WIDTH = 300;
const HEIGHT = 150;
const EDGE = { left: 46, right: 8, top: 10, bottom: 22 };

/** A number of clusters that a criterion chooses; null where it chooses none. */
interface Choice {
  k: number | null;
  why: string;
}

@customElement('fc-k-curve')
export class KCurve extends LitElement {
  static override styles = [
    shared,
    css`
      .charts {
        display: flex;
        flex-wrap: wrap;
        gap: 6px 18px;
      }
      figure {
        margin: 0;
      }
      svg {
        width: ${WIDTH}px;
        max-width: 100%;
        font-size: 10px;
      }
      text {
        fill: var(--vscode-descriptionForeground);
      }
      path {
        fill: none;
        stroke: var(--vscode-charts-blue);
        stroke-width: 1.5;
      }
      circle {
        fill: var(--vscode-charts-blue);
      }
      circle.chosen {
        fill: var(--vscode-charts-red);
      }
      circle.live {
        cursor: pointer;
      }
      circle.live:hover,
      circle:focus-visible {
        stroke: var(--vscode-focusBorder);
        stroke-width: 3;
        outline: none;
      }
    `,
  ];

  @property({ attribute: false }) source!: Source;
  @property({ attribute: false }) curve: Candidate[] = [];
  /** Number of distinct vectors that were clustered. */
  @property({ attribute: false }) distinct = 0;

  override render() {
    const { knee, silhouette, elbow, gap } = choicesOf(this.curve, this.distinct);
    return html`<div class="charts">
      ${this.chart(t('Silhouette'), (each) => each.silhouette, [
        { k: knee, why: t('knee') },
        { k: silhouette, why: t('highest') },
      ])}
      ${this.chart(t('Inertia'), ({ inertia }) => inertia, [{ k: elbow, why: t('elbow') }])}
      ${this.chart(t('Gap statistic'), (each) => each.gap, [{ k: gap, why: t('first within a standard error of the next') }])}
    </div>`;
  }

  private chart(
    name: string,
    valueOf: (candidate: Candidate) => number | null,
    choices: readonly Choice[],
  ) {
    const chosen = choices.filter(({ k }) => k !== null);
    const values = this.curve.flatMap((candidate) => {
      const value = valueOf(candidate);
      return value === null ? [] : [{ k: candidate.clusters, value }];
    });
    if (values.length === 0) return nothing;
    const all = values.map(({ value }) => value);
    const x = scaleLinear([values[0]!.k, values.at(-1)!.k], [EDGE.left, WIDTH - EDGE.right]);
    const y = scaleLinear(
      [Math.min(...all), Math.max(...all)],
      [HEIGHT - EDGE.bottom, EDGE.top],
    ).nice();
    const path = values
      .map(({ k, value }, i) => `${i === 0 ? 'M' : 'L'}${x(k)} ${y(value)}`)
      .join('');
    return html`<figure>
      <figcaption>
        ${name}${chosen.length === 0 ? '' : `: ${chosen.map(({ k, why }) => `${k} (${why})`).join(', ')}`}
      </figcaption>
      <svg
        viewBox="0 0 ${WIDTH} ${HEIGHT}"
        role="group"
        aria-label=${t('{0} by the number of clusters', name)}
      >
        ${y.ticks(4).map((tick) => svg`<text x=${EDGE.left - 6} y=${y(tick) + 3} text-anchor="end">${y.tickFormat(4)(tick)}</text>`)}
        ${x.ticks(6).map((tick) => svg`<text x=${x(tick)} y=${HEIGHT - 6} text-anchor="middle">${tick}</text>`)}
        <path d=${path}></path>
        ${values.map(({ k, value }) =>
          this.point(
            name,
            k,
            value,
            x(k),
            y(value),
            chosen.some((each) => each.k === k),
          ),
        )}
      </svg>
    </figure>`;
  }

  private point(name: string, k: number, value: number, x: number, y: number, chosen: boolean) {
    const text = t(
      '{0} clusters: {1} {2}',
      k,
      language() === 'en' ? name.toLowerCase() : name,
      value.toPrecision(4),
    );
    const radius = chosen ? 5 : 3;
    if (!this.source.live)
      return svg`<circle class=${chosen ? 'chosen' : ''} cx=${x} cy=${y} r=${radius}><title>${text}</title></circle>`;
    const take = () => {
      this.source.send('settings', { changes: { clusters: k } });
    };
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'Enter' && event.key !== ' ') return;
      event.preventDefault(); // Space would scroll
      take();
    };
    return svg`<circle class="live ${chosen ? 'chosen' : ''}" cx=${x} cy=${y} r=${radius} tabindex="0" role="button" aria-label=${t('Take {0}', text)}
      @click=${take} @keydown=${onKey}><title>${t('{0}. Click to take it.', text)}</title></circle>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'fc-k-curve': KCurve;
  }
}
