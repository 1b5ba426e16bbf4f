/** The photo of a face with the boxes of all its faces, and the probabilities of the attributes. */
import { html, LitElement, nothing, type PropertyValues, svg } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { Clustering } from '../../src/domain/clustering';
import type { FaceCard, NamedFace, PhotoView } from '../../src/domain/faces';
import { forPage } from '../../src/text/neutralize';
import { decimal, plural } from '../../src/text/numbers';
import { t } from '../../src/text/translate';
import { imageUrl, type Source } from '../source';
import './alike-faces';
import './face-attributes';
import type { Neighbor } from './face-button';
import { styles } from './photo-dialog.css';
import { shared } from './shared.css';

@customElement('fc-photo-dialog')
export class PhotoDialog extends LitElement {
  static override styles = [shared, styles];

  @property({ attribute: false }) source!: Source;
  /** Names of the attributes, in the order of the probabilities. */
  @property({ attribute: false }) names: string[] = [];

  @property({ attribute: false }) clustering: Clustering | null = null;
  /** Probability from which each attribute counts as present. */
  @property({ attribute: false }) thresholds: readonly number[] | undefined;

  @state() private face: NamedFace | undefined;
  /** The face with its picture. */
  @state() private card: FaceCard | undefined;
  @state() private neighbor: Neighbor | undefined;
  @state() private photo: PhotoView | undefined;
  @state() private problem = '';
  /** Row of the face that is marked. */
  @state() private marked = -1;
  @query('dialog') private dialog!: HTMLDialogElement;

  /** @param face whose picture is requested, where it has none. */
  async show(face: NamedFace | FaceCard, neighbor?: Neighbor): Promise<void> {
    this.face = face;
    this.card = 'jpeg' in face ? face : undefined;
    this.neighbor = neighbor;
    this.photo = undefined;
    this.problem = '';
    this.marked = face.row;
    await this.updateComplete;
    if (!this.dialog.open) this.dialog.showModal();
    try {
      if (this.card === undefined) void this.loadCard(face);
      const photo = await this.source.photo(face.row);
      if (this.face === face) this.photo = photo;
    } catch (error) {
      if (this.face === face) this.problem = error instanceof Error ? error.message : String(error);
    }
  }

  /** Requests the picture of the face; where that fails, the photo tells why. */
  private async loadCard(face: NamedFace) {
    const cards = await this.source.faceCards([face.row]).catch(() => []);
    if (this.face === face) this.card = cards[0];
  }

  close(): void {
    this.dialog.close();
  }

  /** Reads the marks anew after a correction. */
  override updated(changed: PropertyValues<this>) {
    const isAnew = changed.get('clustering') != null && this.clustering !== null;
    if (isAnew && this.dialog.open && this.face !== undefined) void this.refresh(this.face);
  }

  private async refresh(face: NamedFace) {
    const photo = await this.source.photo(face.row).catch(() => undefined);
    if (this.face === face && photo !== undefined) this.photo = photo;
  }

  override render() {
    const { face, photo } = this;
    const close = () => {
      this.dialog.close();
    };
    return html`
      <dialog aria-label=${t('Photo of the face')} @keydown=${this.onKey}>
        <header>
          <h2>${forPage(face?.image ?? '')}</h2>
          ${photo === undefined ? nothing : html`<span class="quiet">${plural(photo.faces.length, 'face')}, ${photo.width}×${photo.height}</span>`}
          ${this.source.live ? html`<vscode-button id="open" @click=${this.open}>${t('Open image')}</vscode-button>` : nothing}
          ${this.neighbor === undefined ? nothing : [this.stepButton(-1, t('Previous face'), '←'), this.stepButton(1, t('Next face'), '→')]}
          <vscode-button id="close" appearance="secondary" @click=${close}
            >${t('Close')}</vscode-button
          >
        </header>
        ${this.problem === '' ? nothing : html`<p role="alert">${t('The photo cannot be shown: {0}', forPage(this.problem))}</p>`}
        <div class="body">
          ${face === undefined ? nothing : html`<div class="pictures">${this.picture(face)} ${this.alike()}</div>`}
          ${face === undefined ? nothing : this.details(face)}
        </div>
      </dialog>
    `;
  }

