/** The title of a run, its figures, and the controls of its clustering. */
import { html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { METHOD_NAMES, takesClusters } from '../../src/domain/method-names';
import { clusteringSettingsSchema, PRESETS } from '../../src/domain/settings';
import type { PanelState, SettingChanges, PanelParams } from '../../src/protocol/panel';
import { forPage } from '../../src/text/neutralize';
import { plural } from '../../src/text/numbers';
import type { Source } from '../source';
import './cluster-count';
import { labelFields } from './label-fields';
import { type NumberSetting, type Parameter, parametersOf } from './parameters';
import './run-figures';
import { shared } from './shared.css';
import { toolbarStyles } from './toolbar.css';
import './weights';

type Settings = PanelState['settings'];

/** A list of values of a setting. */
interface Choice {
  name: keyof SettingChanges;
  label: string;
  value: string;
  /** Each value with the text of its option. */
  options: Readonly<Record<string, string>>;
  title?: string;
}

const WEIGHTS = {
  standardized: 'standardized',
  none: 'all the same',
  rare: 'rare count more',
  common: 'common count more',
};
const FEATURES = {
  binary: 'present or absent',
  probability: 'probability',
  embedding: "the network's embedding",
};
const THRESHOLDS = { half: '0.5', balanced: 'balanced' };

@customElement('fc-toolbar')
export class Toolbar extends LitElement {
  static override styles = [shared, toolbarStyles];

  @property({ attribute: false }) source!: Source;
  @property({ attribute: false }) panel!: PanelState;

  /** Why the last input was refused; empty if it was accepted. */
  @state() private wrong = '';
  @state() private showsWeights = false;
  /** Whether the controls that are used less often are shown. */
  @state() private isOpen = false;

  override willUpdate(changed: PropertyValues<this>) {
    const before = changed.get('panel')?.settings;
    if (before !== undefined && JSON.stringify(before) !== JSON.stringify(this.panel.settings))
      this.wrong = '';
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

  override updated() {
    labelFields(this.renderRoot);
  }

  /** A button loses the focus when it is disabled: the other of undo and redo gets it. */
  private async keepFocus() {
    const focused = this.shadowRoot?.activeElement?.id;
    if ((focused !== 'undo' && focused !== 'redo') || this.panel[focused] !== null) return;
    // The toolkit draws its buttons in the frame after.
    for (let i = 0; i < 2; i++) await new Promise(requestAnimationFrame);
    const other = focused === 'undo' ? 'redo' : 'undo';
    this.renderRoot.querySelector<HTMLElement>(`#${other}`)?.focus();
  }

  private controls() {
    const { settings, clustering, comparison } = this.panel;
    return html`
      <div class="controls ${this.isOpen ? 'open' : ''}" role="toolbar" aria-label="Clustering">
        ${this.choice({ name: 'method', label: 'Method', value: settings.method, options: METHOD_NAMES })}
        ${takesClusters(settings.method) ? html`<fc-cluster-count .source=${this.source} .clusters=${settings.clusters} .shown=${clustering?.clusters.length ?? 0}></fc-cluster-count>` : nothing}
        <vscode-button
          id="tune"
          appearance="secondary"
          aria-expanded=${this.isOpen}
          aria-controls="tuning"
          @click=${this.toggleTuning}
          >Tune ${this.isOpen ? '▴' : '▾'}</vscode-button
        >
        <vscode-button
          class="further"
          appearance="secondary"
          id="compare"
          @click=${this.command('compare')}
          title="Silhouette of every method with 2 to 50 clusters; stored with the run"
          >${comparison === null ? 'Compare Methods' : 'Compare Again'}</vscode-button
        >
        <vscode-button
          class="further"
          appearance="secondary"
          id="changes"
          ?disabled=${clustering === null}
          @click=${this.whatChanged}
          title="Faces that moved since the clusters before, or since some that were kept"
          >What Changed</vscode-button
        >
        <vscode-button
          class="further"
          appearance="secondary"
          id="kept"
          @click=${this.command('keptClusterings')}
          title="Keep this clustering under a name; show or compare those that are kept"
          >Kept…</vscode-button
        >
        ${this.historyButtons()} ${this.isOpen ? this.tuning(settings) : nothing}
        ${this.showsWeights && this.isOpen ? html`<fc-weights .source=${this.source} .settings=${settings} .weights=${clustering?.weights ?? {}}></fc-weights>` : nothing}
        ${this.wrong === '' ? nothing : html`<span class="wrong" role="alert">${this.wrong}</span>`}
      </div>
    `;
  }

  /** What is changed less often: the parameters of the method, and how faces are compared. */
  private tuning(settings: Settings) {
    const { preset } = settings;
    return html`<div id="tuning" role="group" aria-label="Tune">
      ${parametersOf(settings).map((parameter) => this.parameter(parameter, settings))}
      ${preset === 'none' ? nothing : this.choice({ name: 'preset', label: 'Preset', value: preset, options: sameTexts(PRESETS) })}
      ${this.attributeControls(settings)} ${this.buttons()}
    </div>`;
  }

  private historyButtons() {
    const { undo, redo } = this.panel;
    return html`
      <vscode-button
        id="undo"
        appearance="secondary"
        ?disabled=${undo === null}
        title=${undo === null ? 'Nothing to undo' : `Undo (Ctrl+Z): ${undo}`}
        @click=${this.command('undo')}
        >Undo</vscode-button
      >
      <vscode-button
        id="redo"
        appearance="secondary"
        ?disabled=${redo === null}
        title=${redo === null ? 'Nothing to redo' : `Redo (Ctrl+Y): ${redo}`}
        @click=${this.command('redo')}
        >Redo</vscode-button
      >
    `;
  }

  private parameter(parameter: Parameter, settings: Settings) {
    const { name, label } = parameter;
    if (parameter.kind === 'choice')
      return this.choice({
        name,
        label,
        value: String(settings[name]),
        options: sameTexts(parameter.values),
      });
    return html`<label>
      ${label}
      <vscode-text-field
        id=${name}
        data-label=${label}
        title=${parameter.title}
        .value=${String(settings[name])}
        @change=${this.onNumber(parameter.name, label)}
      ></vscode-text-field>
    </label>`;
  }

  private attributeControls({ weights, features, thresholds }: Settings) {
    // A model without thresholds of its own leaves nothing to choose.
    const hasThresholds = this.panel.run?.thresholds !== undefined || thresholds !== 'half';
    const custom = typeof weights === 'object';
    return html`
      ${this.choice({
        name: 'weights',
        label: 'Weights',
        value: custom ? 'custom' : weights,
        options: custom ? { custom: 'custom', ...WEIGHTS } : WEIGHTS,
        title: 'How much each attribute counts',
      })}
      ${this.choice({
        name: 'features',
        label: 'Compare by',
        value: features,
        options: FEATURES,
        title:
          'Whether faces are compared by the presence or the probability of attributes, or by the last hidden layer of the network',
      })}
      ${
        hasThresholds
          ? this.choice({
              name: 'thresholds',
              label: 'Threshold',
              value: thresholds,
              options: THRESHOLDS,
              title:
                'Probability from which an attribute counts as present; balanced finds rare attributes more often',
            })
          : nothing
      }
    `;
  }

  private buttons() {
    const { settings } = this.panel;
    return html`
      <vscode-button appearance="secondary" @click=${this.command('attributes')}
        >${plural(settings.attributes.length, 'attribute')}…</vscode-button
      >
      <vscode-button
        appearance="secondary"
        aria-expanded=${this.showsWeights}
        @click=${this.toggleWeights}
        >Custom Weights…</vscode-button
      >
    `;
  }

  private choice({ name, label, value, options, title = '' }: Choice) {
    const change = (event: Event) => {
      const chosen = (event.target as HTMLInputElement).value;
      if (chosen !== value && chosen !== 'custom' && Object.hasOwn(options, chosen))
        this.change({ [name]: chosen });
    };
    return html`<label title=${title}
      >${label}
      <vscode-dropdown id=${name} aria-label=${label} .currentValue=${value} @change=${change}>
        ${Object.entries(options).map(([each, text]) => html`<vscode-option value=${each} ?selected=${each === value}>${text}</vscode-option>`)}
      </vscode-dropdown></label
    >`;
  }

  private onNumber(name: NumberSetting, label: string) {
    return (event: Event) => {
      const text = (event.target as HTMLInputElement).value.trim();
      const value = Number(text);
      const schema = clusteringSettingsSchema.shape[name];
      const problem =
        text === '' ? 'expected a number' : schema.safeParse(value).error?.issues[0]?.message;
      this.wrong = problem === undefined ? '' : `${label}: ${problem}; got "${text}"`;
      if (problem === undefined && value !== this.panel.settings[name])
        this.change({ [name]: value });
    };
  }

  private readonly whatChanged = () => {
    this.source.send('changes', { id: 'before' });
  };

  private readonly toggleTuning = () => {
    this.isOpen = !this.isOpen;
  };

  private readonly toggleWeights = () => {
    this.showsWeights = !this.showsWeights;
  };

  private change(changes: SettingChanges) {
    this.source.send('settings', { changes });
  }

  private command(command: PanelParams<'command'>['command']) {
    return () => {
      this.source.send('command', { command });
    };
  }
}

const sameTexts = (values: readonly string[]): Record<string, string> =>
  Object.fromEntries(values.map((value) => [value, value]));

declare global {
  interface HTMLElementTagNameMap {
    'fc-toolbar': Toolbar;
  }
}
