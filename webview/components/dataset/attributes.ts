/** The frequency of each attribute, and the selection of attributes. */
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { live } from 'lit/directives/live.js';
import { repeat } from 'lit/directives/repeat.js';
import { DROPPED_ATTRIBUTES, readableAttribute } from '../../../src/domain/attributes';
import type { DatasetSummary } from '../../../src/domain/dataset';
import type { DatasetState } from '../../../src/protocol/dataset-panel';
import { decimal, plural } from '../../../src/text/numbers';
import { t } from '../../../src/text/translate';
import { shared } from '../shared.css';
import type { DatasetHost } from './host';

/** Treatment of rows that have none of the attributes. */
const DROP_ZERO = [
  { value: 0, text: t('are kept') },
  { value: 0.25, text: t('are dropped to a quarter') },
  { value: 0.5, text: t('are dropped by half') },
  { value: 0.75, text: t('are dropped by three quarters') },
  { value: 1, text: t('are dropped') },
];

const nameOf = ({ name }: { name: string }) => name;

@customElement('fc-dataset-attributes')
export class DatasetAttributes extends LitElement {
  static override styles = [
    shared,
    css`
      .tools {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 6px 14px;
        margin: 6px 0 10px;
      }
      ul {
        margin: 0;
        padding: 0;
        list-style: none;
      }
      label {
        display: grid;
        grid-template-columns: 18px 2em minmax(90px, 10.5em) 1fr 4em;
        align-items: center;
        gap: 8px;
        line-height: 1.4;
        cursor: pointer;
      }
      label:hover {
        background: var(--vscode-list-hoverBackground);
      }
      input {
        margin: 0;
        accent-color: var(--vscode-progressBar-background, var(--vscode-focusBorder));
      }
      .index,
      .value {
        text-align: right;
        font-variant-numeric: tabular-nums;
      }
      .name {
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      svg {
        width: 100%;
        height: 11px;
        background: color-mix(in srgb, var(--vscode-foreground) 9%, transparent);
      }
      rect {
        fill: var(--vscode-charts-blue);
      }
      .left-out svg {
        background: none;
      }
    `,
  ];

  @property({ attribute: false }) host!: DatasetHost;
  @property({ attribute: false }) summary!: DatasetSummary;
  @property({ attribute: false }) options!: DatasetState['options'];

  override render() {
    const { summary } = this;
    const used = [...summary.attributes].sort((a, b) => b.frequency - a.frequency);
    const names = new Set(used.map(nameOf));
    const leftOut = summary.allAttributes.filter((name) => !names.has(name));
    const largest = Math.max(0.01, ...used.map(({ frequency }) => frequency));
    return html`
      <section aria-label=${t('Attributes')}>
        <h2>${t('How often attributes occur')}</h2>
        ${this.selection()}
        <ul>
          ${repeat(used, nameOf, ({ index, name, frequency, labeled }) => this.row(index, name, { frequency, labeled }, largest))}
          ${repeat(
            leftOut,
            (name) => name,
            (name) => this.row(summary.allAttributes.indexOf(name), name, undefined, largest),
          )}
        </ul>
        ${this.weighting()}
      </section>
    `;
  }

  /** Choices of attributes and rows. */
  private selection() {
    const { allAttributes } = this.summary;
    const dropped = DROPPED_ATTRIBUTES.filter((name) => allAttributes.includes(name));
    const original = allAttributes.filter((name) => !dropped.includes(name));
    return html`<div class="tools">
      ${this.link(t('All {0}', allAttributes.length), () => {
        this.choose(allAttributes);
      })}
      ${
        dropped.length === 0
          ? nothing
          : this.link(
              t('The {0} of the original work', original.length),
              () => {
                this.choose(original);
              },
              t('Without {0}', dropped.map(readableAttribute).join(', ')),
            )
      }
      <span id="zero">${t('Rows with none of them')}</span>
      <vscode-dropdown
        aria-labelledby="zero"
        .value=${String(this.options.dropZero)}
        @change=${this.onDropZero}
      >
        ${DROP_ZERO.map(({ value, text }) => html`<vscode-option value=${String(value)}>${text}</vscode-option>`)}
      </vscode-dropdown>
    </div>`;
  }

  /** Sets the weights of clustering by the frequencies of this data set. */
  private weighting() {
    return html`<div class="tools">
      <span class="quiet">${t('When faces are clustered, let')}</span>
      ${this.link(t('rare attributes count more'), () => {
        this.weight('rare');
      })}
      ${this.link(t('common attributes count more'), () => {
        this.weight('common');
      })}
    </div>`;
  }

  private link(text: string, action: () => void, title = '') {
    return html`<button class="link" title=${title} @click=${action}>${text}</button>`;
  }

  /** @param found undefined where the attribute is left out. */
  private row(
    index: number,
    name: string,
    found: { frequency: number; labeled: number } | undefined,
    largest: number,
  ) {
    const frequency = found?.frequency;
    const isPartial = found !== undefined && found.labeled < this.summary.used;
    const toggle = () => {
      const now = new Set(this.summary.attributes.map((each) => each.name));
      if (!now.delete(name)) now.add(name);
      this.choose(this.summary.allAttributes.filter((each) => now.has(each)));
    };
    const only = frequency !== undefined && this.summary.attributes.length === 1;
    return html`<li class=${frequency === undefined ? 'left-out' : ''}>
      <label>
        <input
          type="checkbox"
          .checked=${live(frequency !== undefined)}
          ?disabled=${only}
          @change=${toggle}
        />
        <span class="index quiet" aria-hidden="true">${index}</span>
        <span
          class="name"
          title=${isPartial ? t('{0} with a label of it', plural(found.labeled, 'row')) : nothing}
          >${readableAttribute(name)}</span
        >
        <svg aria-hidden="true">
          <rect width="${(100 * (frequency ?? 0)) / largest}%" height="100%"></rect>
        </svg>
        <span class="value"
          >${frequency === undefined ? html`<span class="quiet">${t('left out')}</span>` : decimal(frequency, 4)}</span
        >
      </label>
    </li>`;
  }

  private choose(attributes: string[]) {
    this.host.send('options', { attributes, dropZero: this.options.dropZero });
  }

  private readonly onDropZero = (event: Event) => {
    const attributes = this.summary.attributes.map(({ name }) => name);
    this.host.send('options', {
      attributes,
      dropZero: Number((event.target as HTMLSelectElement).value),
    });
  };

  private weight(by: 'rare' | 'common') {
    this.host.send('weights', { by });
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'fc-dataset-attributes': DatasetAttributes;
  }
}