  private picture(face: NamedFace) {
    const { card, photo } = this;
    const jpeg = card && imageUrl(card.jpeg, 'image/jpeg');
    if (photo === undefined)
      return html`<div class="photo">
        ${jpeg === undefined ? nothing : html`<img src=${jpeg} alt=${t('The face')} />`}
      </div>`;
    return html`
      ${this.marked === face.row && jpeg !== undefined ? html`<img class="crop" src=${jpeg} alt=${t('The face as the network sees it')} title=${t('The face as the network sees it')} />` : nothing}
      <div class="photo">
        <img src=${imageUrl(photo.jpeg, 'image/jpeg')} alt=${t('The photo')} />
        <svg
          class="boxes"
          viewBox="0 0 ${photo.width} ${photo.height}"
          preserveAspectRatio="none"
          role="group"
          aria-label=${t('Faces of the photo')}
        >
          ${photo.faces.map(({ row, box, score }, i) => {
            if (box === null) return nothing;
            const mark = () => {
              this.marked = row;
            };
            const onKey = (event: KeyboardEvent) => {
              if (event.key !== 'Enter' && event.key !== ' ') return;
              event.preventDefault(); // Space would scroll
              mark();
            };
            const label = t(
              'Face {0}{1}',
              i + 1,
              score === null ? '' : t(', confidence {0}', decimal(score, 2)),
            );
            return svg`<rect class=${row === this.marked ? 'marked' : ''} tabindex="0" role="button" aria-pressed=${row === this.marked}
              aria-label=${label} x=${box.x} y=${box.y} width=${box.width} height=${box.height} rx="2" @click=${mark} @keydown=${onKey}
              ><title>${label}</title></rect>`;
          })}
        </svg>
      </div>
    `;
  }

  private alike() {
    if (!this.source.live) return nothing;
    return html`<fc-alike-faces .source=${this.source} .row=${this.marked}></fc-alike-faces>`;
  }

  private details(face: NamedFace) {
    const { card } = this;
    const known = this.photo?.faces.find(({ row }) => row === this.marked);
    const shown =
      known ??
      (card && {
        ...{ row: face.row, cluster: null, silhouette: null, box: null, score: null },
        probabilities: card.probabilities,
        present: card.probabilities.map((value, i) => value >= (this.thresholds?.[i] ?? 0.5)),
        marked: [],
      });
    if (shown === undefined) return nothing;
    return html`
      <div
        class="attributes"
        tabindex="0"
        role="region"
        aria-label=${t('Attributes of the marked face')}
      >
        <fc-face-attributes
          .face=${shown}
          .names=${this.names}
          .clustering=${this.clustering}
          ?live=${this.source.live}
        ></fc-face-attributes>
      </div>
    `;
  }

  private readonly onKey = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : undefined;
    if (step !== undefined) this.step(step);
  };

  private step(step: -1 | 1) {
    const other = this.face === undefined ? undefined : this.neighbor?.(this.face, step);
    if (other !== undefined) void this.show(other, this.neighbor);
  }

  private stepButton(step: -1 | 1, label: string, text: string) {
    const go = () => {
      this.step(step);
    };
    return html`<vscode-button
      appearance="secondary"
      aria-label=${label}
      title=${t('{0} (arrow key)', label)}
      @click=${go}
      >${text}</vscode-button
    >`;
  }

  private readonly open = (event: MouseEvent) => {
    this.source.send('open', { row: this.marked, beside: event.ctrlKey || event.metaKey });
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'fc-photo-dialog': PhotoDialog;
  }
}
