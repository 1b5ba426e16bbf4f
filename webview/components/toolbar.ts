/** The title of a run, its figures, and the controls of its clustering. */
import { clusterCount } from '../../src/domain/clustering';
import { html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { METHODS } from '../../src/domain/settings';
import { METHOD_NAMES, takesClusters } from '../../src/domain/method-names';
import type { PanelState, PanelParams } from '../../src/protocol/panel';
import { forPage } from '../../src/text/neutralize';
import { t } from '../../src/text/translate';
import { buttonsDrawn } from '../focus';
import type { Source } from '../source';
import './cluster-count';
import './menu';
import type { MenuItem } from './menu';
import './run-figures';
import { shared } from './shared.css';
import { toolbarStyles } from './toolbar.css';
import './tuning';

type PanelCommand = PanelParams<'command'>['command'];

/** An action that is a button in a wide panel, and in the menu of a narrow one. */
interface Action {
  id: string;
  label: string;
  title: string;
  disabled?: boolean;
  run: () => void;
}

/** Widest panel in which buttons go into the menu, in pixels. */
const NARROW = 1060;

@customElement('fc-toolbar')
export class Toolbar extends LitElement {
  static override styles = [shared, toolbarStyles];

  @property({ attribute: false }) source!: Source;
  @property({ attribute: false }) panel!: PanelState;

  /** Whether the controls that are used less often are shown. */
  @state() private isOpen = false;
  private readonly narrow = window.matchMedia(`(max-width: ${NARROW}px)`);

  override connectedCallback() {
    super.connectedCallback();
    this.narrow.addEventListener('change', this.onWidth);
  }

  override disconnectedCallback() {
    super.disconnectedCallback();
    this.narrow.removeEventListener('change', this.onWidth);
  }

  override willUpdate(_changed: PropertyValues<this>) {
    void this.keepFocus();
  }

  override render() {
    const { title, run, clustering, judgement } = this.panel;
    return html`
      <header>
        <h1>${forPage(title)}</h1>
        ${run === null ? nothing : html`<fc-run-figures .run=${run} .clustering=${clustering} .judgement=${judgement}></fc-run-figures>`}
      </header>
      ${this.source.live && run !== null ? this.controls() : nothing}
    `;
  }

  /** A button loses the focus when it is disabled: the other of undo and redo gets it. */
  private async keepFocus() {
    const focused = this.shadowRoot?.activeElement?.id;
    if ((focused !== 'undo' && focused !== 'redo') || this.panel[focused] !== null) return;
    await buttonsDrawn();
    const other = focused === 'undo' ? 'redo' : 'undo';
    this.renderRoot.querySelector<HTMLElement>(`#${other}`)?.focus();
  }

  private controls() {
    const { settings, clustering } = this.panel;
    const further = this.further();
    return html`
      <div class="controls" role="toolbar" aria-label=${t('Clustering')}>
        ${this.method(settings.method)}
        ${takesClusters(settings.method) ? html`<fc-cluster-count .source=${this.source} .clusters=${settings.clusters} .shown=${clusterCount(clustering?.clusters ?? [])}></fc-cluster-count>` : nothing}
        ${this.tuneButton()}
        ${this.narrow.matches ? nothing : further.map((action) => this.button(action))}
        <span class="last">
          ${this.historyButtons()}
          <fc-menu
            id="more"
            label=${t('More actions')}
            .items=${[...(this.narrow.matches ? further.filter(({ disabled }) => disabled !== true) : []), ...this.ofRun()]}
          ></fc-menu>
        </span>
        ${this.isOpen ? html`<fc-tuning id="tuning" .source=${this.source} .panel=${this.panel}></fc-tuning>` : nothing}
      </div>
    `;
  }

  private method(value: PanelState['settings']['method']) {
    const change = (event: Event) => {
      const chosen = (event.target as HTMLInputElement).value;
      if (chosen !== value && isMethod(chosen))
        this.source.send('settings', { changes: { method: chosen } });
    };
    return html`<label
      >${t('Method')}
      <vscode-dropdown
        id="method"
        aria-label=${t('Method')}
        .currentValue=${value}
        @change=${change}
      >
        ${METHODS.map((each) => html`<vscode-option value=${each} ?selected=${each === value}>${t(METHOD_NAMES[each])}</vscode-option>`)}
      </vscode-dropdown></label
    >`;
  }

  private tuneButton() {
    const own = this.panel.own?.settings.length ?? 0;
    return html`<vscode-button
      id="tune"
      appearance="secondary"
      title=${own === 0 ? nothing : t('This folder has settings of its own')}
      aria-expanded=${this.isOpen}
      aria-controls="tuning"
      @click=${this.toggleTuning}
      >${t('Tune{0} {1}', own === 0 ? '' : t(' ({0} own)', own), this.isOpen ? '▴' : '▾')}</vscode-button
    >`;
  }

  /** What is needed less often; VS Code has some of it above the panel, too. */
  private further(): Action[] {
    const { clustering, comparison } = this.panel;
    return [
      {
        id: 'compare',
        label: comparison === null ? t('Compare Methods') : t('Compare Again'),
        title: t('Silhouette of every method with 2 to 50 clusters; stored with the run'),
        run: this.command('compare'),
      },
      {
        id: 'changes',
        label: t('What Changed'),
        title: t('Faces that moved since the clusters before, or since some that were kept'),
        disabled: clustering === null,
        run: () => {
          this.source.send('changes', { id: 'before' });
        },
      },
      {
        id: 'kept',
        label: t('Kept…'),
        title: t('Keep this clustering under a name; show or compare those that are kept'),
        run: this.command('keptClusterings'),
      },
    ];
  }

  /** What is done with all clusters, for the menu. */
  private ofRun(): MenuItem[] {
    return [
      { label: t('Export Results…'), run: this.command('export') },
      { label: t('Copy Images of All Clusters to Folders…'), run: this.command('copyAllImages') },
      { label: t('Write Names and Tags (XMP)…'), run: this.command('writeSidecars') },
    ];
  }

  private button({ id, label, title, disabled = false, run }: Action) {
    return html`<vscode-button
      appearance="secondary"
      id=${id}
      title=${title}
      ?disabled=${disabled}
      @click=${run}
      >${label}</vscode-button
    >`;
  }

  private historyButtons() {
    const { undo, redo } = this.panel;
    return html`
      <vscode-button
        id="undo"
        appearance="secondary"
        ?disabled=${undo === null}
        title=${undo === null ? t('Nothing to undo') : t('Undo (Ctrl+Z): {0}', undo)}
        @click=${this.command('undo')}
        >${t('Undo')}</vscode-button
      >
      <vscode-button
        id="redo"
        appearance="secondary"
        ?disabled=${redo === null}
        title=${redo === null ? t('Nothing to redo') : t('Redo (Ctrl+Y): {0}', redo)}
        @click=${this.command('redo')}
        >${t('Redo')}</vscode-button
      >
    `;
  }

  private readonly onWidth = () => {
    this.requestUpdate();
  };

  private readonly toggleTuning = () => {
    this.isOpen = !this.isOpen;
  };

  private command(command: PanelCommand) {
    return () => {
      this.source.send('command', { command });
    };
  }
}

const isMethod = (text: string): text is keyof typeof METHOD_NAMES =>
  Object.hasOwn(METHOD_NAMES, text);

declare global {
  interface HTMLElementTagNameMap {
    'fc-toolbar': Toolbar;
  }
}
