/** A face that shows its photo. */
import { html } from 'lit';
import type { FaceCard } from '../../src/domain/faces';
import { forPage } from '../../src/text/neutralize';
import { imageUrl, type Source } from '../source';

/** Requests the photo of a face; bubbles up to the panel. */
export class ShowFace extends Event {
  static readonly type = 'fc-show-face';
  constructor(readonly face: FaceCard) {
    super(ShowFace.type, { bubbles: true, composed: true });
  }
}

/** @param tabindex -1 in a grid that moves the focus itself. */
export function faceButton(face: FaceCard, source: Source, tabindex = 0) {
  const open = (event: MouseEvent) => {
    if (event.ctrlKey || event.metaKey) source.send('open', { row: face.row, beside: true });
    else event.currentTarget?.dispatchEvent(new ShowFace(face));
  };
  const name = forPage(face.image);
  return html`
    <button
      class="face"
      tabindex=${tabindex}
      title=${name}
      aria-label="${name}: show the photo"
      @click=${open}
    >
      <img src=${imageUrl(face.jpeg, 'image/jpeg')} alt="" draggable="false" />
    </button>
  `;
}
