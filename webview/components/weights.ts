/** A slider for the weight of each attribute. */
import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { readableAttribute } from '../../src/domain/attributes';
import type { PanelState } from '../../src/protocol/panel';
import { decimal } from '../../src/text/numbers';
import { t } from '../../src/text/translate';
import { own } from '../../src/util/own';
import type { Source } from '../source';
import { shared } from './shared.css';

/** What the weights are reset to. */
const DEFAULT_WEIGHTS: PanelState['settings']['weights'] = 'standardized';
/** End of the sliders, unless a weight is larger. */
const DEFAULT_MAX = 5;
/** Pause after the last movement of a slider, in milliseconds, before its weight is set. */
const SETTLE_MS = 500;

@customElement('fc-weights')
export class Weights extends LitElement {
  static override styles = [
    shared,
    css`
      .sliders {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(260px, 1fr));
        gap: 4px 22px;
        margin: 6px 0 10px;
      }
      label {
        display: grid;
        grid-template-columns: 128px 1fr 38px;
        align-items: center;
        gap: 8px;
      }
      input {
        accent-color: var(--vscode-progressBar-background, var(--vscode-focusBorder));
        min-width: 0;
      }
      output {
        text-align: right;
      }
    `,
  ];

  @property({ attribute: false }) source!: Source;
  @property({ attribute: false }) settings!: PanelState['settings'];
  /** Weights in effect, by attribute. */
  @property({ attribute: false }) weights: Record<string, number> = {};

  override render() {
    const { attributes, weights } = this.settings;
    return html`
      <section aria-label=${t('Weights of the attributes')}>
        <div class="sliders">${attributes.map((name) => this.slider(name))}</div>
        ${
          weights === DEFAULT_WEIGHTS
            ? nothing
            : html`<vscode-button appearance="secondary" @click=${this.reset}
                >${t('Reset Weights')}</vscode-button
              >`
        }
      </section>
    `;
  }

  /**
   * Weights that are being edited, until the settings contain them: an update in between must not
   * move a slider under the pointer.
   */
  @state() private edited: Readonly<Record<string, number>> = {};
  private timer: ReturnType<typeof setTimeout> | undefined;

  override willUpdate(changed: PropertyValues<this>) {
    if (
      changed.has('settings') &&
      Object.entries(this.edited).every(([name, value]) => value === this.settledWeight(name))
    )
      this.edited = {};
  }

  override disconnectedCallback() {
    super.disconnectedCallback();
    if (this.timer !== undefined) this.send();
  }

  private weightOf(name: string): number {
    return own(this.edited, name) ?? this.settledWeight(name);
  }

  private settledWeight(name: string): number {
    const { weights } = this.settings;
    return typeof weights === 'object' ? (own(weights, name) ?? 1) : (own(this.weights, name) ?? 1);
  }

  private slider(name: string) {
    const weight = this.weightOf(name);
    const change = (event: Event) => {
      this.edited = {
        ...this.edited,
        [name]: round(Number((event.target as HTMLInputElement).value)),
      };
      this.source.send('preview', { changes: { weights: this.all() } });
      clearTimeout(this.timer);
      this.timer = setTimeout(() => {
        this.send();
      }, SETTLE_MS);
    };
    return html`<label>
      <span>${readableAttribute(name)}</span>
      <input
        type="range"
        min="0"
        max=${Math.max(DEFAULT_MAX, weight)}
        step="0.05"
        .value=${String(weight)}
        @input=${change}
      />
      <output>${decimal(weight, 2)}</output>
    </label>`;
  }

  private send() {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.source.send('settings', { changes: { weights: this.all() } });
  }

  private all(): Record<string, number> {
    return Object.fromEntries(
      this.settings.attributes.map((name) => [name, round(this.weightOf(name))]),
    );
  }

  private readonly reset = () => {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.edited = {};
    this.source.send('settings', { changes: { weights: DEFAULT_WEIGHTS } });
  };
}

const round = (value: number) => Math.round(value * 1000) / 1000;

declare global {
  interface HTMLElementTagNameMap {
    'fc-weights': Weights;
  }
}
