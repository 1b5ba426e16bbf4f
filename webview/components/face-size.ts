/** A slider for the size of the faces in a grid. */
import { css, html } from 'lit';
import { t } from '../../src/text/translate';
import type { Source } from '../source';

export const faceSizeStyles = css`
  .size {
    display: inline-flex;
    align-items: center;
    gap: 6px;
    margin-inline-end: 8px;
  }
  .size input {
    width: 110px;
    accent-color: var(--vscode-focusBorder);
  }
`;

const LEAST = 60;
const MOST = 220;
const STEP = 10;
const DEFAULT = 100;

/** Width of the faces in pixels, as it was kept; of anything else, the default. */
export const keptFaceWidth = (source: Source): number => {
  const width = source.faceWidth();
  return width !== undefined && width >= LEAST && width <= MOST ? width : DEFAULT;
};

/** @param change takes the width while the slider moves. */
export function faceSize(width: number, source: Source, change: (width: number) => void) {
  const onInput = (event: Event) => {
    const chosen = Number((event.target as HTMLInputElement).value);
    change(chosen);
    source.keepFaceWidth(chosen);
  };
  return html`<label class="size" title=${t('Size of the faces')}
    ><span>${t('Size')}</span>
    <input
      id="faceSize"
      type="range"
      min=${LEAST}
      max=${MOST}
      step=${STEP}
      aria-label=${t('Size of the faces')}
      aria-valuetext=${t('{0} pixels', width)}
      .value=${String(width)}
      @input=${onInput}
  /></label>`;
}
