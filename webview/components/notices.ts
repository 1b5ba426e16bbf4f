/** Messages about the run, with actions. */
import { css, html, LitElement, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { changesText } from '../../src/domain/progress-text';
import type { PanelState, PanelParams } from '../../src/protocol/panel';
import { leftOutLines } from '../../src/summaries/left-out-text';
import { remarkLines } from '../../src/summaries/remarks-text';
import { lowerFirst, upperFirst } from '../../src/text/letter-case';
import { forName, forPage } from '../../src/text/neutralize';
import { plural } from '../../src/text/numbers';
import type { Source } from '../source';
import { shared } from './shared.css';

type PanelCommand = PanelParams<'command'>['command'];

type Notice = TemplateResult;

/** Maximum number of images named in a message. */
const MAX_NAMED = 3;

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
    return [...this.problems(), ...this.missed(), ...this.changes(), ...this.information()];
  }

  /** Failures of the last job, and settings that are ignored. */
  private problems(): Notice[] {
    const { problem, settingProblems, run, own } = this.panel;
    const actions = problem?.retry === true ? [this.command('retry', 'Try Again')] : [];
    return [
      ...(problem === null
        ? []
        : [
            this.notice('error', problem.message, [
              ...actions,
              this.command('engineLog', 'Show Log'),
            ]),
          ]),
      ...settingProblems.map((text) =>
        this.notice('warning', `${text}. The default is used.`, [
          this.command('settings', 'Open Settings'),
        ]),
      ),
      ...(own?.problems ?? []).map((text) =>
        this.notice(
          'warning',
          `${upperFirst(text)}. The ${own?.shared}’s settings are used instead.`,
        ),
      ),
      ...(run?.notices ?? []).map((text) => this.notice('warning', upperFirst(text))),
    ];
  }

  /** Reasons to refresh, and the last change of a setting. */
  private changes(): Notice[] {
    const { stale, changes, undo, redo } = this.panel;
    const refresh = [this.command('rerun', 'Refresh')];
    const changed = changesText(changes);
    return [
      ...(stale.length === 0
        ? []
        : [
            this.notice(
              'warning',
              `The images were analyzed with other settings (${stale.join(', ')}).`,
              refresh,
            ),
          ]),
      ...(changed === ''
        ? []
        : [this.notice('warning', `The folder has changed since: ${changed}.`, refresh)]),
      ...(undo === null && redo === null ? [] : [this.history(undo, redo)]),
    ];
  }

  /** The last change that was made or taken back. */
  private history(undo: string | null, redo: string | null): Notice {
    const text = undo ?? `Taken back: ${lowerFirst(redo ?? '')}`;
    return this.notice('info', `${text}.`, [
      ...(undo === null ? [] : [this.command('undo', 'Undo')]),
      ...(redo === null ? [] : [this.command('redo', 'Redo')]),
    ]);
  }

  /** Corrections that hold no more. */
  private missed(): Notice[] {
    const missed = this.panel.clustering?.corrections?.missed ?? [];
    if (missed.length === 0) return [];
    const texts = missed.map(({ text, reason }) => `${text}: ${reason}`);
    return [
      this.notice(
        'warning',
        `${plural(missed.length, 'correction')} could not be applied to these clusters, and will be tried again. ${firstOf(texts, missed.length, '; ')}`,
      ),
    ];
  }

  /** Remarks on the clustering, and images that are not part of it. */
  private information(): Notice[] {
    const { clustering, run, failures, faceless } = this.panel;
    const leftOut = run?.leftOut === undefined ? [] : leftOutLines(run.leftOut);
    const withoutFace = run?.images.withoutFace ?? 0;
    const failed = Math.max(run?.images.failed ?? 0, failures.length);
    const reasons = failures.map(({ image, reason }) => `${forName(image)}: ${reason}`);
    return [
      ...(clustering?.notices ?? []).map((text) => this.notice('info', `${upperFirst(text)}.`)),
      ...remarkLines(run?.remarks ?? {}).map((text) => this.notice('info', `${upperFirst(text)}.`)),
      ...leftOut.map((text) => this.notice('info', `${upperFirst(text)}.`)),
      ...(withoutFace === 0
        ? []
        : [
            this.notice(
              'info',
              `No face was found in ${plural(withoutFace, 'image')}: ${firstOf(faceless.map(forName), withoutFace, ', ')}`,
              this.showAll('faceless'),
            ),
          ]),
      ...(failed === 0
        ? []
        : [
            this.notice(
              'info',
              `${plural(failed, 'image')} could not be used. ${firstOf(reasons, failed, '; ')}`,
              this.showAll('failures'),
            ),
          ]),
    ];
  }

  /** A report has no other documents to show. */
  private showAll(command: PanelCommand): Notice[] {
    return this.source.live ? [this.command(command, 'Show All')] : [];
  }

  private notice(
    kind: 'info' | 'warning' | 'error',
    text: string,
    actions: TemplateResult[] = [],
  ): Notice {
    return html`<div class="notice ${kind}" role=${kind === 'error' ? 'alert' : 'note'}>
      <span>${forPage(text)}</span>${actions}
    </div>`;
  }

  private command(command: PanelCommand, label: string): TemplateResult {
    const send = () => {
      this.source.send('command', { command });
    };
    return html`<button class="link" @click=${send}>${label}</button>`;
  }
}

/** The first texts, with an ellipsis if there are more. @param total number of texts. */
function firstOf(texts: readonly string[], total: number, separator: string): string {
  const named = texts.slice(0, MAX_NAMED);
  return [...named, ...(total > named.length ? ['…'] : [])].join(separator);
}

declare global {
  interface HTMLElementTagNameMap {
    'fc-notices': Notices;
  }
}
