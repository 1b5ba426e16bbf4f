/** The photo of a face with the boxes of all its faces, and the probabilities of the attributes. */
import { html, LitElement, nothing, svg } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { readableAttribute } from '../../src/domain/attributes';
import type { FaceCard, PhotoView } from '../../src/domain/faces';
import { forPage } from '../../src/text/neutralize';
import { clusterTitle, percent, plural, silhouetteText } from '../../src/text/numbers';
import { imageUrl, type Source } from '../source';
import { styles } from './photo-dialog.css';
import { shared } from './shared.css';

@customElement('fc-photo-dialog')
export class PhotoDialog extends LitElement {
  static override styles = [shared, styles];

  @property({ attribute: false }) source!: Source;
  /** Names of the attributes, in the order of the probabilities. */
  @property({ attribute: false }) names: string[] = [];

  @state() private face: FaceCard | undefined;
  @state() private photo: PhotoView | undefined;
  @state() private problem = '';
  /** Row of the face that is marked. */
  @state() private marked = -1;
  @query('dialog') private dialog!: HTMLDialogElement;

  async show(face: FaceCard): Promise<void> {
    this.face = face;
    this.photo = undefined;
    this.problem = '';
    this.marked = face.row;
    await this.updateComplete;
    if (!this.dialog.open) this.dialog.showModal();
    try {
      const photo = await this.source.photo(face.row);
      if (this.face === face) this.photo = photo;
    } catch (error) {
      if (this.face === face) this.problem = error instanceof Error ? error.message : String(error);
    }
  }

  override render() {
    const { face, photo } = this;
    const close = () => {
      this.dialog.close();
    };
    // The panel behind the dialog must not react to the keys.
    const keep = (event: KeyboardEvent) => {
      event.stopPropagation();
    };
    return html`
      <dialog aria-label="Photo of the face" @keydown=${keep}>
        <header>
          <h2>${forPage(face?.image ?? '')}</h2>
          ${photo === undefined ? nothing : html`<span class="quiet">${plural(photo.faces.length, 'face')}, ${photo.width}×${photo.height}</span>`}
          ${this.source.live ? html`<vscode-button id="open" @click=${this.open}>Open image</vscode-button>` : nothing}
          <vscode-button id="close" appearance="secondary" @click=${close}>Close</vscode-button>
        </header>
        ${this.problem === '' ? nothing : html`<p role="alert">The photo cannot be shown: ${forPage(this.problem)}</p>`}
        <div class="body">
          ${face === undefined ? nothing : [this.picture(face), this.table(face)]}
        </div>
      </dialog>
    `;
  }

  private picture(face: FaceCard) {
    const { photo } = this;
    if (photo === undefined)
      return html`<div class="photo">
        <img src=${imageUrl(face.jpeg, 'image/jpeg')} alt="The face" />
      </div>`;
    return html`
      <div class="photo">
        <img src=${imageUrl(photo.jpeg, 'image/jpeg')} alt="The photo" />
        <svg
          class="boxes"
          viewBox="0 0 ${photo.width} ${photo.height}"
          preserveAspectRatio="none"
          role="group"
          aria-label="Faces of the photo"
        >
          ${photo.faces.map(({ row, box, score }, i) => {
            if (box === null) return nothing;
            const mark = () => {
              this.marked = row;
            };
            const onKey = (event: KeyboardEvent) => {
              if (event.key === 'Enter' || event.key === ' ') mark();
            };
            const label = `Face ${i + 1}${score === null ? '' : `, confidence ${score.toFixed(2)}`}`;
            return svg`<rect class=${row === this.marked ? 'marked' : ''} tabindex="0" role="button" aria-pressed=${row === this.marked}
              aria-label=${label} x=${box.x} y=${box.y} width=${box.width} height=${box.height} rx="2" @click=${mark} @keydown=${onKey}
              ><title>${label}</title></rect>`;
          })}
        </svg>
      </div>
    `;
  }

  private table(face: FaceCard) {
    const shown = this.photo?.faces.find(({ row }) => row === this.marked);
    const probabilities = shown?.probabilities ?? face.probabilities;
    const rows = this.names
      .map((name, i) => ({ name, value: probabilities[i] ?? 0 }))
      .sort((a, b) => b.value - a.value);
    return html`
      <div class="attributes" tabindex="0" aria-label="Attributes of the marked face">
        ${shown?.cluster == null ? nothing : html`<p class="quiet">${clusterTitle(shown.cluster)}, silhouette ${silhouetteText(shown.silhouette)}</p>`}
        <table>
          ${rows.map(
            ({ name, value }) =>
              html`<tr class=${value >= 0.5 ? 'has' : 'quiet'}>
                <th scope="row">${readableAttribute(name)}</th>
                <td class="number">${percent(value)}</td>
              </tr>`,
          )}
        </table>
      </div>
    `;
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
