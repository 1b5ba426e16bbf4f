/** Says how many copies a grid does not show, with a button that shows them. */
import { html, nothing } from 'lit';
import { plural } from '../../src/text/numbers';

/** @param unfolded whether copies are shown. */
export function foldedNote(hidden: number, unfolded: boolean, toggle: () => void) {
  if (unfolded)
    return html`<p class="quiet">
      Copies are shown.
      <button class="link" @click=${toggle}>Show each picture once</button>
    </p>`;
  return hidden <= 0
    ? nothing
    : html`<p class="quiet">
        ${plural(hidden, 'copy', 'copies')} of these pictures ${hidden === 1 ? 'is' : 'are'} not
        shown. <button class="link" @click=${toggle}>Show copies</button>
      </p>`;
}
