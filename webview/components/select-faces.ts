/** A selection of faces, shared by the cards, the grids and the map. */

/** Asks the panel to change the selection; bubbles up to it. */
export class SelectFaces extends Event {
  static readonly type = 'fc-select-faces';
  /**
   * @param rows of the faces.
   * @param mode whether they replace the selection, join it, or leave it.
   */
  constructor(
    readonly rows: readonly number[],
    readonly mode: 'replace' | 'add' | 'remove',
  ) {
    super(SelectFaces.type, { bubbles: true, composed: true });
  }
}
