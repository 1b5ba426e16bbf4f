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
import { said } from '../../src/text/said';
import { t } from '../../src/text/translate';
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
    const actions = problem?.retry === true ? [this.command('retry', t('Try Again'))] : [];
    return [
      ...(problem === null
        ? []
        : [
            this.notice('error', said(problem.message), [
              ...actions,
              this.command('engineLog', t('Show Log')),
            ]),
          ]),
      ...settingProblems.map((text) =>
        this.notice('warning', t('{0}. The default is used.', text), [
          this.command('settings', t('Open Settings')),
        ]),
      ),
      ...(own?.problems ?? []).map((text) =>
        this.notice(
          'warning',
          t(
            own?.shared === 'workspace'
              ? '{0}. The workspace’s settings are used instead.'
              : '{0}. The user’s settings are used instead.',
            upperFirst(said(text)),
          ),
        ),
      ),
      ...(run?.notices ?? []).map((text) => this.notice('warning', upperFirst(said(text)))),
    ];
  }

  /** Reasons to refresh, and the last change of a setting. */
  private changes(): Notice[] {
    const { stale, changes, undo, redo } = this.panel;
    const refresh = [this.command('rerun', t('Refresh'))];
    const changed = changesText(changes);
    return [
      ...(stale.length === 0
        ? []
        : [
            this.notice(
              'warning',
              t('The images were analyzed with other settings ({0}).', stale.join(', ')),
              refresh,
            ),
          ]),
      ...(changed === ''
        ? []
        : [this.notice('warning', t('The folder has changed since: {0}.', changed), refresh)]),
      ...(undo === null && redo === null ? [] : [this.history(undo, redo)]),
    ];
  }

  /** The last change that was made or taken back. */
  private history(undo: string | null, redo: string | null): Notice {
    const text = undo === null ? t('Taken back: {0}', lowerFirst(said(redo ?? ''))) : said(undo);
    return this.notice('info', `${text}.`, [
      ...(undo === null ? [] : [this.command('undo', t('Undo'))]),
      ...(redo === null ? [] : [this.command('redo', t('Redo'))]),
    ]);
  }

  /** Corrections that hold no more. */
  private missed(): Notice[] {
    const missed = this.panel.clustering?.corrections?.missed ?? [];
    if (missed.length === 0) return [];
    const texts = missed.map(({ text, reason }) => `${said(text)}: ${said(reason)}`);
    return [
      this.notice(
        'warning',
        t(
          '{0} could not be applied to these clusters, and will be tried again. {1}',
          plural(missed.length, 'correction'),
          firstOf(texts, missed.length, '; '),
        ),
      ),
    ];
  }

  /** Remarks on the clustering, and images that are not part of it. */
  private information(): Notice[] {
    const { clustering, run, failures, faceless } = this.panel;
    const leftOut = run?.leftOut === undefined ? [] : leftOutLines(run.leftOut);
    const withoutFace = run?.images.withoutFace ?? 0;
    const failed = Math.max(run?.images.failed ?? 0, failures.length);
    const reasons = failures.map(({ image, reason }) => `${forName(image)}: ${said(reason)}`);
    return [
      ...(clustering?.notices ?? []).map((text) =>
        this.notice('info', `${upperFirst(said(text))}.`),
      ),
      ...remarkLines(run?.remarks ?? {}).map((text) =>
        this.notice('info', `${upperFirst(said(text))}.`),
      ),
      ...leftOut.map((text) => this.notice('info', `${upperFirst(said(text))}.`)),
      ...(withoutFace === 0
        ? []
        : [
            this.notice(
              'info',
              t(
                'No face was found in {0}: {1}',
                plural(withoutFace, 'image'),
                firstOf(faceless.map(forName), withoutFace, ', '),
              ),
              this.showAll('faceless'),
            ),
          ]),
      ...(failed === 0
        ? []
        : [
            this.notice(
              'info',
              t(
                '{0} could not be used. {1}',
                plural(failed, 'image'),
                firstOf(reasons, failed, '; '),
              ),
              this.showAll('failures'),
            ),
          ]),
    ];
  }

  /** A report has no other documents to show. */
  private showAll(command: PanelCommand): Notice[] {
    return this.source.live ? [this.command(command, t('Show All'))] : [];
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
