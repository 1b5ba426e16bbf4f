/** A heat map of the correlations or the joint frequencies of attributes. */
import { css, html, LitElement, svg } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { readableAttribute } from '../../../src/domain/attributes';
import type { DatasetSummary } from '../../../src/domain/dataset';
import { correlationColor, shareColor } from '../../../src/summaries/heat-colors';
import { decimal, percent } from '../../../src/text/numbers';
import { t } from '../../../src/text/translate';
import { shared } from '../shared.css';

const CELL = 14;
const LABEL = 118;
/** Space for the last slanted name beside the map. */
const SLANT = 62;
const SCALE = 1.2;
/** Number of pairs listed beside the map. */
const STRONGEST = 12;

type Measure = 'correlation' | 'together';

@customElement('fc-dataset-correlation')
export class DatasetCorrelation extends LitElement {
  static override styles = [
    shared,
    css`
      header {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 6px 14px;
        margin-bottom: 6px;
      }
      svg {
        max-width: 100%;
        height: auto;
        font-size: 9.5px;
      }
      text {
        fill: var(--vscode-foreground);
      }
      rect:hover {
        stroke: var(--vscode-focusBorder);
        stroke-width: 2;
      }
      table {
        border-collapse: collapse;
      }
      td,
      th {
        padding: 1px 14px 1px 0;
        text-align: left;
        font-weight: normal;
      }
      td:last-child {
        font-variant-numeric: tabular-nums;
      }
      details {
        margin-top: 6px;
      }
      summary {
        cursor: pointer;
      }
    `,
  ];

  @property({ attribute: false }) summary!: DatasetSummary;
  @state() private measure: Measure = 'correlation';

  override render() {
    const { measure } = this;
    return html`
      <section aria-label=${t('Attributes together')}>
        <header>
          <h2>${t('Which go together')}</h2>
          <vscode-dropdown aria-label=${t('Measure')} .value=${measure} @change=${this.onMeasure}>
            <vscode-option value="correlation">${t('Correlation')}</vscode-option>
            <vscode-option value="together">${t('Share of the rows that have both')}</vscode-option>
          </vscode-dropdown>
        </header>
        ${this.map()}
        <details open>
          <summary>${t('The strongest pairs')}</summary>
          <table>
            ${this.strongest().map(
              ({ a, b, value }) =>
                html`<tr>
                  <th scope="row">${readableAttribute(a)}, ${readableAttribute(b)}</th>
                  <td>${this.text(value)}</td>
                </tr>`,
            )}
          </table>
        </details>
      </section>
    `;
  }

  private get names() {
    return this.summary.attributes.map(({ name }) => name);
  }

  private map() {
    const { names, measure } = this;
    const n = names.length;
    const values = this.summary[measure];
    const color = measure === 'correlation' ? correlationColor : shareColor;
    const side = LABEL + n * CELL;
    const wide = side + SLANT;
    const readable = names.map(readableAttribute);
    return html`<svg
      viewBox="0 0 ${wide} ${side}"
      width=${SCALE * wide}
      height=${SCALE * side}
      role="img"
      aria-label=${t('Heat map of {0} attributes; the strongest pairs are named below', n)}
    >
      ${readable.map(
        (name, i) =>
          svg`<text x=${LABEL - 4} y=${LABEL + i * CELL + 10} text-anchor="end">${name}</text>
            <text transform="translate(${LABEL + i * CELL + 10} ${LABEL - 4}) rotate(-60)">${name}</text>`,
      )}
      ${values.map((value, at) => {
        const [row, column] = [Math.floor(at / n), at % n];
        return svg`<rect x=${LABEL + column * CELL} y=${LABEL + row * CELL} width=${CELL - 1} height=${CELL - 1} fill=${color(value)}>
          <title>${readable[row]}, ${readable[column]}: ${this.text(value)}</title></rect>`;
      })}
    </svg>`;
  }

  private text(value: number) {
    return this.measure === 'correlation' ? decimal(value, 3) : percent(value);
  }

  private strongest() {
    const { names } = this;
    const values = this.summary[this.measure];
    const pairs = names.flatMap((a, i) =>
      names.slice(i + 1).map((b, j) => ({ a, b, value: values[i * names.length + i + 1 + j]! })),
    );
    return pairs.sort((p, q) => Math.abs(q.value) - Math.abs(p.value)).slice(0, STRONGEST);
  }

  private readonly onMeasure = (event: Event) => {
    this.measure = (event.target as HTMLSelectElement).value as Measure;
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'fc-dataset-correlation': DatasetCorrelation;
  }
}
