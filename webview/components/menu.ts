/** A button with a menu of actions, by mouse and keyboard (the menu button pattern of WAI-ARIA). */
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { shared } from './shared.css';

export interface MenuItem {
  label: string;
  /** A keyboard shortcut that does the same. */
  key?: string;
  run: () => void;
}

@customElement('fc-menu')
export class Menu extends LitElement {
  static override styles = [
    shared,
    css`
      :host {
        position: relative;
        display: inline-block;
      }
      #button {
        min-width: 24px;
        min-height: 24px;
        padding: 0 5px;
        border: 0;
        border-radius: 4px;
        background: none;
        color: inherit;
        font: inherit;
        cursor: pointer;
      }
      #button.wide {
        padding: 3px 10px;
        background: var(--vscode-button-secondaryBackground);
        color: var(--vscode-button-secondaryForeground);
        outline: 1px solid var(--vscode-contrastBorder, transparent);
      }
      #button:hover {
        background: var(--vscode-toolbar-hoverBackground);
      }
      [role='menu'] {
        position: absolute;
        z-index: 5;
        inset-inline-end: 0;
        min-width: max-content;
        max-width: 320px;
        max-height: 320px;
        overflow: auto;
        padding: 4px;
        border: 1px solid var(--vscode-menu-border, var(--vscode-widget-border, currentColor));
        border-radius: 5px;
        background: var(--vscode-menu-background, var(--vscode-editorWidget-background));
        color: var(--vscode-menu-foreground, var(--vscode-foreground));
        box-shadow: 0 2px 8px var(--vscode-widget-shadow, transparent);
      }
      :host([up]) [role='menu'] {
        bottom: 100%;
      }
      :host([start]) [role='menu'] {
        inset-inline: 0 auto;
      }
      [role='menuitem'] {
        display: flex;
        justify-content: space-between;
        gap: 20px;
        width: 100%;
        padding: 4px 8px;
        border: 0;
        border-radius: 3px;
        background: none;
        color: inherit;
        font: inherit;
        text-align: start;
        cursor: pointer;
      }
      [role='menuitem']:hover,
      [role='menuitem']:focus-visible {
        background: var(--vscode-menu-selectionBackground, var(--vscode-list-hoverBackground));
        color: var(--vscode-menu-selectionForeground, inherit);
        outline: 1px solid var(--vscode-contrastActiveBorder, transparent);
        outline-offset: -1px;
      }
    `,
  ];

  /** Name of the button for screen readers, and its tooltip. */
  @property() label = '';
  /** Text of the button; three dots if empty. */
  @property() text = '';
  @property({ attribute: false }) items: readonly MenuItem[] = [];

  @state() private open = false;
  @query('#button') private button!: HTMLButtonElement;

  override connectedCallback() {
    super.connectedCallback();
    this.addEventListener('focusout', this.onFocusOut);
  }

  override render() {
    return html`
      <button
        id="button"
        class=${this.text === '' ? '' : 'wide'}
        aria-label=${this.text === '' ? this.label : nothing}
        title=${this.label}
        aria-haspopup="menu"
        aria-expanded=${this.open}
        @click=${this.toggle}
        @keydown=${this.onButtonKey}
      >
        ${this.text === '' ? '⋯' : `${this.text} ▾`}
      </button>
      ${
        this.open
          ? html`<div role="menu" aria-label=${this.label} @keydown=${this.onMenuKey}>
              ${this.items.map((item) => this.item(item))}
            </div>`
          : nothing
      }
    `;
  }

  private item({ label, key, run }: MenuItem) {
    const choose = () => {
      this.close();
      run();
    };
    return html`<button role="menuitem" tabindex="-1" @click=${choose}>
      <span>${label}</span
      >${key === undefined ? nothing : html`<span class="quiet" aria-hidden="true">${key}</span>`}
    </button>`;
  }

  private get entries(): HTMLElement[] {
    return [...this.renderRoot.querySelectorAll<HTMLElement>('[role="menuitem"]')];
  }

  /** Opens the menu, with the focus on its first item. */
  async show(): Promise<void> {
    this.open = true;
    await this.updateComplete;
    this.entries[0]?.focus();
  }

  private close() {
    this.open = false;
    this.button.focus();
  }

  private readonly toggle = () => {
    if (this.open) this.close();
    else void this.show();
  };

  private readonly onButtonKey = (event: KeyboardEvent) => {
    if (event.key !== 'ArrowDown') return;
    event.preventDefault();
    void this.show();
  };

  private readonly onMenuKey = (event: KeyboardEvent) => {
    const { entries } = this;
    const current = entries.findIndex((entry) => entry === this.shadowRoot?.activeElement);
    const places: Record<string, number> = {
      ArrowDown: (current + 1) % entries.length,
      ArrowUp: (current + entries.length - 1) % entries.length,
      Home: 0,
      End: entries.length - 1,
    };
    if (event.key === 'Escape') this.close();
    else if (event.key === 'Tab') this.open = false;
    else if (event.key in places) entries[places[event.key]!]?.focus();
    else return;
    if (event.key !== 'Tab') event.preventDefault();
    event.stopPropagation();
  };

  /** Moves of the focus inside the component do not get here. */
  private readonly onFocusOut = () => {
    this.open = false;
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'fc-menu': Menu;
  }
}
