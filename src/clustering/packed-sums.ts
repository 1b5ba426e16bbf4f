/**
 * Sums of the Euclidean distances of vectors of which each column holds 0 or its weight. A squared
 * distance is a sum of entries of a few tables, which the bits of one of the vectors index. A table
 * is that of several vectors at once, so that the loops in WebAssembly (packed-sums.wat) add up the
 * distances of all of them.
 */
import { type WasmInstance, Layout, WasmModule } from '../util/wasm';
import { chunkTables, differenceTerms, type PackedVectors } from './packed';
import wasm from './packed-sums.wat';
import { type Chunk, chunksOf, GROUP_BITS } from './value-tables';

interface Loops {
  extend32: Extend;
  extend64: Extend;
  sum32: Sum;
  sum64: Sum;
}
type Extend = (...of: [at: number, end: number, target: number]) => void;
type Sum = (
  ...of: [at: number, end: number, bytes: number, weights: number, target: number]
) => void;

const loops = new WasmModule<Loops>(wasm);

/** Bytes of an entry of a table, which has a number for each of the vectors. */
const ENTRY_BYTES = 32;
/** Vectors up to which distances have 64 bits: beyond, that takes more than a second. */
const MAX_EXACT_ROWS = 20_000;
const GOLDEN_RATIO = (1 + Math.sqrt(5)) / 2;

/** Vectors sorted by cluster: those of cluster c are from `starts[c]` to before `starts[c + 1]`. */
export interface Order {
  rows: Int32Array;
  starts: Int32Array;
}

/** Addresses in memory. */
interface Places {
  /** Tables of groups. */
  groups: number[];
  /** Tables of several groups, each after the one that it extends. */
  tables: { at: number; pairs: number; length: number }[];
  /** Addresses of each vector's entries, `[rows, chunks]`, in the order of the clusters. */
  entries: number;
  /** How often each vector occurs, `[rows]`, in the same order. */
  counts: number;
  sums: number;
}

/**
 * An instance of the module with the tables, to be closed. Up to `MAX_EXACT_ROWS` vectors are
 * computed with floats of 64 bits. Beyond, squares and their roots have 32 bits, and so have sums
 * of sixteen of them: the relative error of a sum of distances is below 1e-6, and below 1e-7 where
 * errors of rounding cancel out, as they mostly do.
 */
export class PackedSums {
  private readonly instance: WasmInstance<Loops>;
  private readonly places: Places;
  private readonly chunks: Chunk[];
  /** Squared distance in a group by the bits that differ, `[groups][2 ** GROUP_BITS]`. */
  private readonly squares: Float64Array[];
  /** Vectors whose distances are summed at a time. */
  private readonly lanes: number;
  /** The first of the vectors that `sums` `[clusters, lanes]` is of. */
  private first = -1;
  private readonly sums: Float64Array;

  /**
   * @param packed with chunks of `GROUP_BITS` columns.
   * @param counts how often each vector occurs.
   * @param bits of the floats.
   */
  constructor(
    private readonly packed: PackedVectors,
    counts: Float64Array,
    private readonly order: Order,
    private readonly bits: 32 | 64 = packed.rows > MAX_EXACT_ROWS ? 32 : 64,
  ) {
    this.lanes = (8 * ENTRY_BYTES) / bits;
    this.sums = new Float64Array((order.starts.length - 1) * this.lanes);
    this.squares = chunkTables(differenceTerms(packed, 'euclidean'), packed.chunks, GROUP_BITS);
    this.chunks = chunksOf(packed);
    const layout = new Layout();
    this.places = this.place(layout);
    this.instance = loops.take(layout);
    this.copyIn(counts);
  }

  /** Sets `sums` `[clusters]` to the sum of a row's distances to the vectors of each cluster. */
  from(row: number, sums: Float64Array): void {
    const lane = row % this.lanes;
    if (row - lane !== this.first) this.compute(row - lane);
    for (let cluster = 0; cluster < sums.length; cluster++)
      sums[cluster] = this.sums[cluster * this.lanes + lane]!;
  }

