/** A face that shows its photo, and can be selected and dragged. */
import { html, nothing } from 'lit';
import { classMap } from 'lit/directives/class-map.js';
import type { FaceCard, NamedFace } from '../../src/domain/faces';
import { forPage } from '../../src/text/neutralize';
import { plural } from '../../src/text/numbers';
import { t } from '../../src/text/translate';
import { imageUrl, type Source } from '../source';
import { DRAGGED_FACES } from './cluster-events';
import { SelectFaces } from './select-faces';

/** Requests the photo of a face; bubbles up to the panel. */
export class ShowFace extends Event {
  static readonly type = 'fc-show-face';
  /** @param neighbor the face before (−1) or after (1) another; undefined where there is none. */
  constructor(
    readonly face: NamedFace | FaceCard,
    readonly neighbor?: Neighbor,
  ) {
    super(ShowFace.type, { bubbles: true, composed: true });
  }
}

export type Neighbor = (face: NamedFace, step: -1 | 1) => NamedFace | FaceCard | undefined;

/** Steps through some faces. */
export const neighborIn =
  (faces: readonly NamedFace[]): Neighbor =>
  (face, step) => {
    const at = faces.findIndex(({ row }) => row === face.row);
    return at < 0 ? undefined : faces[at + step];
  };

interface FaceOptions {
  /** -1 in a grid that moves the focus itself. */
  tabindex?: number;
  /** Whether it can be dragged to a cluster. */
  draggable?: boolean;
  /** The selected faces, where faces can be selected. */
  selection?: ReadonlySet<number> | undefined;
  neighbor?: Neighbor;
  /** A short text on the picture. */
  caption?: string | undefined;
}

const copiesText = (copies: number) => t('with {0}', plural(copies, 'copy', 'copies'));

/** @param face without a picture where the style of the button gives it one. */
export function faceButton(
  face: NamedFace | FaceCard,
  source: Source,
  { tabindex = 0, draggable = false, selection, neighbor, caption }: FaceOptions = {},
) {
  const { row } = face;
  const isSelected = selection?.has(row) === true;
  const toggle = (target: EventTarget | null) => {
    target?.dispatchEvent(new SelectFaces([row], isSelected ? 'remove' : 'add'));
  };
  const click = (event: MouseEvent) => {
    if (event.ctrlKey || event.metaKey) source.send('open', { row, beside: true });
    else event.currentTarget?.dispatchEvent(new ShowFace(face, neighbor));
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key !== ' ' || selection === undefined) return;
    event.preventDefault();
    toggle(event.currentTarget);
  };
  const drag = (event: DragEvent) => {
    const rows = isSelected ? [...selection] : [row];
    event.dataTransfer?.setData(DRAGGED_FACES, JSON.stringify(rows));
  };
  const name = forPage(face.image);
  const state = selection === undefined ? '' : isSelected ? t(', selected') : t(', not selected');
  return html`
    <button
      class=${classMap({ face: true, selected: isSelected })}
      tabindex=${tabindex}
      title=${name}
      aria-label=${t('{0}: show the photo{1}{2}{3}', name, caption === undefined ? '' : `, ${caption}`, face.copies === undefined ? '' : `, ${copiesText(face.copies)}`, state)}
      draggable=${draggable ? 'true' : 'false'}
      @click=${click}
      @keydown=${onKey}
      @dragstart=${drag}
    >
      ${'jpeg' in face ? html`<img src=${imageUrl(face.jpeg, 'image/jpeg')} alt="" draggable="false" />` : nothing}
      ${face.copies === undefined ? nothing : html`<span class="copies" title=${copiesText(face.copies)}>×${face.copies + 1}</span>`}
      ${caption === undefined ? nothing : html`<span class="caption">${caption}</span>`}
    </button>
    ${
      selection === undefined
        ? nothing
        : html`<input
            type="checkbox"
            class="pick"
            tabindex="-1"
            aria-label=${t('Select {0}', name)}
            .checked=${isSelected}
            @change=${(event: Event) => {
              toggle(event.currentTarget);
            }}
          />`
    }
  `;
}
