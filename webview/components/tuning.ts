/** What is changed less often: the parameters of the method, and how faces are compared. */
import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { clusteringSettingsSchema, PRESETS } from '../../src/domain/settings';
import type { PanelParams, PanelState, SettingChanges } from '../../src/protocol/panel';
import { forPage } from '../../src/text/neutralize';
import { plural } from '../../src/text/numbers';
import { t } from '../../src/text/translate';
import type { Source } from '../source';
import { type NumberSetting, type Parameter, parametersOf } from './parameters';
import { FEATURES, HELP, THRESHOLDS, WEIGHTS } from './setting-texts';
import { shared } from './shared.css';
import { tuningStyles } from './tuning.css';
import './weights';

type Settings = PanelState['settings'];

/** A list of values of a setting. */
interface Choice {
  name: keyof SettingChanges;
  label: string;
  value: string;
  /** Each value with the text of its option. */
  options: Readonly<Record<string, string>>;
  help: string;
}

/** The last input that was refused. */
interface Wrong {
  name: NumberSetting;
  text: string;
}

@customElement('fc-tuning')
export class Tuning extends LitElement {
  static override styles = [shared, tuningStyles];

  @property({ attribute: false }) source!: Source;
  @property({ attribute: false }) panel!: PanelState;

  @state() private wrong: Wrong | undefined;
  @state() private showsWeights = false;

  override willUpdate(changed: PropertyValues<this>) {
    const before = changed.get('panel')?.settings;
    if (before !== undefined && JSON.stringify(before) !== JSON.stringify(this.panel.settings))
      this.wrong = undefined;
  }

  override render() {
    const { settings, clustering } = this.panel;
    const { preset } = settings;
    return html`<section role="group" aria-label=${t('Tune')}>
      ${this.own()}
      <div class="fields">
        ${parametersOf(settings).map((parameter) => this.parameter(parameter, settings))}
        ${preset === 'none' ? nothing : this.choice({ name: 'preset', label: t('Preset'), value: preset, options: sameTexts(PRESETS), help: HELP.preset })}
        ${this.comparedBy(settings)}
      </div>
      ${this.showsWeights ? html`<fc-weights .source=${this.source} .settings=${settings} .weights=${clustering?.weights ?? {}}></fc-weights>` : nothing}
    </section>`;
  }

  /** Settings of this run that hide those of the others. */
  private own() {
    const { own, run } = this.panel;
    if (own === null || own.settings.length === 0) return nothing;
    const where = run?.folders.length === 1 ? t('this folder') : t('these folders');
    const texts = own.settings.map(({ name, here, elsewhere }) =>
      own.shared === 'workspace'
        ? t('{0} {1} ({2} in the settings of the workspace)', name, here, elsewhere)
        : t('{0} {1} ({2} in the settings of the user)', name, here, elsewhere),
    );
    return html`<div class="own" role="group" aria-labelledby="own">
      <p id="own">${t('Own settings of {0}: {1}.', where, forPage(texts.join(', ')))}</p>
      <vscode-button id="useForAll" appearance="secondary" @click=${this.command('useForAll')}
        >${t('Use for All Folders')}</vscode-button
      >
      <vscode-button id="dropOwn" appearance="secondary" @click=${this.command('dropOwn')}
        >${own.shared === 'workspace' ? t('Back to the Workspace’s Settings') : t('Back to the User’s Settings')}</vscode-button
      >
    </div>`;
  }

