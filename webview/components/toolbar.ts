/** Title of the run, its figures, and the settings people change most. */
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { METHOD_NAMES, takesClusters } from '../../src/domain/method-names';
import type { PanelState, SettingChanges, WebviewMessage } from '../../src/protocol/panel';
import { clusteringSettingsSchema } from '../../src/domain/settings';
import { forPage } from '../../src/text/neutralize';
import type { Source } from '../source';
import { shared } from './shared.css';
import { count, plural, silhouetteText } from '../../src/text/numbers';
import { type NumberSetting, parametersOf } from './parameters';
import './weights';
import type { Clustering } from '../../src/domain/clustering';

@customElement('fc-toolbar')
export class Toolbar extends LitElement {
  static override styles = [
    shared,
    css`
      header {
        padding: 16px 0 10px;
      }
      .figures {
        display: flex;
        flex-wrap: wrap;
        gap: 2px 16px;
        margin-top: 4px;
      }
      .controls {
        display: flex;
        flex-wrap: wrap;
        align-items: flex-end;
        gap: 8px 14px;
        margin: 4px 0 14px;
      }
      label {
        display: grid;
        gap: 3px;
        font-size: 0.92em;
      }
      vscode-text-field {
        width: 104px;
      }
      vscode-dropdown {
        min-width: 110px;
      }
      .wrong {
        flex-basis: 100%;
        color: var(--vscode-errorForeground);
      }
      fc-weights {
        flex-basis: 100%;
      }
      .spacer {
        flex: 1;
      }
    `,
  ];

  @property({ attribute: false }) source!: Source;
  @property({ attribute: false }) panel!: PanelState;

  @state() private wrong = '';
  @state() private weighing = false;

  override render() {
    const { title } = this.panel;
    return html`
      <header>
        <h1>${forPage(title)}</h1>
        ${this.figures()}
      </header>
      ${this.source.live && this.panel.run !== null ? this.controls() : nothing}
    `;
  }

  private figures() {
    const { run, clustering } = this.panel;
    if (run === null) return nothing;
    const { images, faces, provider, trials, detection } = run;
    const why = trials
      .map(
        ({ provider: name, used, reason }) => `${name}: ${used ? 'used, ' : ''}${forPage(reason)}`,
      )
      .join('\n');
    return html`
      <div class="figures quiet">
        <span title=${knownText(run)}
          >${plural(faces, 'face')} in ${plural(images.read, 'image')}</span
        >
        ${images.withoutFace > 0 ? html`<span>${plural(images.withoutFace, 'image')} without a face</span>` : nothing}
        ${
          clustering === null
            ? nothing
            : html`
                <span
                  >${plural(clustering.clusters.length, 'cluster')}
                  (${METHOD_NAMES[clustering.settings.method]})</span
                >
                <span
                  title="Mean over all faces, from -1 to 1: how much nearer faces are to their own cluster than to the next"
                >
                  silhouette ${silhouetteText(clustering.silhouette)}
                </span>
                ${scores(clustering)}
              `
        }
        <span title=${forPage(detection.reason)}
          >${detection.searched ? 'faces searched for' : 'images taken as aligned faces'}</span
        >
        <span title=${why}>execution provider ${provider}</span>
      </div>
    `;
  }

