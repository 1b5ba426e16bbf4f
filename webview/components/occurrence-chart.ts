/**
 * A bar for the frequency of each attribute in a cluster, with a mark at its frequency among all
 * faces.
 */
import { html, LitElement, nothing, svg } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { readableAttribute } from '../../src/domain/attributes';
import type { Occurrences, ClusterSummary } from '../../src/domain/clustering';
import { type Bar, bars } from '../../src/summaries/bars';
import { decimal, percent } from '../../src/text/numbers';
import { t } from '../../src/text/translate';
import { own } from '../../src/util/own';
import { styles } from './occurrence-chart.css';
import { shared } from './shared.css';

/** Descriptions of the frequencies. */
const STANDING = {
  prominent: t('almost all have it'),
  noisy: t('divided'),
  absent: t('few have it'),
} as const;

/** Explanations of the colors: what is shown, and what is said on hovering. */
const LEGEND = [
  [
    'prominent',
    t('at least 75 % have it'),
    t(
      'Almost all faces of the cluster have it. It characterizes the cluster where the whole folder has it less.',
    ),
  ],
  [
    'noisy',
    t('25 to 75 % have it'),
    t(
      'The cluster is divided: some faces have it, others do not. It says little of the cluster; more clusters may separate them.',
    ),
  ],
  [
    'absent',
    t('at most 25 % have it'),
    t(
      'Hardly any face of the cluster has it. That characterizes the cluster, too, where the whole folder has it more.',
    ),
  ],
] as const;

const LIFT = t('How many times as often as in the whole folder; 1 is as often');

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
      <div class="row head" aria-hidden="true">
        <span></span><span></span><span class="figure">${t('cluster')}</span
        ><span class="figure">${t('folder')}</span
        ><span class="figure" title=${LIFT}>${t('lift')}</span>
      </div>
      <ul aria-label=${t('Attribute occurrences')}>
        ${bars(this.cluster).map((bar) => this.row(bar))}
      </ul>
      ${this.legend ? legend() : nothing}
    `;
  }

  private row({ name, frequency, standing }: Bar) {
    const overall = own(this.overall, name) ?? 0;
    const lift = overall === 0 ? undefined : liftText(frequency / overall);
    const often = lift === undefined ? '' : t(', {0} times as often', lift);
    const text = t(
      '{0}: {1} of this cluster ({2}: {3}), {4} of all faces{5}',
      readableAttribute(name),
      percent(frequency),
      t(standing),
      STANDING[standing],
      percent(overall),
      often,
    );
    return html`
      <li class="row ${standing}" title=${text}>
        <span class="name" aria-hidden="true">${readableAttribute(name)}</span>
        <svg class="track" role="img" aria-label=${text}>
          ${standing === 'noisy' ? hatching : nothing}
          <rect class="bar" width="${frequency * 100}%" height="100%"></rect>
          <rect class="overall" x="${Math.min(99, overall * 100)}%" width="2" height="100%"></rect>
        </svg>
        <span class="figure value" aria-hidden="true">${percent(frequency)}</span>
        <span class="figure quiet" aria-hidden="true">${percent(overall)}</span>
        <span class="figure quiet" aria-hidden="true"
          >${lift === undefined ? '–' : `×${lift}`}</span
        >
      </li>
    `;
  }
}

/** 1.734 → `1.7`; 23.4 → `23`. */
const liftText = (lift: number): string => decimal(lift, lift > 0 && lift < 9.95 ? 1 : 0);

/** Distinguishes noisy bars without color. */
const hatching = svg`
  <pattern id="hatching" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
    <rect class="weak" width="6" height="6"></rect>
    <rect class="strong" width="3" height="6"></rect>
  </pattern>
`;

function legend() {
  return html`
    <ul class="legend" aria-label=${t('Legend')}>
      ${LEGEND.map(
        ([standing, short, long]) =>
          html`<li class=${standing} title=${long}>
            <svg aria-hidden="true">
              ${standing === 'noisy' ? hatching : nothing}
              <rect class="bar" width="100%" height="100%"></rect></svg
            ><span><b>${t(standing)}</b>: ${short}</span>
          </li>`,
      )}
      <li title=${t('Share of all faces of the folder that have it')}>
        <svg class="mark" aria-hidden="true">
          <rect class="overall" width="100%" height="100%"></rect></svg
        ><span>${t('the whole folder')}</span>
      </li>
      <li title=${LIFT}>
        <span><b>${t('lift')}</b>${t(': times as often as in the folder')}</span>
      </li>
    </ul>
    <details>
      <summary>${t('What these mean')}</summary>
      <dl>
        ${[
          ...LEGEND.map(([name, , long]) => [t(name), long] as const),
          [t('lift'), `${LIFT}.`] as const,
        ].map(
          ([name, long]) =>
            html`<dt>${name}</dt>
              <dd>${long}</dd>`,
        )}
      </dl>
    </details>
  `;
}

declare global {
  interface HTMLElementTagNameMap {
    'fc-occurrence-chart': OccurrenceChart;
  }
}
