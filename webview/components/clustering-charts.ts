/** The charts of a clustering above its clusters: of methods, numbers of clusters, and merges. */
import { html, nothing } from 'lit';
import type { Clustering } from '../../src/domain/clustering';
import type { Comparison } from '../../src/domain/comparison';
import type { Source } from '../source';
import './comparison';
import './dendrogram';
import './k-curve';

/** After an analysis that was cancelled. */
export function noClusters(source: Source) {
  const analyze = () => {
    source.send('command', { command: 'rerun' });
  };
  return html`<div class="empty">
    <p class="quiet">No clusters yet: its images were not analyzed.</p>
    <vscode-button @click=${analyze}>Cluster Faces</vscode-button>
  </div>`;
}

export function clusteringCharts(
  clustering: Clustering,
  comparison: Comparison | null,
  source: Source,
) {
  const { tree, curve, distinct } = clustering;
  return html`
    ${comparison === null ? nothing : html`<fc-comparison .source=${source} .comparison=${comparison}></fc-comparison>`}
    ${
      curve === null
        ? nothing
        : html`<details open>
            <summary>How the number of clusters was chosen</summary>
            <fc-k-curve .source=${source} .curve=${curve} .distinct=${distinct}></fc-k-curve>
          </details>`
    }
    ${
      tree === null || tree.length === 0
        ? nothing
        : html`<details open>
            <summary>Dendrogram</summary>
            <fc-dendrogram .source=${source} .clustering=${clustering}></fc-dendrogram>
          </details>`
    }
  `;
}
