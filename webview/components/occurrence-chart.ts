/**
 * A bar for the frequency of each attribute in a cluster, with a mark at its frequency among all
 * faces.
 */
import { html, LitElement, nothing, svg } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { readableAttribute } from '../../src/domain/attributes';
import type { Occurrences, ClusterSummary } from '../../src/domain/clustering';
import { type Bar, bars } from '../../src/summaries/bars';
import { percent } from '../../src/text/numbers';
import { own } from '../../src/util/own';
import { styles } from './occurrence-chart.css';
import { shared } from './shared.css';

/** Descriptions of the frequencies. */
const STANDING = {
  prominent: 'almost all have it',
  noisy: 'divided',
  rare: 'few have it',
} as const;

@customElement('fc-occurrence-chart')
export class OccurrenceChart extends LitElement {
  static override styles = [shared, styles];

  @property({ attribute: false }) cluster?: Pick<
    ClusterSummary,
    'occurrences' | 'prominent' | 'noisy'
  >;
  /** Occurrences among all faces. */
  @property({ attribute: false }) overall: Occurrences = {};
  @property({ type: Boolean }) legend = false;

  override render() {
    if (this.cluster === undefined) return nothing;
    return html`
      <ul aria-label="Attribute occurrences">
        ${bars(this.cluster).map((bar) => this.row(bar))}
      </ul>
      ${this.legend ? legend() : nothing}
    `;
  }

  private row({ name, frequency, standing }: Bar) {
    const overall = own(this.overall, name) ?? 0;
    const text = `${readableAttribute(name)}: ${percent(frequency)} of this cluster (${STANDING[standing]}), ${percent(overall)} of all faces`;
    return html`
      <li class=${standing} title=${text}>
        <span class="name" aria-hidden="true">${readableAttribute(name)}</span>
        <svg class="track" role="img" aria-label=${text}>
          ${standing === 'noisy' ? hatching : nothing}
          <rect class="bar" width="${frequency * 100}%" height="100%"></rect>
          <rect class="overall" x="${overall * 100}%" width="2" height="100%"></rect>
        </svg>
        <span class="value" aria-hidden="true">${frequency.toFixed(2)}</span>
      </li>
    `;
  }
}

/** Distinguishes noisy bars without color. */
const hatching = svg`
  <pattern id="hatching" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
    <rect class="weak" width="6" height="6"></rect>
    <rect class="strong" width="3" height="6"></rect>
  </pattern>
`;

function legend() {
  return html`
    <div class="legend" aria-hidden="true">
      <span class="prominent"
        ><svg><rect class="bar" width="100%" height="100%"></rect></svg>prominent: at least 75
        %</span
      >
      <span class="noisy"
        ><svg>
          ${hatching}
          <rect class="bar" width="100%" height="100%"></rect></svg
        >noisy: 25 to 75 %</span
      >
      <span class="rare"
        ><svg><rect class="bar" width="100%" height="100%"></rect></svg>less</span
      >
      <span
        ><svg class="mark"><rect class="overall" width="100%" height="100%"></rect></svg>among all
        faces</span
      >
    </div>
  `;
}

declare global {
  interface HTMLElementTagNameMap {
    'fc-occurrence-chart': OccurrenceChart;
  }
}
