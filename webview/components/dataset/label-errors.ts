/** Labels that may be wrong, because the model is confident of the opposite. */
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { readableAttribute } from '../../../src/domain/attributes';
import type {
  DatasetSummary,
  SuspectedLabelError,
  SuspectedLabelErrors,
} from '../../../src/domain/dataset';
import { forPage } from '../../../src/text/neutralize';
import { count, percent, plural } from '../../../src/text/numbers';
import { said } from '../../../src/text/said';
import { t } from '../../../src/text/translate';
import { shared } from '../shared.css';
import type { DatasetHost } from './host';
import { imageButton } from './image-button';
import { tiles } from './tiles.css';

/** Default number of images, which takes seconds instead of minutes. */
const IMAGES = 1000;
const ANY = '';

/** Probability of the opposite from which the model counts as sure. */
const SURE = 0.9;
const isSure = ({ probability }: SuspectedLabelError) =>
  Math.max(probability, 1 - probability) >= SURE;

@customElement('fc-dataset-label-errors')
export class DatasetLabelErrors extends LitElement {
  static override styles = [
    shared,
    tiles,
    css`
      vscode-text-field {
        width: 90px;
      }
      vscode-text-field::part(root) {
        min-width: 0;
      }
      .said {
        font-weight: 600;
      }
      p {
        max-width: 74ch;
        margin: 6px 0;
      }
    `,
  ];

  @property({ attribute: false }) host!: DatasetHost;
  @property({ attribute: false }) summary!: DatasetSummary;
  @property({ attribute: false }) labelErrors: SuspectedLabelErrors | null = null;
  @property({ type: Boolean }) busy = false;
  @query('vscode-text-field') private field!: HTMLInputElement | null;
  @state() private attribute = ANY;
  /** Whether those are listed, too, of which the model is less sure. */
  @state() private showsAll = false;
  /** Why the number of images was refused; empty if it was accepted. */
  @state() private wrong = '';

  override willUpdate() {
    if (!this.summary.attributes.some(({ name }) => name === this.attribute)) this.attribute = ANY;
  }

  override updated() {
    // The toolkit names every field 'Text field' when it is connected.
    this.field?.setAttribute('aria-label', t('Number of images'));
  }

  override render() {
    const { labelErrors, available: there, wrong } = this;
    return html`
      <section aria-label=${t('Labels against the model')}>
        <header>
          <h2>${t('Labels against the model')}</h2>
          <vscode-text-field .value=${String(Math.min(IMAGES, there))}></vscode-text-field>
          <span>${t('of {0}', plural(there, 'image'))}</span>
          <vscode-button ?disabled=${this.busy || there === 0} @click=${this.compare}
            >${t('Look for Label Errors')}</vscode-button
          >
          ${wrong === '' ? nothing : html`<span class="wrong" role="alert">${wrong}</span>`}
        </header>
        ${
          labelErrors === null
            ? html`<p class="quiet">
                ${t('The model looks at images drawn at random. Where it is sure of the opposite of a label, one of the two is wrong. On images it was trained on it has seen the labels, and contradicts fewer of them.')}
              </p>`
            : this.found(labelErrors)
        }
      </section>
    `;
  }

  private found({ faces, skipped, attributes, surest, notices }: SuspectedLabelErrors) {
    const sorted = attributes.filter(({ wrong }) => wrong > 0).sort((a, b) => b.wrong - a.wrong);
    const chosen = surest.filter(
      ({ attribute }) => this.attribute === ANY || attribute === this.attribute,
    );
    const sure = chosen.filter(isSure);
    const shown = this.showsAll ? chosen : sure;
    const others = chosen.length - shown.length;
    const wrong = attributes.reduce((sum, each) => sum + each.wrong, 0);
    const labeled = attributes.reduce((sum, each) => sum + each.labeled, 0);
    return html`
      <p role="status">
        ${t('{0} compared{1}: {2} of {3} labels differ from what the model says ({4}). Those of whose opposite it is sure, by at least {5}:', plural(faces, 'face'), skipped === 0 ? '' : t(', {0} without a usable face', plural(skipped, 'image')), count(wrong), count(labeled), percent(wrong / Math.max(1, labeled)), percent(SURE))}
      </p>
      ${notices.map((notice) => html`<p class="quiet">${forPage(said(notice))}</p>`)}
      <header>
        <vscode-dropdown
          aria-label=${t('Attribute')}
          .value=${this.attribute}
          @change=${this.onAttribute}
        >
          <vscode-option value=${ANY}>${t('every attribute')}</vscode-option>
          ${sorted.map(
            ({ name, wrong: differ, share }) =>
              html`<vscode-option value=${name}
                >${readableAttribute(name)} (${count(differ)}, ${percent(share)})</vscode-option
              >`,
          )}
        </vscode-dropdown>
      </header>
      ${shown.length === 0 ? html`<p class="quiet">${t('None.')}</p>` : nothing}
      <ul class="tiles">
        ${shown.map((each) => this.tile(each))}
      </ul>
      ${
        others === 0
          ? nothing
          : html`<button class="link" @click=${this.showAll}>
              ${t('Show {0} of which it is less sure', count(others))}
            </button>`
      }
    `;
  }

  private tile({ row, image, attribute, label, probability, jpeg }: SuspectedLabelError) {
    const name = readableAttribute(attribute);
    const shown = forPage(image);
    return html`<li>
      ${imageButton({ row, image, jpeg }, this.host)}
      <div>
        <div class="said">${label >= 0.5 ? name : t('not {0}', name)}</div>
        <div>
          ${t('says the label{0}; the model: {1}', label > 0 && label < 1 ? ` (${percent(label)})` : '', percent(probability))}
        </div>
        <div class="name quiet" title=${shown}>${shown}</div>
      </div>
    </li>`;
  }

  /** Number of images that can be compared. */
  private get available() {
    return this.summary.used - (this.summary.missing ?? 0);
  }

  private readonly compare = () => {
    const text = this.field?.value ?? '';
    const images = Number(text.trim() === '' ? Number.NaN : text);
    const isValid = Number.isInteger(images) && images >= 1 && images <= this.available;
    this.wrong = isValid
      ? ''
      : t('expected a number from 1 to {0}, got "{1}"', count(this.available), text);
    if (isValid) this.host.send('labelErrors', { images });
  };

  private readonly showAll = () => {
    this.showsAll = true;
  };

  private readonly onAttribute = (event: Event) => {
    this.attribute = (event.target as HTMLSelectElement).value;
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'fc-dataset-label-errors': DatasetLabelErrors;
  }
}
