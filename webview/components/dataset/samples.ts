/** Faces drawn at random, with their labels. */
import { html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { readableAttribute } from '../../../src/domain/attributes';
import type { DatasetSummary, DatasetSample } from '../../../src/domain/dataset';
import { forName, forPage } from '../../../src/text/neutralize';
import { t } from '../../../src/text/translate';
import { shared } from '../shared.css';
import type { DatasetHost } from './host';
import { imageButton } from './image-button';
import { tiles } from './tiles.css';

const ANY = '';

@customElement('fc-dataset-samples')
export class DatasetSamples extends LitElement {
  static override styles = [shared, tiles];

  @property({ attribute: false }) host!: DatasetHost;
  @property({ attribute: false }) summary!: DatasetSummary;
  @state() private samples: DatasetSample[] | null = null;
  @state() private problem = '';
  private draws = 0;
  @state() private partition = ANY;
  @state() private attribute = ANY;

  /** Other labels may not have what was chosen. */
  override willUpdate(changed: PropertyValues<this>) {
    if (!changed.has('summary')) return;
    const { partitions, attributes } = this.summary;
    const names = Object.keys(partitions);
    if (names.length < 2 || !names.includes(this.partition)) this.partition = ANY;
    if (!attributes.some(({ name }) => name === this.attribute)) this.attribute = ANY;
  }

  override updated(changed: PropertyValues<this>) {
    // With other attributes or rows, the labels change.
    if (changed.has('summary')) void this.draw(false);
  }

  override render() {
    const { summary, samples, problem } = this;
    const partitions = Object.keys(summary.partitions);
    return html`
      <section aria-label=${t('Random faces')}>
        <header>
          <h2>${t('Random faces')}</h2>
          <vscode-button
            appearance="secondary"
            @click=${() => {
              void this.draw(true);
            }}
            >${t('Draw Again')}</vscode-button
          >
          ${
            partitions.length < 2
              ? nothing
              : html`<vscode-dropdown
                  aria-label=${t('Partition')}
                  .value=${this.partition}
                  @change=${this.onPartition}
                >
                  <vscode-option value=${ANY}>${t('any partition')}</vscode-option>
                  ${partitions.map((name) => html`<vscode-option value=${name}>${name === 'none' ? t('in none') : forName(name)}</vscode-option>`)}
                </vscode-dropdown>`
          }
          <vscode-dropdown
            aria-label=${t('With attribute')}
            .value=${this.attribute}
            @change=${this.onAttribute}
          >
            <vscode-option value=${ANY}>${t('any attribute')}</vscode-option>
            ${summary.attributes.map(({ name }) => html`<vscode-option value=${name}>${readableAttribute(name)}</vscode-option>`)}
          </vscode-dropdown>
        </header>
        ${problem === '' ? nothing : html`<p role="alert">${forPage(problem)}</p>`}
        ${samples?.length === 0 ? html`<p class="quiet">${t('No row is both.')}</p>` : nothing}
        <ul class="tiles">
          ${samples?.map((sample) => this.tile(sample))}
        </ul>
      </section>
    `;
  }

  private tile({ row, image, partition, attributes, jpeg }: DatasetSample) {
    const shown = forPage(image);
    return html`<li>
      ${imageButton({ row, image, jpeg }, this.host)}
      <div>
        <div class="name" title=${shown}>${shown}</div>
        <div class="quiet">${forName(partition ?? '')}</div>
        <div>
          ${attributes.length === 0 ? html`<span class="quiet">${t('none of the attributes')}</span>` : attributes.map(readableAttribute).join(', ')}
        </div>
      </div>
    </li>`;
  }

  private async draw(again: boolean) {
    const asked = ++this.draws;
    const partition = this.partition || null;
    const attribute = this.attribute || null;
    try {
      const samples = await this.host.samples({ partition, attribute, again });
      if (asked !== this.draws) return; // something else was chosen meanwhile
      this.samples = samples;
      this.problem = '';
    } catch (error) {
      if (asked !== this.draws) return;
      this.samples = null;
      this.problem = error instanceof Error ? error.message : String(error);
    }
  }

  private readonly onPartition = (event: Event) => {
    this.partition = (event.target as HTMLSelectElement).value;
    void this.draw(false);
  };

  private readonly onAttribute = (event: Event) => {
    this.attribute = (event.target as HTMLSelectElement).value;
    void this.draw(false);
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'fc-dataset-samples': DatasetSamples;
  }
}
