/** The progress of the engine, with a button to cancel. */
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Progress } from '../../src/domain/progress';
import { stageName, stageText } from '../../src/domain/progress-text';
import { t } from '../../src/text/translate';
import { shared } from './shared.css';

/** Receives the command to cancel. */
interface Canceller {
  send(name: 'command', params: { command: 'cancel' }): void;
}

@customElement('fc-progress')
export class ProgressBar extends LitElement {
  static override styles = [
    shared,
    css`
      :host {
        position: sticky;
        top: 0;
        z-index: 2;
        padding: 8px 0;
        background: var(--vscode-editor-background);
      }
      .line {
        display: flex;
        align-items: center;
        gap: 10px;
      }
      .text {
        flex: 1;
      }
      .track {
        display: block;
        width: 100%;
        height: 3px;
        margin-top: 6px;
        background: color-mix(in srgb, var(--vscode-foreground) 12%, transparent);
      }
      .bar {
        fill: var(--vscode-progressBar-background, var(--vscode-charts-blue));
      }
    `,
  ];

  @property({ attribute: false }) source!: Canceller;
  @property({ attribute: false }) progress: Progress | null = null;

  override render() {
    if (this.progress === null) return nothing;
    const { done, total } = this.progress;
    const share = total === 0 ? 0 : done / total;
    const cancel = () => {
      this.source.send('command', { command: 'cancel' });
    };
    return html`
      <div class="line">
        <vscode-progress-ring></vscode-progress-ring>
        <span class="text" aria-hidden="true">${stageText(this.progress)}</span>
        <span class="unseen" role="status">${stageName(this.progress.stage)}</span>
        <vscode-button appearance="secondary" @click=${cancel}>${t('Cancel')}</vscode-button>
      </div>
      <svg
        class="track"
        role="progressbar"
        aria-label=${t('Progress')}
        aria-valuenow=${Math.round(share * 100)}
        aria-valuemin="0"
        aria-valuemax="100"
      >
        <rect class="bar" width="${share * 100}%" height="100%"></rect>
      </svg>
    `;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'fc-progress': ProgressBar;
  }
}
