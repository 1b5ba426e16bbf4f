/** The nearest vectors of an index, nearly always all of them. */
import { type Cells, squaredDistance } from './cells';

/** Neighbors of some vectors, the nearest first. */
export interface Neighbors {
  /** Number for each vector. */
  each: number;
  /** Places in the index, `[vectors, each]`. */
  places: Int32Array;
  /** Euclidean distances, `[vectors, each]`. */
  distances: Float32Array;
}

/**
 * @param queries `[vectors, columns]`.
 * @param each at most as many as the index has vectors.
 * @param cells that are searched for each vector, and more where these hold too few.
 * @param isInside whether the queries are the vectors of the index from place `first`, which are
 * not their own neighbors.
 */
export function nearestOf(
  index: Cells,
  queries: Float32Array,
  { each, cells, first }: { each: number; cells: number; first?: number | undefined },
): Neighbors {
  const { columns } = index;
  const count = queries.length / columns;
  const search = new Search(index, each, cells);
  const places = new Int32Array(count * each);
  const distances = new Float32Array(count * each);
  for (let i = 0; i < count; i++) {
    search.run(queries, i * columns, first === undefined ? -1 : first + i);
    for (let n = 0; n < each; n++) {
      places[i * each + n] = search.places[n]!;
      distances[i * each + n] = Math.sqrt(search.squares[n]!);
    }
  }
  return { each, places, distances };
}

class Search {
  readonly places: Int32Array;
  readonly squares: Float64Array;
  private found = 0;
  private readonly toCenters: Float64Array;

  constructor(
    private readonly index: Cells,
    private readonly each: number,
    private readonly cells: number,
  ) {
    this.places = new Int32Array(each);
    this.squares = new Float64Array(each);
    this.toCenters = new Float64Array(index.starts.length - 1);
  }

  /** @param itself place of the vector that is left out; −1 for none. */
  run(queries: Float32Array, at: number, itself: number): void {
    const { centers, columns, starts } = this.index;
    this.found = 0;
    for (let cell = 0; cell < this.toCenters.length; cell++)
      this.toCenters[cell] = squaredDistance(
        queries,
        at,
        centers,
        cell * columns,
        columns,
        Infinity,
      );
    for (let searched = 0; searched < this.cells || this.found < this.each; searched++) {
      const cell = this.nextCell();
      if (cell < 0) break;
      this.toCenters[cell] = Infinity;
      this.searchCell(queries, at, starts[cell]!, starts[cell + 1]!, itself);
    }
  }

  /** The nearest cell that was not searched; −1 where all were. */
  private nextCell(): number {
    let best = -1;
    let least = Infinity;
    for (let cell = 0; cell < this.toCenters.length; cell++)
      if (this.toCenters[cell]! < least) [best, least] = [cell, this.toCenters[cell]!];
    return best;
  }

  private searchCell(
    queries: Float32Array,
    at: number,
    start: number,
    end: number,
    itself: number,
  ): void {
    const { data, columns } = this.index;
    for (let place = start; place < end; place++) {
      if (place === itself) continue;
      const worst = this.found < this.each ? Infinity : this.squares[this.each - 1]!;
      const square = squaredDistance(queries, at, data, place * columns, columns, worst);
      if (square < worst) this.insert(place, square);
    }
  }

  private insert(place: number, square: number): void {
    let position = this.found < this.each ? this.found++ : this.each - 1;
    for (; position > 0 && this.squares[position - 1]! > square; position--) {
      this.squares[position] = this.squares[position - 1]!;
      this.places[position] = this.places[position - 1]!;
    }
    this.squares[position] = square;
    this.places[position] = place;
  }
}
