/** What the bars of the clusters' cards mean. */
import { css, html } from 'lit';
import { t } from '../../src/text/translate';

export const barLegendStyles = css`
  .bar-legend {
    display: flex;
    flex-wrap: wrap;
    gap: 2px 16px;
    margin: -4px 0 10px;
    font-size: 0.92em;
  }
  .bar-legend svg {
    width: 22px;
    height: 8px;
    margin-inline-end: 5px;
    background: color-mix(in srgb, var(--vscode-foreground) 12%, transparent);
  }
  .bar-legend .more {
    fill: var(--vscode-charts-blue);
  }
  .bar-legend .less {
    fill: #c8650f;
  }
  .bar-legend .tick {
    fill: var(--vscode-foreground);
  }
`;

const bar = (kind: 'more' | 'less') =>
  html`<svg aria-hidden="true">
    <rect class=${kind} x="8" width="10" height="100%"></rect>
    <rect class="tick" x=${kind === 'more' ? 8 : 17} width="1" height="100%"></rect>
  </svg>`;

export const barLegend = () =>
  html`<div class="bar-legend quiet" role="note" aria-label=${t('What the bars mean')}>
    <span>${bar('more')}${t('more often than in all faces (the tick)')}</span>
    <span>${bar('less')}${t('less often')}</span>
    <span>${t('Attributes are inferred by a network and may be wrong.')}</span>
  </div>`;
