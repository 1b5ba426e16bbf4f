/** The figures of a run: faces and clusters, with everything else under Details. */
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Clustering } from '../../src/domain/clustering';
import type { Judgement } from '../../src/domain/judgement';
import { METHOD_NAMES } from '../../src/domain/method-names';
import type { PanelState } from '../../src/protocol/panel';
import { detectionText } from '../../src/summaries/detection-text';
import { judgementTexts } from '../../src/summaries/judgement-text';
import { leftOutFolders } from '../../src/summaries/left-out-text';
import { passedOver, providerText } from '../../src/summaries/provider-text';
import { clustersText } from '../../src/text/clusters-text';
import { upperFirst } from '../../src/text/letter-case';
import { forPage } from '../../src/text/neutralize';
import { count, plural, silhouetteText } from '../../src/text/numbers';
import { shared } from './shared.css';

type Run = NonNullable<PanelState['run']>;

/** A line of the details. */
interface Detail {
  name: string;
  value: string;
  /** What the value means, or why it is so. */
  note?: string;
}

@customElement('fc-run-figures')
export class RunFigures extends LitElement {
  static override styles = [
    shared,
    css`
      .figures {
        margin-top: 4px;
      }
      .main {
        display: flex;
        flex-wrap: wrap;
        gap: 2px 16px;
      }
      summary {
        margin-top: 2px;
        cursor: pointer;
      }
      dl {
        display: grid;
        grid-template-columns: max-content 1fr;
        gap: 3px 14px;
        margin: 6px 0;
      }
      dd {
        margin: 0;
        overflow-wrap: anywhere;
        white-space: pre-line;
      }
    `,
  ];

  @property({ attribute: false }) run!: Run;
  @property({ attribute: false }) clustering: Clustering | null = null;
  @property({ attribute: false }) judgement: Judgement | null = null;

  override render() {
    const { run, clustering, judgement } = this;
    const details = [
      ...runDetails(run),
      ...(clustering === null ? [] : scores(clustering)),
      ...(judgement === null ? [] : [truthDetail(judgement)]),
    ];
    return html`
      <div class="figures quiet">
        <div class="main">
          <span>${plural(run.faces, 'face')} in ${plural(run.images.read, 'image')}</span>
          ${clustering === null ? nothing : html`<span>${mainText(clustering)}</span>`}
        </div>
        <details>
          <summary>Details</summary>
          <dl>
            ${details.map(
              ({ name, value, note }) =>
                html`<dt>${name}</dt>
                  <dd>${value}${note === undefined ? nothing : html`<br />${note}`}</dd>`,
            )}
          </dl>
          <p>Attributes are inferred by a neural network and may be wrong.</p>
        </details>
      </div>
    `;
  }
}

/** `16 clusters (K-Means)`. */
function mainText({ clusters, settings }: Clustering): string {
  return `${clustersText(clusters)} (${METHOD_NAMES[settings.method]})`;
}

function runDetails(run: Run): Detail[] {
  const { images, detection, trials } = run;
  const unusable = images.failed > 0 ? `, ${count(images.failed)} unusable` : '';
  const faceless = images.withoutFace > 0 ? `, ${count(images.withoutFace)} without a face` : '';
  const folders = run.leftOut && leftOutFolders(run.leftOut);
  const reasons = passedOver(trials).map(forPage);
  return [
    {
      name: 'Images',
      value: `${plural(images.found, 'image')} found${faceless}${unusable}`,
      note: cachedText(run),
    },
    {
      name: 'Faces',
      value: upperFirst(detectionText(run)),
      note: forPage(detection.reason),
    },
    ...(folders === undefined ? [] : [{ name: 'Folders', value: upperFirst(folders) }]),
    {
      name: 'Hardware',
      value: providerText(run.provider, trials),
      ...(reasons.length === 0 ? {} : { note: reasons.join('\n') }),
    },
  ];
}

const cachedText = ({ known = 0, images }: Run) =>
  known === 0
    ? 'All images were read.'
    : `${count(known)} of ${plural(images.found, 'image')} came from the cache.`;

function truthDetail(judgement: Judgement): Detail {
  const { what, scores: all } = judgementTexts(judgement);
  return {
    name: 'Agreement with the labels',
    value: all.map(([name, text]) => `${upperFirst(name)} ${text}`).join('\n'),
    note: [
      `${upperFirst(what)}. Balanced accuracy: how often it is right to say of each face what most faces of its cluster truly are.`,
      ...judgement.notices.map((notice) => `${upperFirst(forPage(notice))}.`),
    ].join('\n'),
  };
}

function scores(clustering: Clustering): Detail[] {
  const { silhouette, daviesBouldin, calinskiHarabasz, agreement } = clustering;
  const details: Detail[] = [
    {
      name: 'Silhouette',
      value: silhouetteText(silhouette),
      note: 'From −1 to 1, higher is better: how much closer faces are to their own cluster than to the next.',
    },
  ];
  if (daviesBouldin !== null)
    details.push({
      name: 'Davies–Bouldin index',
      value: `${daviesBouldin.toFixed(2)} (lower is better)`,
    });
  if (calinskiHarabasz !== null)
    details.push({
      name: 'Caliński–Harabasz index',
      value: `${count(Math.round(calinskiHarabasz))} (higher is better)`,
    });
  if (agreement !== null)
    details.push({
      name: 'Agreement with the previous clustering',
      value: `adjusted Rand index ${agreement.adjustedRand.toFixed(2)}, normalized mutual information ${agreement.normalisedMutualInformation.toFixed(2)}`,
    });
  return details;
}

declare global {
  interface HTMLElementTagNameMap {
    'fc-run-figures': RunFigures;
  }
}
