/** A face that opens its image. */
import { html } from 'lit';
import type { FaceCard } from '../../src/protocol';
import { imageUrl, type Source } from '../source';

/** @param tabindex -1 where a grid moves the focus itself. */
export function faceButton(face: FaceCard, source: Source, tabindex = 0) {
  const open = (event: MouseEvent) => {
    source.send({ kind: 'open', row: face.row, beside: event.ctrlKey || event.metaKey });
  };
  return html`
    <button class="face" tabindex=${tabindex} title=${face.image} aria-label="${face.image}: open the image" @click=${open}>
      <img src=${imageUrl(face.jpeg, 'image/jpeg')} alt="" draggable="false" />
    </button>
  `;
}
