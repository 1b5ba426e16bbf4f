/**
 * Distances to cluster centers of vectors of which each column holds 0 or its weight: sums of table
 * entries, one for each byte of a vector's bits. |x − c|² = |c|² + Σ (w² − 2 w c), summed over the
 * columns whose bit is set in x. An entry has numbers for several centers, which the loops in
 * WebAssembly (packed-centers.wat) add up two at a time.
 */
import { Layout, type WasmInstance, WasmModule } from '../util/wasm';
import type { Movement, NearestCenters, Trial } from './nearest-center';
import type { PackedVectors } from './packed';
import wasm from './packed-centers.wat';

interface Loops {
  fill: (...of: [table: number, terms: number, values: number, stride: number]) => void;
  assign: (
    ...of: [
      ...vectors: VectorsAt,
      tables: number,
      norms: number,
      stride: number,
      labels: number,
      upper: number,
      lower: number,
      moves: number,
      gaps: number,
      farthest: number,
      next: number,
      changed: number,
    ]
  ) => number;
  lower: (
    ...of: [
      ...vectors: VectorsAt,
      tables: number,
      norms: number,
      distances: number,
      counts: number,
      lowered: number,
      sums: number,
    ]
  ) => void;
}
type VectorsAt = [rows: number, bits: number, chunks: number];

const loops = new WasmModule<Loops>(wasm);

/** Bits that index a table: those of a byte. */
export const TABLE_BITS = 8;
/** The loop that assigns vectors takes this many centers at a time. */
const ASSIGNED_LANES = 8;
/** The loop that tries centers takes this many at a time. */
const TRIED_LANES = 4;

/** Addresses of tables, and of what they are made from. */
interface TablesAt {
  lanes: number;
  tables: number;
  terms: number;
  norms: number;
}

type Places = ReturnType<typeof place>;

/** Assigns addresses, which are listed in the order of memory. */
function place(layout: Layout, { rows, chunks }: PackedVectors, clusters: number, tries: number) {
  const tables = (lanes: number): TablesAt => ({
    lanes,
    tables: layout.room((chunks * lanes * 8) << TABLE_BITS),
    terms: layout.room(chunks * TABLE_BITS * lanes * 8),
    norms: layout.room(lanes * 8),
  });
  return {
    assigned: tables(roundUp(clusters, ASSIGNED_LANES)),
    moves: layout.room(clusters * 8),
    gaps: layout.room(clusters * 8),
    tried: tables(TRIED_LANES),
    sums: layout.room(TRIED_LANES * 8),
    bits: layout.room(rows * chunks),
    counts: layout.room(rows * 8),
    labels: layout.room(rows * 4),
    upper: layout.room(rows * 8),
    lower: layout.room(rows * 8),
    changed: layout.room(rows * 8),
    distances: layout.room(rows * 8),
    lowered: layout.room(rows * roundUp(tries, TRIED_LANES) * 8),
  };
}

const roundUp = (value: number, multiple: number) => Math.ceil(value / multiple) * multiple;

export class PackedCenters implements NearestCenters {
  readonly labels: Int32Array;
  readonly upper: Float64Array;
  readonly lower: Float64Array;
  private readonly instance: WasmInstance<Loops>;
  private readonly places: Places;
  private readonly vectorsAt: VectorsAt;

  /**
   * @param packed with chunks of `TABLE_BITS` columns.
   * @param counts how often each vector occurs.
   * @param tries most centers that are tried at a time.
   */
  constructor(
    private readonly packed: PackedVectors,
    counts: Float64Array,
    private readonly clusters: number,
    tries: number,
  ) {
    const { rows, chunks, bits } = packed;
    const layout = new Layout();
    const places = place(layout, packed, clusters, tries);
    this.places = places;
    this.instance = loops.take(layout);
    const { memory } = this.instance;
    this.labels = new Int32Array(memory, places.labels, rows);
    this.upper = this.floats(places.upper, rows);
    this.lower = this.floats(places.lower, rows);
    this.vectorsAt = [rows, places.bits, chunks];
    const bytes = new Uint8Array(memory, places.bits, rows * chunks);
    for (const [chunk, values] of bits.entries()) {
      for (let row = 0; row < rows; row++) bytes[row * chunks + chunk] = values[row]!;
    }
    this.floats(places.counts, rows).set(counts);
  }

  assign(centers: Float64Array, { moves, farthest, halfGaps }: Movement): Int32Array {
    const { places, clusters } = this;
    const { functions, memory } = this.instance;
    this.fillTables(places.assigned, centers);
    this.floats(places.moves, clusters).set(moves);
    this.floats(places.gaps, clusters).set(halfGaps);
    const changed = functions.assign(
      ...this.vectorsAt,
      places.assigned.tables,
      places.assigned.norms,
      places.assigned.lanes * 8,
      places.labels,
      places.upper,
      places.lower,
      places.moves,
      places.gaps,
      farthest.distance,
      farthest.next,
      places.changed,
    );
    return new Int32Array(memory, places.changed, 2 * changed);
  }

  tryCenters(distances: Float64Array, centers: Float64Array): Trial {
    const { places } = this;
    const { rows, columns } = this.packed;
    this.floats(places.distances, rows).set(distances);
    const inertias = new Float64Array(centers.length / columns);
    const sums = this.floats(places.sums, TRIED_LANES);
    /** Address of the distances to the centers from one on that the loop tries at a time. */
    const loweredAt = (first: number) => places.lowered + first * rows * 8;
    for (let first = 0; first < inertias.length; first += TRIED_LANES) {
      const some = centers.subarray(first * columns, (first + TRIED_LANES) * columns);
      this.fillTables(places.tried, some);
      this.instance.functions.lower(
        ...this.vectorsAt,
        places.tried.tables,
        places.tried.norms,
        places.distances,
        places.counts,
        loweredAt(first),
        places.sums,
      );
      inertias.set(sums.subarray(0, some.length / columns), first);
    }
    const add = (center: number, into: Float64Array) => {
      const lane = center % TRIED_LANES;
      const lowered = this.floats(loweredAt(center - lane), rows * TRIED_LANES);
      for (let row = 0; row < rows; row++) into[row] = lowered[row * TRIED_LANES + lane]!;
    };
    return { inertias, add };
  }

  /** The memory is used by others afterwards. */
  [Symbol.dispose](): void {
    this.instance.giveBack();
  }

  private floats(at: number, length: number): Float64Array {
    return new Float64Array(this.instance.memory, at, length);
  }

  /** @param centers `[number, columns]`; the lanes that they leave are infinitely far. */
  private fillTables({ lanes, tables, terms, norms }: TablesAt, centers: Float64Array): void {
    const { columns, chunks, weights } = this.packed;
    const number = centers.length / columns;
    const norm = this.floats(norms, lanes).fill(Infinity).fill(0, 0, number);
    const term = this.floats(terms, columns * lanes).fill(0);
    for (let center = 0; center < number; center++) {
      for (let c = 0; c < columns; c++) {
        const value = centers[center * columns + c]!;
        norm[center]! += value ** 2;
        term[c * lanes + center] = weights[c]! * (weights[c]! - 2 * value);
      }
    }
    const stride = lanes * 8;
    for (let chunk = 0; chunk < chunks; chunk++) {
      const table = tables + ((chunk * stride) << TABLE_BITS);
      const first = chunk * TABLE_BITS;
      this.floats(table, lanes).fill(0);
      const bits = Math.min(TABLE_BITS, columns - first);
      this.instance.functions.fill(table, terms + first * stride, 1 << bits, stride);
    }
  }
}
