/** How much each attribute counts, by hand: a slider an attribute. */
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { readableAttribute } from '../../src/attributes';
import type { PanelState } from '../../src/protocol';
import type { Source } from '../source';
import { shared } from './shared.css';

/** The slider's end; a setting may be larger, and then the slider goes as far. */
const MOST = 5;

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
        accent-color: var(--vscode-button-background);
        min-width: 0;
      }
      output {
        text-align: right;
      }
    `,
  ];

  @property({ attribute: false }) source!: Source;
  @property({ attribute: false }) settings!: PanelState['settings'];
  /** Weights in force, by attribute. */
  @property({ attribute: false }) weights: Record<string, number> = {};

  override render() {
    const { attributes, weights } = this.settings;
    return html`
      <section aria-label="Weights of the attributes">
        <div class="sliders">${attributes.map((name) => this.slider(name))}</div>
        ${
          weights === 'none'
            ? nothing
            : html`<vscode-button appearance="secondary" @click=${this.reset}>All attributes the same</vscode-button>`
        }
      </section>
    `;
  }

  private weightOf(name: string): number {
    const { weights } = this.settings;
    return typeof weights === 'object' ? (weights[name] ?? 1) : (this.weights[name] ?? 1);
  }

  private slider(name: string) {
    const weight = this.weightOf(name);
    const change = (event: Event) => {
      const value = Number((event.target as HTMLInputElement).value);
      const all = Object.fromEntries(this.settings.attributes.map((each) => [each, round(each === name ? value : this.weightOf(each))]));
      this.source.send({ kind: 'settings', changes: { weights: all } });
    };
    return html`<label>
      <span>${readableAttribute(name)}</span>
      <input type="range" min="0" max=${Math.max(MOST, weight)} step="0.05" .value=${String(weight)} @change=${change} />
      <output>${weight.toFixed(2)}</output>
    </label>`;
  }

  private readonly reset = () => {
    this.source.send({ kind: 'settings', changes: { weights: 'none' } });
  };
}

const round = (value: number) => Math.round(value * 1000) / 1000;

declare global {
  interface HTMLElementTagNameMap {
    'fc-weights': Weights;
  }
}
