/** What can be done with the selected faces, or the chosen clusters. */
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { readableAttribute } from '../../src/domain/attributes';
import type { Clustering } from '../../src/domain/clustering';
import type { CorrectionRequest } from '../../src/domain/corrections';
import type { PanelAct } from '../../src/protocol/panel';
import { clusterTitles } from '../../src/summaries/cluster-titles';
import { plural } from '../../src/text/numbers';
import { t } from '../../src/text/translate';
import type { Source } from '../source';
import { CompareClusters, Correct } from './cluster-events';
import type { MenuItem } from './menu';
import './menu';
import { shared } from './shared.css';

@customElement('fc-selection-bar')
export class SelectionBar extends LitElement {
  static override styles = [
    shared,
    css`
      .bar {
        position: fixed;
        z-index: 4;
        inset: auto 16px 12px;
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: center;
        gap: 8px;
        width: fit-content;
        margin: 0 auto;
        padding: 8px 14px;
        border: 1px solid var(--vscode-contrastBorder, var(--vscode-widget-border, currentColor));
        border-radius: 8px;
        background: var(--vscode-editorWidget-background);
        box-shadow: 0 2px 10px var(--vscode-widget-shadow, transparent);
      }
    `,
  ];

  @property({ attribute: false }) source!: Source;
  @property({ attribute: false }) clustering!: Clustering;
  /** Names of the attributes of the network. */
  @property({ attribute: false }) names: readonly string[] = [];
  /** Rows of the selected faces. */
  @property({ attribute: false }) selection: ReadonlySet<number> = new Set();
  /** Ids of the chosen clusters. */
  @property({ attribute: false }) chosen: ReadonlySet<number> = new Set();
  @property({ attribute: false }) clear!: () => void;

  /** What a key of VS Code asks for, as the buttons do; nothing where there is no such button. */
  act(act: PanelAct): void {
    const rows = [...this.selection];
    const [into, ...others] = rows.length > 0 ? [] : this.chosen;
    if (act === 'notFaces' && rows.length > 0) this.correct({ kind: 'notFace', rows, value: true });
    else if (act === 'gatherSelected' && rows.length > 0) this.correct({ kind: 'gather', rows });
    else if (act === 'mergeChosen' && into !== undefined && others.length > 0)
      this.correct({ kind: 'merge', into, others });
  }

  override render() {
    if (this.selection.size > 0) return this.bar(plural(this.selection.size, 'face'), this.faces());
    if (this.chosen.size > 0) return this.bar(plural(this.chosen.size, 'cluster'), this.clusters());
    return nothing;
  }

  private bar(what: string, actions: unknown) {
    return html`<div class="bar" role="toolbar" aria-label=${t('Selection')}>
      <span role="status">${t('{0} selected', what)}</span>
      ${actions}
      <vscode-button id="clear" appearance="secondary" @click=${this.clear}
        >${t('Clear')}</vscode-button
      >
    </div>`;
  }

  private clusters() {
    const titles = clusterTitles(this.clustering);
    const [into, ...others] = [...this.chosen];
    if (into === undefined || others.length === 0)
      return html`<span class="quiet">${t('Choose another one to merge them')}</span>`;
    const [other, ...further] = others;
    const compare = () => {
      this.dispatchEvent(new CompareClusters(into, other));
      this.clear();
    };
    return html`${further.length > 0 ? nothing : html`<vscode-button id="compare" appearance="secondary" @click=${compare}>${t('Compare')}</vscode-button>`}
      <vscode-button
        id="merge"
        title=${t('Into {0}', titles.get(into)?.text ?? '')}
        @click=${() => {
          this.correct({ kind: 'merge', into, others });
        }}
        >${t('Merge')}</vscode-button
      >`;
  }

  private faces() {
    const rows = [...this.selection];
    return html`
      <fc-menu
        id="move"
        up
        start
        label=${t('Move to a cluster')}
        text=${t('Move to')}
        .items=${this.targets(rows)}
      ></fc-menu>
      <vscode-button
        id="gather"
        appearance="secondary"
        title=${t('Makes a cluster of these faces')}
        @click=${() => {
          this.correct({ kind: 'gather', rows });
        }}
        >${t('New Cluster')}</vscode-button
      >
      <fc-menu
        id="mark"
        up
        start
        label=${t('Mark an attribute that is wrong')}
        text=${t('Mark')}
        .items=${this.marks(rows)}
      ></fc-menu>
      <vscode-button
        id="notFace"
        appearance="secondary"
        title=${t('Leaves them out of clusters and figures')}
        @click=${() => {
          this.correct({ kind: 'notFace', rows, value: true });
        }}
        >${t('Not a Face')}</vscode-button
      >
      <vscode-button
        id="copy"
        appearance="secondary"
        title=${t('Puts their images into a folder')}
        @click=${() => {
          this.source.send('copyFaces', { rows });
        }}
        >${t('Copy Images…')}</vscode-button
      >
    `;
  }

  private targets(rows: number[]): MenuItem[] {
    const titles = clusterTitles(this.clustering);
    return this.clustering.clusters
      .filter(({ id }) => id >= -1)
      .map(({ id, size }) => ({
        label: `${titles.get(id)!.text} (${plural(size, 'face')})`,
        run: () => {
          this.correct({ kind: 'move', rows, to: id });
        },
      }));
  }

  private marks(rows: number[]): MenuItem[] {
    return this.names.flatMap((attribute) =>
      [true, false].map((value) => ({
        label: value ? readableAttribute(attribute) : t('Not {0}', readableAttribute(attribute)),
        run: () => {
          this.correct({ kind: 'attribute', rows, attribute, value });
        },
      })),
    );
  }

  private correct(request: CorrectionRequest) {
    this.dispatchEvent(new Correct(request));
    this.clear();
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'fc-selection-bar': SelectionBar;
  }
}