  close(): void {
    this.instance.giveBack();
  }

  private place(layout: Layout): Places {
    const { rows } = this.packed;
    return {
      groups: this.squares.map(({ length }) => layout.room(length * ENTRY_BYTES)),
      tables: this.chunks.flatMap(({ levels }) =>
        levels.map(({ before: { length } }) => ({
          at: layout.room(length * ENTRY_BYTES),
          pairs: layout.room(length * 8),
          length,
        })),
      ),
      entries: layout.room(rows * this.chunks.length * 4),
      counts: layout.room((rows * this.bits) / 8),
      sums: layout.room(this.lanes * 8),
    };
  }

  /** Copies what is the same for all vectors. */
  private copyIn(counts: Float64Array): void {
    const { chunks, places } = this;
    const { memory } = this.instance;
    const { rows } = this.order;
    const entries = new Int32Array(memory, places.entries, rows.length * chunks.length);
    let next = 0;
    for (const [c, { first, levels, entryOf }] of chunks.entries()) {
      let at = places.groups[first]!;
      for (const { group, before, values } of levels) {
        const table = places.tables[next++]!;
        const pairs = new Int32Array(memory, table.pairs, 2 * table.length);
        for (let i = 0; i < table.length; i++) {
          pairs[2 * i] = at + before[i]! * ENTRY_BYTES;
          pairs[2 * i + 1] = places.groups[group]! + values[i]! * ENTRY_BYTES;
        }
        at = table.at;
      }
      for (let i = 0; i < rows.length; i++)
        entries[i * chunks.length + c] = at + entryOf[rows[i]!]! * ENTRY_BYTES;
    }
    const sorted = this.floats(places.counts, rows.length);
    for (let i = 0; i < rows.length; i++) sorted[i] = counts[rows[i]!]!;
  }

  private floats(at: number, length: number): Float32Array | Float64Array {
    const { memory } = this.instance;
    return this.bits === 32
      ? new Float32Array(memory, at, length)
      : new Float64Array(memory, at, length);
  }

  /** Sums the distances of the vectors from `first` on. */
  private compute(first: number): void {
    const { places, lanes, chunks, order } = this;
    const { functions, memory } = this.instance;
    const [extend, sum] =
      this.bits === 32
        ? [functions.extend32, functions.sum32]
        : [functions.extend64, functions.sum64];
    // Each time with another unit of length, so that equal distances are not always rounded alike:
    // the errors would add up in a mean over all vectors.
    const unit = this.bits === 32 ? 1 + ((first * GOLDEN_RATIO) % 1) : 1;
    this.fillGroups(first, unit);
    for (const { at, pairs, length } of places.tables) extend(pairs, pairs + 8 * length, at);
    const bytes = 4 * chunks.length;
    const result = new Float64Array(memory, places.sums, lanes);
    for (let cluster = 0; cluster < order.starts.length - 1; cluster++) {
      const [start, end] = [order.starts[cluster]!, order.starts[cluster + 1]!];
      if (start === end) continue;
      const counts = places.counts + (start * this.bits) / 8;
      sum(places.entries + start * bytes, places.entries + end * bytes, bytes, counts, places.sums);
      for (let lane = 0; lane < lanes; lane++)
        this.sums[cluster * lanes + lane] = result[lane]! / unit;
    }
    this.first = first;
  }

  private fillGroups(first: number, unit: number): void {
    const { packed, lanes, places } = this;
    for (const [group, squares] of this.squares.entries()) {
      const table = this.floats(places.groups[group]!, squares.length * lanes);
      const scaled = squares.map((square) => square * unit * unit);
      for (let lane = 0; lane < lanes; lane++) {
        const own = packed.bits[group]![Math.min(first + lane, packed.rows - 1)]!;
        for (let value = 0; value < scaled.length; value++)
          table[value * lanes + lane] = scaled[value ^ own]!;
      }
    }
  }
}
