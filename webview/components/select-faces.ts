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

  /** The selection after it. */
  appliedTo(selection: ReadonlySet<number>): Set<number> {
    const result = new Set(this.mode === 'replace' ? [] : selection);
    for (const row of this.rows)
      if (this.mode === 'remove') result.delete(row);
      else result.add(row);
    return result;
  }
}
