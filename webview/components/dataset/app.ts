/**
 * A data set of labeled faces: what it holds, how often attributes occur and with which others,
 * faces of it, and labels that may be wrong.
 */
import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { DatasetState } from '../../../src/protocol/dataset-panel';
import { upperFirst } from '../../../src/text/letter-case';
import { forName, forPage } from '../../../src/text/neutralize';
import '../progress-bar';
import '../waits';
import { shared } from '../shared.css';
import { count, plural } from '../../../src/text/numbers';
import './attributes';
import './label-errors';
import './correlation';
import type { DatasetHost } from './host';
import './samples';
import type { Progress } from '../../../src/domain/progress';
import type { DatasetKind, DatasetSummary } from '../../../src/domain/dataset';
import { said } from '../../../src/text/said';
import { t } from '../../../src/text/translate';

/** Data sets have names; the others are called by where their labels are. */
const kindText = (kind: DatasetKind): string =>
  kind === 'labelled folder' || kind === 'class folders' ? t(kind) : kind;

@customElement('fc-dataset')
export class DatasetView extends LitElement {
  static override styles = [
    shared,
    css`
      :host {
        padding: 14px 0 32px;
      }
      header {
        margin-bottom: 14px;
      }
      .facts {
        display: flex;
        flex-wrap: wrap;
        gap: 4px 22px;
        margin: 8px 0 12px;
      }
      .facts b {
        font-variant-numeric: tabular-nums;
      }
      .actions {
        display: flex;
        flex-wrap: wrap;
        gap: 8px;
      }
      .notice {
        margin: 0 0 8px;
        padding: 5px 12px;
        border-left: 3px solid var(--vscode-charts-yellow);
        background: var(--vscode-editorWidget-background);
        overflow-wrap: anywhere;
      }
      .problem {
        margin: 12px 0;
        padding: 8px 12px;
        border-left: 3px solid var(--vscode-errorForeground);
        background: var(--vscode-editorWidget-background);
      }
      .columns {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(100%, 440px), 1fr));
        gap: 26px;
        align-items: start;
      }
    `,
  ];

  @property({ attribute: false }) host!: DatasetHost;
  /** Undefined until the host has answered. */
  @property({ attribute: false }) data: DatasetState | undefined;
  @property({ attribute: false }) progress: Progress | null = null;

  override willUpdate(changed: PropertyValues<this>) {
    if (changed.has('data')) this.progress = this.data?.progress ?? null;
  }

  override render() {
    const { data, host, progress } = this;
    if (data === undefined) return nothing;
    if (data.waits) return html`<fc-waits .source=${host} .name=${data.title}></fc-waits>`;
    const { summary } = data;
    return html`
      <header>
        <h1>${forPage(data.title)}</h1>
        ${summary === null ? nothing : this.facts(summary)}
        ${(summary?.notices ?? []).map((notice) => html`<p class="notice">${upperFirst(forPage(said(notice)))}</p>`)}
        ${
          summary === null
            ? nothing
            : html`<div class="actions">
                ${summary.images === null ? nothing : this.action(t('Cluster Its Faces'), 'cluster', 'primary')}
                ${this.action(t('Save Tables and Charts…'), 'save')}
                ${this.action(t('Other Labels…'), 'chooseLabels')}
                ${this.action(t('Read Again'), 'retry')}
              </div>`
        }
      </header>
      ${progress === null ? nothing : html`<fc-progress .source=${host} .progress=${progress}></fc-progress>`}
      ${data.problem === null ? nothing : this.problem(data.problem)}
      ${summary === null ? nothing : this.parts(data, summary)}
    `;
  }

  private facts({ kind, rows, used, missing, zeroRows, partitions, labels }: DatasetSummary) {
    return html`
      <div class="facts">
        <span>${kindText(kind)}</span>
        <span
          ><b>${count(used)}</b>
          ${used === rows ? t('rows') : html`${t('of')} <b>${count(rows)}</b> ${t('rows')}`}</span
        >
        ${Object.entries(partitions).map(([name, size]) => html`<span>${name === 'none' ? t('in no partition') : forName(name)}: <b>${count(size)}</b></span>`)}
        <span>${t('{0} without any of the attributes', plural(zeroRows, 'row'))}</span>
        ${
          missing === null
            ? html`<span>${t('labels only, without images')}</span>`
            : missing === 0
              ? html`<span>${t('no image is missing')}</span>`
              : html`<span>${t('{0} missing', plural(missing, 'image'))}</span>`
        }
        <button class="link" @click=${this.command('labels')}>
          ${forName(labels.split(/[\\/]/).pop() ?? '')}
        </button>
      </div>
    `;
  }

  private problem(message: string) {
    return html`<div class="problem" role="alert">
      <p>${forPage(message)}</p>
      <div class="actions">
        ${this.action(t('Choose Labels…'), 'chooseLabels')} ${this.action(t('Try Again'), 'retry')}
      </div>
    </div>`;
  }

  private parts(data: DatasetState, summary: DatasetSummary) {
    const { host } = this;
    return html`
      <div class="columns">
        <fc-dataset-attributes
          .host=${host}
          .summary=${summary}
          .options=${data.options}
        ></fc-dataset-attributes>
        <fc-dataset-correlation .summary=${summary}></fc-dataset-correlation>
      </div>
      ${
        summary.images === null
          ? nothing
          : html`<fc-dataset-samples .host=${host} .summary=${summary}></fc-dataset-samples>
              <fc-dataset-label-errors
                .host=${host}
                .summary=${summary}
                .labelErrors=${data.labelErrors}
                .busy=${this.progress !== null}
              ></fc-dataset-label-errors>`
      }
    `;
  }

  private action(text: string, command: Command, appearance = 'secondary') {
    return html`<vscode-button appearance=${appearance} @click=${this.command(command)}
      >${text}</vscode-button
    >`;
  }

  private command(command: Command) {
    return () => {
      this.host.send('command', { command });
    };
  }
}

type Command = 'save' | 'retry' | 'cluster' | 'chooseLabels' | 'labels';

declare global {
  interface HTMLElementTagNameMap {
    'fc-dataset': DatasetView;
  }
}
