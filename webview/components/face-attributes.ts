/** The attributes of a face, why it is in its cluster, and how to mark what is wrong. */
import { css, html, LitElement, nothing, svg } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { groupedAttributes } from '../../src/domain/attribute-groups';
import { readableAttribute } from '../../src/domain/attributes';
import type { Clustering } from '../../src/domain/clustering';
import type { ShownFace } from '../../src/domain/faces';
import { clusterTitles } from '../../src/summaries/cluster-titles';
import { type WhyHere, whyHere } from '../../src/summaries/why-here';
import { decimal, percent, silhouetteText } from '../../src/text/numbers';
import { t } from '../../src/text/translate';
import { Correct } from './cluster-events';
import { shared } from './shared.css';

/** Most attributes that are named as reasons. */
const MAX_REASONS = 3;
/** Most clusters of which the distance is shown. */
const MAX_DISTANCES = 4;

@customElement('fc-face-attributes')
export class FaceAttributes extends LitElement {
  static override styles = [
    shared,
    css`
      .groups {
        columns: 230px auto;
        column-gap: 20px;
      }
      section {
        break-inside: avoid;
        margin-bottom: 10px;
      }
      ul {
        margin: 0;
        padding: 0;
        list-style: none;
      }
      li {
        display: grid;
        grid-template-columns: minmax(0, 1fr) 56px 3.4em 24px;
        align-items: center;
        gap: 6px;
        min-height: 24px;
      }
      .has .name {
        font-weight: 600;
      }
      svg {
        width: 56px;
        height: 8px;
        background: color-mix(in srgb, var(--vscode-foreground) 12%, transparent);
      }
      rect {
        fill: var(--vscode-charts-blue);
      }
      li:not(.has) rect {
        fill: color-mix(in srgb, var(--vscode-foreground) 45%, transparent);
      }
      .value {
        text-align: end;
        font-variant-numeric: tabular-nums;
      }
      .mark {
        width: 24px;
        height: 22px;
        padding: 0;
        border: 0;
        border-radius: 3px;
        background: none;
        color: inherit;
        font: inherit;
        cursor: pointer;
      }
      .mark:hover {
        background: var(--vscode-toolbar-hoverBackground);
      }
      ol li {
        display: list-item;
        min-height: 0;
      }
      .value {
        white-space: nowrap;
      }
      .why {
        margin-bottom: 10px;
      }
    `,
  ];

  @property({ attribute: false }) face!: ShownFace;
  /** Names of the attributes, in the order of the probabilities. */
  @property({ attribute: false }) names: readonly string[] = [];
  @property({ attribute: false }) clustering: Clustering | null = null;
  @property({ type: Boolean }) live = false;

  override render() {
    return html`
      ${this.why()}
      <div class="groups">
        ${groupedAttributes(this.names).map(
          ({ group, attributes }) =>
            html`<section>
              <h3>${group}</h3>
              <ul>
                ${attributes.map((name) => this.row(name))}
              </ul>
            </section>`,
        )}
      </div>
    `;
  }

  private isPresent(name: string): boolean {
    const column = this.names.indexOf(name);
    return this.face.present[column] ?? false;
  }

  private row(name: string) {
    const column = this.names.indexOf(name);
    const value = this.face.probabilities[column] ?? 0;
    const isPresent = this.isPresent(name);
    const isMarked = this.face.marked.includes(column);
    const readable = readableAttribute(name);
    const by = isMarked ? t(', marked by a person') : '';
    return html`<li class=${isPresent ? 'has' : ''}>
      <span class="name" title="${readable}${by}">${readable}${isMarked ? ' ✎' : ''}</span>
      <svg aria-hidden="true">${svg`<rect width="${value * 100}%" height="100%"></rect>`}</svg>
      <span class="value">${percent(value)}</span>
      ${this.live ? this.markButton(name, readable, isPresent, isMarked) : nothing}
    </li>`;
  }

  private markButton(attribute: string, readable: string, isPresent: boolean, isMarked: boolean) {
    const value = isMarked ? null : !isPresent;
    const text = isMarked
      ? t('{0}: take what the network says', readable)
      : t('This is wrong: mark as {0}', isPresent ? t('not {0}', readable) : readable);
    const mark = () => {
      const rows = [this.face.row];
      this.dispatchEvent(new Correct({ kind: 'attribute', rows, attribute, value }));
    };
    return html`<button class="mark" aria-label=${text} title=${text} @click=${mark}>
      ${isMarked ? '↺' : '✗'}
    </button>`;
  }

  private why() {
    const { face, clustering } = this;
    if (clustering === null || face.cluster === null) return nothing;
    const titles = clusterTitles(clustering);
    const title = (id: number) => titles.get(id)?.text ?? '';
    const found = whyHere(clustering, (name) => this.isPresent(name), face.cluster);
    return html`<section class="why" aria-label=${t('Why here')}>
      <h3>${title(face.cluster)}</h3>
      <p class="quiet">${t('silhouette {0}', silhouetteText(face.silhouette))}</p>
      ${found === undefined ? nothing : this.reasons(found, title)}
    </section>`;
  }

  private reasons({ distances, next, reasons }: WhyHere, title: (id: number) => string) {
    if (next === undefined) return nothing;
    return html`
      <p>
        ${
          reasons.length === 0
            ? t('It lies as near to “{0}”.', title(next.id))
            : html`${t(
                'Here rather than in “{0}” because of {1}.',
                title(next.id),
                reasons
                  .slice(0, MAX_REASONS)
                  .map(({ name, present, here, there }) =>
                    t(
                      '{0} ({1} of the faces here, {2} there)',
                      present ? readableAttribute(name) : t('not {0}', readableAttribute(name)),
                      percent(here),
                      percent(there),
                    ),
                  )
                  .join('; '),
              )}`
        }
      </p>
      <details>
        <summary>${t('Distances to the clusters')}</summary>
        <ol>
          ${distances.slice(0, MAX_DISTANCES).map(({ id, distance }) => html`<li>${decimal(distance, 2)} ${title(id)}</li>`)}
        </ol>
      </details>
    `;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'fc-face-attributes': FaceAttributes;
  }
}
