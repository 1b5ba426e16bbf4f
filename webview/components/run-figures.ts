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
import { count, decimal, plural, silhouetteText } from '../../src/text/numbers';
import { said } from '../../src/text/said';
import { t } from '../../src/text/translate';
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
          <span
            >${t('{0} in {1}', plural(run.faces, 'face'), plural(run.images.read, 'image'))}</span
          >
          ${clustering === null ? nothing : html`<span>${mainText(clustering)}</span>`}
        </div>
        <details>
          <summary>${t('Details')}</summary>
          <dl>
            ${details.map(
              ({ name, value, note }) =>
                html`<dt>${name}</dt>
                  <dd>${value}${note === undefined ? nothing : html`<br />${note}`}</dd>`,
            )}
          </dl>
          <p>${t('Attributes are inferred by a neural network and may be wrong.')}</p>
        </details>
      </div>
    `;
  }
}

/** `16 clusters (K-Means)`. */
function mainText({ clusters, settings }: Clustering): string {
  return `${clustersText(clusters)} (${t(METHOD_NAMES[settings.method])})`;
}

function runDetails(run: Run): Detail[] {
  const { images, detection, trials } = run;
  const unusable = images.failed > 0 ? t(', {0} unusable', count(images.failed)) : '';
  const faceless =
    images.withoutFace > 0 ? t(', {0} without a face', count(images.withoutFace)) : '';
  const folders = run.leftOut && leftOutFolders(run.leftOut);
  const reasons = passedOver(trials).map(forPage);
  return [
    {
      name: t('Images'),
      value: t('{0} found{1}{2}', plural(images.found, 'image'), faceless, unusable),
      note: cachedText(run),
    },
    {
      name: t('Faces'),
      value: upperFirst(detectionText(run)),
      note: forPage(said(detection.reason)),
    },
    ...(folders === undefined ? [] : [{ name: t('Folders'), value: upperFirst(folders) }]),
    {
      name: t('Hardware'),
      value: providerText(run.provider, trials),
      ...(reasons.length === 0 ? {} : { note: reasons.join('\n') }),
    },
  ];
}

const cachedText = ({ known = 0, images }: Run) =>
  known === 0
    ? t('All images were read.')
    : t('{0} of {1} came from the cache.', count(known), plural(images.found, 'image'));

function truthDetail(judgement: Judgement): Detail {
  const { what, scores: all } = judgementTexts(judgement);
  return {
    name: t('Agreement with the labels'),
    value: all.map(([name, text]) => `${upperFirst(name)} ${text}`).join('\n'),
    note: [
      t(
        '{0}. Balanced accuracy: how often it is right to say of each face what most faces of its cluster truly are.',
        upperFirst(what),
      ),
      ...judgement.notices.map((notice) => `${upperFirst(forPage(said(notice)))}.`),
    ].join('\n'),
  };
}

function scores(clustering: Clustering): Detail[] {
  const { silhouette, daviesBouldin, calinskiHarabasz, agreement } = clustering;
  const details: Detail[] = [
    {
      name: t('Silhouette'),
      value: silhouetteText(silhouette),
      note: t(
        'From −1 to 1, higher is better: how much closer faces are to their own cluster than to the next.',
      ),
    },
  ];
  if (daviesBouldin !== null)
    details.push({
      name: t('Davies–Bouldin index'),
      value: t('{0} (lower is better)', decimal(daviesBouldin, 2)),
    });
  if (calinskiHarabasz !== null)
    details.push({
      name: t('Caliński–Harabasz index'),
      value: t('{0} (higher is better)', count(Math.round(calinskiHarabasz))),
    });
  if (agreement !== null)
    details.push({
      name: t('Agreement with the previous clustering'),
      value: t(
        'adjusted Rand index {0}, normalized mutual information {1}',
        decimal(agreement.adjustedRand, 2),
        decimal(agreement.normalisedMutualInformation, 2),
      ),
    });
  return details;
}

declare global {
  interface HTMLElementTagNameMap {
    'fc-run-figures': RunFigures;
  }
}
