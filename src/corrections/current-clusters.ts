/** The clusters while corrections are replayed: their faces, and what was said of them. */
import type { ClusterNotes } from '../domain/corrections';

export class CurrentClusters {
  private readonly sizes = new Map<number, number>();
  private readonly notesOf = new Map<number, ClusterNotes>();
  private nextId: number;

  /** @param labels cluster id of each face, which moves change. */
  constructor(readonly labels: Int32Array) {
    this.nextId = 0;
    for (const label of labels) {
      this.sizes.set(label, this.sizeOf(label) + 1);
      if (label >= this.nextId) this.nextId = label + 1;
    }
  }

  sizeOf(id: number): number {
    return this.sizes.get(id) ?? 0;
  }

  notes(id: number): ClusterNotes {
    let notes = this.notesOf.get(id);
    if (notes === undefined) this.notesOf.set(id, (notes = {}));
    return notes;
  }

  /** Removes what was said of a cluster. */
  forget(id: number): void {
    this.notesOf.delete(id);
  }

  /** Ids and notes of all clusters of which something was said, also of those without faces now. */
  get noted(): ReadonlyMap<number, ClusterNotes> {
    return this.notesOf;
  }

  /** An id that no cluster has had. */
  newId(): number {
    return this.nextId++;
  }

  move(rows: Iterable<number>, to: number): void {
    for (const row of rows) {
      const from = this.labels[row]!;
      this.sizes.set(from, this.sizeOf(from) - 1);
      this.sizes.set(to, this.sizeOf(to) + 1);
      this.labels[row] = to;
    }
  }

  /** How many of the faces each cluster has. */
  overlaps(rows: Iterable<number>): Map<number, number> {
    const counts = new Map<number, number>();
    for (const row of rows) {
      const id = this.labels[row]!;
      counts.set(id, (counts.get(id) ?? 0) + 1);
    }
    return counts;
  }

  /**
   * The cluster that a group of faces has become: the one with the largest share of common faces
   * among all faces of both (the Jaccard index), if it has the majority of the group, or the group
   * has the majority of its faces.
   */
  match(rows: readonly number[]): { id: number; similarity: number } | undefined {
    let best: { id: number; similarity: number } | undefined;
    for (const [id, common] of this.overlaps(rows)) {
      const size = this.sizeOf(id);
      if (2 * common <= rows.length && 2 * common <= size) continue;
      const similarity = common / (rows.length + size - common);
      const isBetter =
        best === undefined ||
        similarity > best.similarity ||
        (similarity === best.similarity && id < best.id);
      if (isBetter) best = { id, similarity };
    }
    return best;
  }

  /** Clusters of which a group has the majority of the faces. */
  within(rows: Iterable<number>): number[] {
    const mostly: number[] = [];
    for (const [id, common] of this.overlaps(rows))
      if (2 * common > this.sizeOf(id)) mostly.push(id);
    return mostly.sort((a, b) => a - b);
  }

  /** Rows of a cluster. Time O(faces). */
  rowsOf(id: number): number[] {
    const rows: number[] = [];
    for (let row = 0; row < this.labels.length; row++) if (this.labels[row] === id) rows.push(row);
    return rows;
  }
}