  private comparedBy({ weights, features, thresholds, attributes }: Settings) {
    // A model without thresholds of its own leaves nothing to choose.
    const hasThresholds = this.panel.run?.thresholds !== undefined || thresholds !== 'half';
    const custom = typeof weights === 'object';
    return html`
      ${this.field({
        id: 'attributes',
        help: HELP.attributes,
        control: html`<vscode-button
          id="attributes"
          appearance="secondary"
          aria-describedby="help-attributes"
          @click=${this.command('attributes')}
          >${plural(attributes.length, 'attribute')}…</vscode-button
        >`,
      })}
      ${this.choice({
        name: 'features',
        label: t('Compare by'),
        value: features,
        options: FEATURES,
        help: HELP.features,
      })}
      ${
        hasThresholds
          ? this.choice({
              name: 'thresholds',
              label: t('Present from'),
              value: thresholds,
              options: THRESHOLDS,
              help: HELP.thresholds,
            })
          : nothing
      }
      ${this.choice({
        name: 'weights',
        label: t('Weights'),
        value: custom ? 'custom' : weights,
        options: custom ? { custom: t('custom'), ...WEIGHTS } : WEIGHTS,
        help: HELP.weights,
      })}
      ${this.field({
        id: 'customWeights',
        help: HELP.customWeights,
        control: html`<vscode-button
          id="customWeights"
          appearance="secondary"
          aria-expanded=${this.showsWeights}
          aria-describedby="help-customWeights"
          @click=${this.toggleWeights}
          >${t('Custom Weights…')}</vscode-button
        >`,
      })}
    `;
  }

  private parameter(parameter: Parameter, settings: Settings) {
    const { label, help } = parameter;
    if (parameter.kind === 'choice')
      return this.choice({
        name: parameter.name,
        label,
        value: settings[parameter.name],
        options: sameTexts(parameter.values),
        help,
      });
    const { name } = parameter;
    const wrong = this.wrong?.name === name ? this.wrong.text : '';
    return this.field({
      id: name,
      label,
      help,
      wrong,
      control: html`<input
        id=${name}
        type="text"
        inputmode="decimal"
        autocomplete="off"
        aria-describedby="help-${name}"
        aria-invalid=${wrong !== ''}
        .value=${String(settings[name])}
        @change=${this.onNumber(name, label)}
      />`,
    });
  }

  private choice({ name, label, value, options, help }: Choice) {
    const change = (event: Event) => {
      const chosen = (event.target as HTMLInputElement).value;
      if (chosen !== value && chosen !== 'custom' && Object.hasOwn(options, chosen))
        this.change({ [name]: chosen });
    };
    return this.field({
      id: name,
      label,
      help,
      control: html`<vscode-dropdown
        id=${name}
        aria-label=${label}
        aria-describedby="help-${name}"
        .currentValue=${value}
        @change=${change}
      >
        ${Object.entries(options).map(([each, text]) => html`<vscode-option value=${each} ?selected=${each === value}>${text}</vscode-option>`)}
      </vscode-dropdown>`,
    });
  }

  /** A control with its name, a sentence about it, and why its last input was refused. */
  private field(field: {
    id: string;
    label?: string;
    help: string;
    wrong?: string;
    control: TemplateResult;
  }) {
    const { id, label, help, wrong = '', control } = field;
    return html`<div class="field">
      ${label === undefined ? nothing : html`<label for=${id}>${label}</label>`} ${control}
      ${wrong === '' ? nothing : html`<span class="wrong" role="alert">${wrong}</span>`}
      <p class="quiet" id="help-${id}">${help}</p>
    </div>`;
  }

  private onNumber(name: NumberSetting, label: string) {
    return (event: Event) => {
      const text = (event.target as HTMLInputElement).value.trim();
      // A comma is a decimal point in many languages; no number here has thousands.
      const value = Number(text.replace(',', '.'));
      const schema = clusteringSettingsSchema.shape[name];
      const problem =
        text === '' ? t('expected a number') : schema.safeParse(value).error?.issues[0]?.message;
      this.wrong =
        problem === undefined
          ? undefined
          : { name, text: t('{0}: {1}; got "{2}"', label, problem, text) };
      if (problem === undefined && value !== this.panel.settings[name])
        this.change({ [name]: value });
    };
  }

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
    'fc-tuning': Tuning;
  }
}
