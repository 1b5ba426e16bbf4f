/** What the user should know about the run, each with a way out. */
import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { changesText } from '../../src/domain/progress-text';
import type { PanelState, WebviewMessage } from '../../src/protocol/panel';
import { upperFirst } from '../../src/text/letter-case';
import { forName, forPage } from '../../src/text/neutralize';
import { plural } from '../../src/text/numbers';
import type { Source } from '../source';
import { shared } from './shared.css';

type PanelCommand = Extract<WebviewMessage, { kind: 'command' }>['command'];

/** Failures named in the panel itself. */
const NAMED = 3;

@customElement('fc-notices')
export class Notices extends LitElement {
  static override styles = [
    shared,
    css`
      .notice {
        display: flex;
        flex-wrap: wrap;
        gap: 4px 14px;
        align-items: baseline;
        margin-bottom: 8px;
        padding: 7px 12px;
        border: 1px solid var(--vscode-contrastBorder, var(--vscode-widget-border, transparent));
        border-left: 3px solid var(--vscode-charts-blue);
        background: var(--vscode-editorWidget-background);
        line-height: 1.5;
      }
      .warning {
        border-left-color: var(--vscode-charts-yellow);
      }
      .error {
        border-left-color: var(--vscode-errorForeground);
      }
      .notice span {
        overflow-wrap: anywhere;
      }
    `,
  ];

  @property({ attribute: false }) source!: Source;
  @property({ attribute: false }) panel!: PanelState;

  override render() {
    const { problem, stale, changes, settingProblems, undo, clustering, run, failures, faceless } =
      this.panel;
    const withoutFace = run?.images.withoutFace ?? 0;
    const firstFaceless = `${faceless.slice(0, NAMED).map(forName).join(', ')}${withoutFace > NAMED ? ', …' : ''}`;
    const { live } = this.source;
    const failed = run?.images.failed ?? 0;
    const named = failures
      .slice(0, NAMED)
      .map(({ image, reason }) => `${forName(image)}: ${reason}`);
    return html`
      ${
        problem === null
          ? nothing
          : this.notice('error', problem.message, [
              problem.retry ? this.command('retry', 'Try again') : nothing,
              this.command('engineLog', 'Show the log'),
            ])
      }
      ${
        stale.length === 0
          ? nothing
          : this.notice(
              'warning',
              `These faces were described with other settings (${stale.join(', ')}).`,
              [this.command('rerun', 'Describe them anew')],
            )
      }
      ${
        changes === null || changesText(changes) === ''
          ? nothing
          : this.notice('warning', `The folder has changed since: ${changesText(changes)}.`, [
              this.command('rerun', 'Update the clusters'),
            ])
      }
      ${(run?.notices ?? []).map((text) => this.notice('warning', upperFirst(text), []))}
      ${undo === null ? nothing : this.notice('info', `${undo}.`, [this.command('undo', 'Undo')])}
      ${settingProblems.map((text) => this.notice('warning', `${text}. Its default is used.`, [this.command('settings', 'Open the settings')]))}
      ${(clustering?.notices ?? []).map((text) => this.notice('info', `${upperFirst(text)}.`, []))}
      ${
        withoutFace === 0
          ? nothing
          : this.notice(
              'info',
              `No face was found in ${plural(withoutFace, 'image')}: ${firstFaceless}`,
              [live ? this.command('faceless', 'Show all') : nothing],
            )
      }
      ${
        failed + failures.length === 0
          ? nothing
          : this.notice(
              'info',
              `${plural(Math.max(failed, failures.length), 'image')} could not be used. ${named.join('; ')}${failures.length > NAMED ? '; …' : ''}`,
              [live ? this.command('failures', 'Show all') : nothing],
            )
      }
    `;
  }

  private notice(
    kind: 'info' | 'warning' | 'error',
    text: string,
    actions: (TemplateResult | typeof nothing)[],
  ) {
    return html`<div class="notice ${kind}" role=${kind === 'error' ? 'alert' : 'note'}>
      <span>${forPage(text)}</span>${actions}
    </div>`;
  }

  private command(command: PanelCommand, label: string) {
    const send = () => {
      this.source.send({ kind: 'command', command });
    };
    return html`<button class="link" @click=${send}>${label}</button>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'fc-notices': Notices;
  }
}