  private controls() {
    const { settings, comparison, clustering } = this.panel;
    const { clusters, weights, features, thresholds, attributes, method } = settings;
    return html`
      <div class="controls" role="toolbar" aria-label="Clustering">
        <label
          >Method ${this.choice('method', method, Object.keys(METHOD_NAMES), METHOD_NAMES)}</label
        >
        ${
          takesClusters(method)
            ? html`<label>
                Clusters
                <vscode-text-field
                  id="clusters"
                  title="A number from 1 to 1000, or auto: the number is chosen"
                  .value=${String(clusters)}
                  @change=${this.onClusters}
                ></vscode-text-field>
              </label>`
            : nothing
        }
        ${parametersOf(settings).map((parameter) =>
          parameter.kind === 'choice'
            ? html`<label
                >${parameter.label}
                ${this.choice(parameter.name, settings[parameter.name], parameter.values)}</label
              >`
            : html`<label>
                ${parameter.label}
                <vscode-text-field
                  id=${parameter.name}
                  title=${parameter.title}
                  .value=${String(settings[parameter.name])}
                  @change=${this.onNumber(parameter.name, parameter.label)}
                ></vscode-text-field>
              </label>`,
        )}
        ${settings.preset === 'none' ? nothing : html`<label>Preset ${this.choice('preset', settings.preset, ['none', 'original'])}</label>`}
        <label
          >Weights
          ${this.choice('weights', typeof weights === 'object' ? 'custom' : weights, ['none', 'rare', 'common'])}</label
        >
        <label>Features ${this.choice('features', features, ['binary', 'probability'])}</label>
        ${
          this.panel.run?.thresholds === undefined && thresholds === 'half'
            ? nothing // the network does not say from where its attributes are recognised best
            : html`<label title="Probability from which an attribute counts as present">
                Present from
                ${this.choice('thresholds', thresholds, ['half', 'balanced'], { half: '0.5' })}
              </label>`
        }
        <vscode-button appearance="secondary" @click=${this.command('attributes')}
          >${plural(attributes.length, 'attribute')}…</vscode-button
        >
        <vscode-button
          appearance="secondary"
          aria-expanded=${this.weighing}
          @click=${this.toggleWeights}
          >Weigh by hand…</vscode-button
        >
        <vscode-button
          appearance="secondary"
          @click=${this.command('compare')}
          title="Silhouette of every method at 2 to 50 clusters; the result is kept with the run"
          >${comparison === null ? 'Compare methods' : 'Compare again'}</vscode-button
        >
        <span class="spacer"></span>
        <vscode-button
          appearance="secondary"
          @click=${this.command('rerun')}
          title="Look at the folder again; only what is new or has changed is read"
          >Refresh</vscode-button
        >
        <vscode-button appearance="secondary" @click=${this.command('export')}
          >Export…</vscode-button
        >
        <vscode-button appearance="secondary" @click=${this.command('settings')}
          >Settings</vscode-button
        >
        ${this.weighing ? html`<fc-weights .source=${this.source} .settings=${settings} .weights=${clustering?.weights ?? {}}></fc-weights>` : nothing}
        ${this.wrong === '' ? nothing : html`<span class="wrong" role="alert">${this.wrong}</span>`}
      </div>
    `;
  }

  private choice(
    name: keyof SettingChanges,
    value: string,
    values: readonly string[],
    names: Record<string, string> = {},
  ) {
    const change = (event: Event) => {
      const chosen = (event.target as HTMLInputElement).value;
      if (chosen !== value && values.includes(chosen)) this.change({ [name]: chosen });
    };
    const all = values.includes(value) ? values : [value, ...values];
    return html`<vscode-dropdown id=${name} .currentValue=${value} @change=${change}>
      ${all.map((each) => html`<vscode-option value=${each} ?selected=${each === value}>${names[each] ?? each}</vscode-option>`)}
    </vscode-dropdown>`;
  }

  private readonly onClusters = (event: Event) => {
    const text = (event.target as HTMLInputElement).value.trim().toLowerCase();
    const value = Number(text);
    if (text !== 'auto' && !(Number.isInteger(value) && value >= 1 && value <= 1000)) {
      this.wrong = `Clusters: expected a whole number from 1 to 1000, or "auto"; got "${text}"`;
      return;
    }
    this.wrong = '';
    if (text !== String(this.panel.settings.clusters))
      this.change({ clusters: text === 'auto' ? 'auto' : value });
  };

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

  private readonly toggleWeights = () => {
    this.weighing = !this.weighing;
  };

  private change(changes: SettingChanges) {
    this.source.send({ kind: 'settings', changes });
  }

  private command(command: Extract<WebviewMessage, { kind: 'command' }>['command']) {
    return () => {
      this.source.send({ kind: 'command', command });
    };
  }
}

/** Further scores, and the agreement with the clustering before. */
function scores({ daviesBouldin, calinskiHarabasz, agreement }: Clustering) {
  const both = daviesBouldin !== null && calinskiHarabasz !== null;
  return html`${
    both
      ? html`<span
          title="Davies–Bouldin (the lower the better) and Caliński–Harabasz (the higher the better)"
          >DB ${daviesBouldin.toFixed(2)}, CH ${count(Math.round(calinskiHarabasz))}</span
        >`
      : nothing
  }${
    agreement === null
      ? nothing
      : html`<span
          title="How much this clustering agrees with the one before: adjusted Rand index, normalised mutual information"
          >agreement with the one before: ARI ${agreement.adjustedRand.toFixed(2)}, NMI
          ${agreement.normalisedMutualInformation.toFixed(2)}</span
        >`
  }`;
}

const knownText = ({ known = 0, images }: NonNullable<PanelState['run']>) =>
  known === 0
    ? 'All were read.'
    : `${known} of the ${images.found} images were known from earlier runs and not read again.`;

declare global {
  interface HTMLElementTagNameMap {
    'fc-toolbar': Toolbar;
  }
}
