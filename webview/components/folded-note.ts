/** Says how many copies a grid does not show, with a button that shows them. */
import { html, nothing } from 'lit';
import { count } from '../../src/text/numbers';
import { t } from '../../src/text/translate';

/** @param unfolded whether copies are shown. */
export function foldedNote(hidden: number, unfolded: boolean, toggle: () => void) {
  if (unfolded)
    return html`<p class="quiet">
      ${t('Copies are shown.')}
      <button class="link" @click=${toggle}>${t('Show each picture once')}</button>
    </p>`;
  return hidden <= 0
    ? nothing
    : html`<p class="quiet">
        ${hidden === 1 ? t('1 copy of these pictures is not shown.') : t('{0} copies of these pictures are not shown.', count(hidden))}
        <button class="link" @click=${toggle}>${t('Show copies')}</button>
      </p>`;
}
