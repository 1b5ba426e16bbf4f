/** The number of clusters: a field, and a slider that shows the clusters while it is dragged. */
import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { clusteringSettingsSchema } from '../../src/domain/settings';
import type { PanelState } from '../../src/protocol/panel';
import { t } from '../../src/text/translate';
import type { Source } from '../source';
import { labelFields } from './label-fields';
import { shared } from './shared.css';

/** End of the slider, unless there are more clusters. */
const MOST = 50;

@customElement('fc-cluster-count')
export class ClusterCount extends LitElement {
  static override styles = [
    shared,
    css`
      .count {
        display: flex;
        flex-wrap: wrap;
        align-items: flex-end;
        gap: 6px 8px;
      }
      label {
        display: grid;
        gap: 3px;
        font-size: 0.92em;
      }
      vscode-text-field {
        flex: none;
        width: 104px;
      }
      vscode-text-field::part(root) {
        min-width: 0; /* or it would reach below the slider */
      }
      input {
        width: 100px;
        height: 26px;
        accent-color: var(--vscode-progressBar-background, var(--vscode-focusBorder));
      }
      /* As wide as the field, or the controls beside it would move. */
      .wrong {
        display: block;
        width: 0;
        min-width: 100%;
        font-size: 0.92em;
      }
    `,
  ];

  @property({ attribute: false }) source!: Source;
  @property({ attribute: false }) clusters!: PanelState['settings']['clusters'];
  /** Number of clusters that are shown. */
  @property({ type: Number }) shown = 0;

  /** Why the last input was refused; empty if it was accepted. */
  @state() private wrong = '';
  /** The number under the pointer, until the settings have it. */
  @state() private dragged: number | undefined;

  override willUpdate(changed: PropertyValues<this>) {
    if (!changed.has('clusters')) return;
    this.wrong = '';
    this.dragged = undefined;
  }

  override updated() {
    labelFields(this.renderRoot);
  }

  override render() {
    const value = this.dragged ?? this.clusters;
    const number = value === 'auto' ? this.shown : value;
    const most = Math.max(MOST, number);
    return html`
      <div class="count">
        <label>
          ${t('Clusters')}
          <vscode-text-field
            id="clusters"
            data-label=${t('Clusters')}
            title=${t('A number from 1 to 1000, or auto to choose it from the data')}
            .value=${String(value)}
            @change=${this.onField}
          ></vscode-text-field>
        </label>
        <input
          type="range"
          aria-label=${t('Number of clusters')}
          title=${t('Drag to see the clusters; release to keep them')}
          min="1"
          max=${most}
          .value=${String(number)}
          @input=${this.onDrag}
          @change=${this.onRelease}
          @keydown=${this.onKey}
        />
      </div>
      ${this.wrong === '' ? nothing : html`<span class="wrong" role="alert">${this.wrong}</span>`}
    `;
  }

  private readonly onField = (event: Event) => {
    const text = (event.target as HTMLInputElement).value.trim().toLowerCase();
    const value = text === 'auto' ? 'auto' : Number(text === '' ? Number.NaN : text);
    const error = clusteringSettingsSchema.shape.clusters.safeParse(value).error;
    this.wrong =
      error === undefined ? '' : t('Clusters: {0}; got "{1}"', error.issues[0]!.message, text);
    if (error === undefined) this.set(value);
  };

  private readonly onDrag = (event: Event) => {
    this.wrong = '';
    this.dragged = Number((event.target as HTMLInputElement).value);
    this.source.send('preview', { changes: { clusters: this.dragged } });
  };

  private readonly onRelease = (event: Event) => {
    this.set(Number((event.target as HTMLInputElement).value));
  };

  /** Escape takes back what is being dragged. */
  private readonly onKey = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || this.dragged === undefined) return;
    event.stopPropagation();
    this.dragged = undefined;
    this.source.send('preview', { changes: {} });
  };

  private set(clusters: number | 'auto') {
    if (clusters !== this.clusters) this.source.send('settings', { changes: { clusters } });
    else if (this.dragged !== undefined) this.source.send('preview', { changes: {} });
    if (clusters === this.clusters) this.dragged = undefined;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'fc-cluster-count': ClusterCount;
  }
}
