/** What stands above the clusters: charts of methods, numbers and merges, and the copies. */
import { html, nothing } from 'lit';
import type { Clustering } from '../../src/domain/clustering';
import type { PanelState } from '../../src/protocol/panel';
import { t } from '../../src/text/translate';
import type { Source } from '../source';
import './comparison';
import './copies-list';
import './dendrogram';
import './k-curve';

/** After an analysis that was cancelled. */
export function noClusters(source: Source) {
  const analyze = () => {
    source.send('command', { command: 'rerun' });
  };
  return html`<div class="empty">
    <p class="quiet">${t('No clusters yet: its images were not analyzed.')}</p>
    <vscode-button @click=${analyze}>${t('Cluster Faces')}</vscode-button>
  </div>`;
}

export function clusteringCharts(
  { comparison, copies, generation, settings }: PanelState,
  clustering: Clustering,
  source: Source,
) {
  const { tree, curve, distinct } = clustering;
  return html`
    ${comparison === null ? nothing : html`<fc-comparison .source=${source} .comparison=${comparison}></fc-comparison>`}
    ${
      curve === null
        ? nothing
        : html`<details open>
            <summary>${t('How the number of clusters was chosen')}</summary>
            <fc-k-curve .source=${source} .curve=${curve} .distinct=${distinct}></fc-k-curve>
          </details>`
    }
    ${
      tree === null || tree.length === 0
        ? nothing
        : html`<details open>
            <summary>${t('Dendrogram')}</summary>
            <fc-dendrogram .source=${source} .clustering=${clustering}></fc-dendrogram>
          </details>`
    }
    ${
      copies === null
        ? nothing
        : html`<fc-copies-list
            .source=${source}
            .summary=${copies}
            .copies=${settings.copies}
            .generation=${generation}
          ></fc-copies-list>`
    }
  `;
}
