/** The name of a cluster, which opens it, and can be changed in place. */
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { ClusterTitle } from '../../src/summaries/cluster-titles';
import { t } from '../../src/text/translate';
import { Correct } from './cluster-events';
import { shared } from './shared.css';

@customElement('fc-cluster-name')
export class ClusterName extends LitElement {
  static override styles = [
    shared,
    css`
      :host {
        min-width: 0;
      }
      button {
        max-width: 100%;
        padding: 0;
        border: 0;
        background: none;
        color: inherit;
        font: inherit;
        font-weight: 600;
        text-align: start;
        overflow-wrap: anywhere;
        cursor: pointer;
      }
      button:hover {
        text-decoration: underline;
      }
      .given {
        font-style: normal;
      }
      input {
        width: 100%;
        padding: 1px 4px;
        border: 1px solid var(--vscode-input-border, var(--vscode-focusBorder));
        background: var(--vscode-input-background);
        color: var(--vscode-input-foreground);
        font: inherit;
        font-weight: 600;
      }
    `,
  ];

  @property({ type: Number }) cluster = 0;
  @property({ attribute: false }) name!: ClusterTitle;
  /** Whether the name can be changed. */
  @property({ type: Boolean }) editable = false;
  /** Opens the cluster. Without it, a click changes the name. */
  @property({ attribute: false }) open: (() => void) | undefined;

  @state() private editing = false;
  @query('input') private input!: HTMLInputElement | null;

  override render() {
    if (this.editing)
      return html`<input
        aria-label=${t('Name of the cluster')}
        maxlength="200"
        .value=${this.name.text}
        @keydown=${this.onKey}
        @blur=${this.save}
      />`;
    const click = this.open ?? (this.editable ? this.edit : undefined);
    if (click === undefined) return html`<strong>${this.name.text}</strong>`;
    return html`<button
      id="open"
      title=${this.editable ? t('F2 renames') : nothing}
      @click=${click}
      @keydown=${this.onButtonKey}
    >
      ${this.name.text}
    </button>`;
  }

  /** Shows a field for the name. */
  readonly edit = (): void => {
    if (!this.editable) return;
    this.editing = true;
    void this.updateComplete.then(() => {
      this.input?.focus();
      this.input?.select();
    });
  };

  override focus(): void {
    this.renderRoot.querySelector<HTMLElement>('button, input')?.focus();
  }

  private readonly onButtonKey = (event: KeyboardEvent) => {
    if (event.key !== 'F2' || !this.editable) return;
    event.preventDefault();
    this.edit();
  };

  private readonly onKey = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' && event.key !== 'Escape') {
      event.stopPropagation(); // the panel has shortcuts
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    if (event.key === 'Enter') this.save();
    else this.editing = false;
    void this.updateComplete.then(() => {
      this.focus();
    });
  };

  private readonly save = () => {
    if (!this.editing) return;
    const { cluster } = this;
    const text = this.input?.value.trim() ?? '';
    this.editing = false;
    if (text === this.name.text) return;
    const name = text === '' ? null : text; // without a name of its own, the name in words again
    if (name !== null || this.name.isGiven)
      this.dispatchEvent(new Correct({ kind: 'name', cluster, name }));
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'fc-cluster-name': ClusterName;
  }
}
