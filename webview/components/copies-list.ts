/** The copies among the faces, a line for each picture; and whether they are clustered. */
import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { CopiesSummary, FaceCard } from '../../src/domain/faces';
import type { PanelState } from '../../src/protocol/panel';
import { forPage } from '../../src/text/neutralize';
import { count, plural } from '../../src/text/numbers';
import { t } from '../../src/text/translate';
import type { Source } from '../source';
import { faceButton, neighborIn } from './face-button';
import { shared } from './shared.css';
import { smallFaces } from './small-faces.css';

/** Pictures that are asked for at a time. */
const PAGE = 20;

@customElement('fc-copies-list')
export class CopiesList extends LitElement {
  static override styles = [
    shared,
    smallFaces,
    css`
      details {
        margin-bottom: 12px;
      }
      summary {
        cursor: pointer;
      }
      ul {
        display: grid;
        gap: 6px;
        margin: 8px 0;
        padding: 0;
        list-style: none;
      }
      li {
        display: flex;
        flex-wrap: wrap;
        gap: 3px 8px;
        align-items: center;
      }
      .names {
        overflow-wrap: anywhere;
      }
    `,
  ];

  @property({ attribute: false }) source!: Source;
  @property({ attribute: false }) summary!: CopiesSummary;
  /** What the settings do with copies. */
  @property({ attribute: false }) copies!: PanelState['settings']['copies'];
  @property({ type: Number }) generation = 0;

  @state() private isOpen = false;
  @state() private groups: readonly FaceCard[][] = [];
  @state() private problem = '';

  override willUpdate(changed: PropertyValues<this>) {
    if (!changed.has('generation')) return;
    this.groups = [];
    if (this.isOpen) void this.load();
  }

  override render() {
    const { copies, originals } = this.summary;
    const isLeftOut = this.copies === 'leaveOut';
    return html`<details @toggle=${this.onToggle}>
      <summary>
        ${t('{0} of {1}, {2}', plural(copies, 'copy', 'copies'), plural(originals, 'picture'), isLeftOut ? t('left out of the clusters') : t('shown once'))}
      </summary>
      <p class="quiet">
        ${t('The same picture, saved anew, scaled or brightened.')}
        <button class="link" id="leaveOut" @click=${this.toggle}>
          ${isLeftOut ? t('Cluster copies, too') : t('Leave copies out of clusters and figures')}
        </button>
      </p>
      ${this.problem === '' ? nothing : html`<p role="alert">${forPage(this.problem)} <button class="link" @click=${this.load}>${t('Try again')}</button></p>`}
      <ul>
        ${this.groups.map((group) => this.line(group))}
      </ul>
      ${
        this.groups.length > 0 && this.groups.length < originals
          ? html`<button class="link" id="more" @click=${this.load}>
              ${t('{0} more', count(originals - this.groups.length))}
            </button>`
          : nothing
      }
    </details>`;
  }

  private line(group: readonly FaceCard[]) {
    const neighbor = neighborIn(group);
    return html`<li>
      ${group.map((face) => faceButton(face, this.source, { neighbor, draggable: true }))}
      <span class="names quiet">${group.map(({ image }) => forPage(image)).join(', ')}</span>
    </li>`;
  }

  private readonly load = async () => {
    const { generation } = this;
    try {
      const answer = await this.source.copies(this.groups.length, PAGE);
      if (generation !== this.generation) return;
      this.groups = [...this.groups, ...(answer?.groups ?? [])];
      this.problem = '';
    } catch (error) {
      if (generation === this.generation)
        this.problem = error instanceof Error ? error.message : String(error);
    }
  };

  private readonly onToggle = (event: Event) => {
    this.isOpen = (event.target as HTMLDetailsElement).open;
    if (this.isOpen && this.groups.length === 0) void this.load();
  };

  private readonly toggle = () => {
    const copies = this.copies === 'leaveOut' ? 'count' : 'leaveOut';
    this.source.send('settings', { changes: { copies } });
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'fc-copies-list': CopiesList;
  }
}
