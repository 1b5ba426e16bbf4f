/** Replaces the panel while the workspace is not trusted. */
import { css, html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { forPage } from '../../src/text/neutralize';
import { t } from '../../src/text/translate';
import { shared } from './shared.css';

/** Receives the command to manage trust. */
interface Trust {
  send(name: 'command', params: { command: 'trust' }): void;
}

@customElement('fc-waits')
export class Waits extends LitElement {
  static override styles = [
    shared,
    css`
      h1 {
        margin-top: 16px;
      }
      p {
        max-width: 74ch;
        margin: 10px 0 14px;
        line-height: 1.5;
      }
    `,
  ];

  @property({ attribute: false }) source!: Trust;
  /** Title of the hidden panel. */
  @property() name = '';

  override render() {
    const manage = () => {
      this.source.send('command', { command: 'trust' });
    };
    return html`
      <h1>${forPage(this.name)}</h1>
      <p role="note">
        ${t('This workspace is in Restricted Mode. What was open here before is not shown again, and no image is read, until you trust the workspace.')}
      </p>
      <vscode-button @click=${manage}>${t('Manage Workspace Trust')}</vscode-button>
    `;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'fc-waits': Waits;
  }
}
