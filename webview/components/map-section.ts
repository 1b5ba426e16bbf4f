/** The map of all faces above the cards, made only when it is opened. */
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Clustering } from '../../src/domain/clustering';
import type { Source } from '../source';
import './face-map';
import { SelectFaces } from './select-faces';
import { shared } from './shared.css';

@customElement('fc-map-section')
export class MapSection extends LitElement {
  static override styles = [
    shared,
    css`
      :host {
        margin-bottom: 14px;
      }
      summary {
        margin-bottom: 6px;
        cursor: pointer;
      }
    `,
  ];

  @property({ attribute: false }) source!: Source;
  @property({ attribute: false }) clustering!: Clustering;
  @property({ type: Number }) generation = 0;

  @state() private isOpen = false;
  @state() private selection: ReadonlySet<number> = new Set();

  override connectedCallback() {
    super.connectedCallback();
    this.addEventListener(SelectFaces.type, this.onSelect);
  }

  override disconnectedCallback() {
    super.disconnectedCallback();
    this.removeEventListener(SelectFaces.type, this.onSelect);
  }

  override render() {
    const { source, clustering, generation, selection, isOpen } = this;
    const toggle = (event: Event) => {
      this.isOpen = (event.target as HTMLDetailsElement).open;
    };
    return html`<details @toggle=${toggle}>
      <summary>Map</summary>
      ${
        isOpen
          ? html`<fc-face-map
              .source=${source}
              .clustering=${clustering}
              .generation=${generation}
              .selection=${selection}
              .names=${Object.keys(clustering.overall)}
            ></fc-face-map>`
          : nothing
      }
    </details>`;
  }

  private readonly onSelect = (event: Event) => {
    if (!(event instanceof SelectFaces)) return;
    const selection = new Set(event.mode === 'replace' ? [] : this.selection);
    for (const row of event.rows) {
      if (event.mode === 'remove') selection.delete(row);
      else selection.add(row);
    }
    this.selection = selection;
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'fc-map-section': MapSection;
  }
}
