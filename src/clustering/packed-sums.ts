/**
 * Sums of the Euclidean distances of vectors of which each column holds 0 or its weight. A squared
 * distance is a sum of entries of a few tables, which the bits of one of the vectors index. The
 * tables are those of several other vectors at once, so that the loops in WebAssembly
 * (packed-sums.wat) add up the distances to all of them.
 */
import { Layout, type WasmInstance, WasmModule } from '../util/wasm';
import { GROUP_BITS, mergeTables, type Table } from './merged-tables';
import { chunkTables, differenceTerms, type PackedVectors } from './packed';
import wasm from './packed-sums.wat';

interface Loops {
  merge32: Merge;
  merge64: Merge;
  sum32: Sum;
  sum64: Sum;
}
type Merge = (...of: [pairs: number, end: number, target: number]) => void;
type Sum = (...of: [at: number, bytes: number, run: number, end: number, target: number]) => void;

const loops = new WasmModule<Loops>(wasm);

/** Bytes of an entry of a table, which has a number for each of several vectors. */
const ENTRY_BYTES = 32;
/** Bytes that describe a run. */
const RUN_BYTES = 16;
/** Most vectors of a run, of which 32-bit floats are summed. */
const MAX_RUN = 32;
/** Vectors up to which distances have 64 bits: for more that takes twice as long. */
const MAX_EXACT_ROWS = 20_000;
const GOLDEN_RATIO = (1 + Math.sqrt(5)) / 2;

/** Vectors sorted by cluster, and within each by how often they occur. */
interface Order {
  rows: Int32Array;
  /** Where runs of vectors of the same cluster and count begin, followed by the number of rows. */
  runs: number[];
  /** The first run of each cluster, followed by the number of runs. */
  firstRuns: number[];
}

/** Addresses in memory. */
interface Places {
  tables: Map<Table, number>;
  /** Addresses of the pairs of entries that make each merged table. */
  pairs: Map<Table, number>;
  /** An entry of zeros. */
  zero: number;
  /** Addresses of each vector's entries, `[rows, entries]`, in the given order. */
  entries: number;
  runs: number;
  sums: number;
}

/**
 * Tables in an instance of the module. Up to `MAX_EXACT_ROWS` vectors are computed with 64-bit
 * floats. Beyond, squared distances and their roots have 32 bits, and so have sums of at most
 * `MAX_RUN` of them: the relative error of a sum of distances is below 3e-6, and hardly ever above
 * 1e-7, as errors of rounding cancel out.
 */
export class PackedSums {
  private readonly instance: WasmInstance<Loops>;
  private readonly places: Places;
  private readonly groups: Table[];
  /** Tables that a squared distance is the sum of. */
  private readonly last: Table[];
  /** Squared distance in each group by the bits that differ, `[groups][2 ** GROUP_BITS]`. */
  private readonly squares: Float64Array[];
  private readonly order: Order;
  /** Vectors whose distances are summed at a time. */
  private readonly lanes: number;
  /** Sums of the vectors from `first` on, `[clusters, lanes]`. */
  private readonly sums: Float64Array;
  private first = -1;

  /**
   * @param packed with chunks of `GROUP_BITS` columns.
   * @param counts how often each vector occurs.
   * @param labels cluster of each vector, from 0.
   * @param bits of the floats.
   */
  constructor(
    private readonly packed: PackedVectors,
    counts: Float64Array,
    labels: Int32Array,
    private readonly clusters: number,
    private readonly bits: 32 | 64 = packed.rows > MAX_EXACT_ROWS ? 32 : 64,
  ) {
    this.lanes = (8 * ENTRY_BYTES) / bits;
    this.sums = new Float64Array(clusters * this.lanes);
    this.squares = chunkTables(differenceTerms(packed, 'euclidean'), packed.chunks, GROUP_BITS);
    ({ groups: this.groups, last: this.last } = mergeTables(packed));
    this.order = orderOf(counts, labels, clusters);
    const layout = new Layout();
    this.places = this.place(layout);
    this.instance = loops.take(layout);
    this.copyIn(counts);
  }

  /** Sets `sums` `[clusters]` to the sum of a row's distances to the vectors of each cluster. */
  from(row: number, sums: Float64Array): void {
    const lane = row % this.lanes;
    if (row - lane !== this.first) this.compute(row - lane);
    for (let cluster = 0; cluster < this.clusters; cluster++)
      sums[cluster] = this.sums[cluster * this.lanes + lane]!;
  }

  /** The memory is used by others afterwards. */
  [Symbol.dispose](): void {
    this.instance.giveBack();
  }

  /** Addresses of a vector's entries, at least two. */
  private get entriesOfVector(): number {
    return Math.max(2, this.last.length);
  }

  private place(layout: Layout): Places {
    const tables = new Map<Table, number>();
    const pairs = new Map<Table, number>();
    const placeTable = (table: Table) => {
      if (table.merged !== undefined) {
        placeTable(table.merged.a);
        placeTable(table.merged.b);
        pairs.set(table, layout.room(table.entries * 8));
      }
      tables.set(table, layout.room(table.entries * ENTRY_BYTES));
    };
    for (const table of this.last) placeTable(table);
    return {
      tables,
      pairs,
      zero: layout.room(ENTRY_BYTES),
      entries: layout.room(this.packed.rows * this.entriesOfVector * 4),
      runs: layout.room(this.order.runs.length * RUN_BYTES),
      sums: layout.room(this.lanes * 8),
    };
  }

  /** Copies what is the same for all vectors. */
  private copyIn(counts: Float64Array): void {
    const { places, last } = this;
    const { rows, runs } = this.order;
    const { memory } = this.instance;
    for (const [{ merged, entries }, at] of places.pairs) {
      const { a, b, pairs } = merged!;
      const [atA, atB] = [places.tables.get(a)!, places.tables.get(b)!];
      const into = new Int32Array(memory, at, 2 * entries);
      for (let i = 0; i < into.length; i += 2) {
        into[i] = atA + pairs[i]! * ENTRY_BYTES;
        into[i + 1] = atB + pairs[i + 1]! * ENTRY_BYTES;
      }
    }
    new Uint8Array(memory, places.zero, ENTRY_BYTES).fill(0);
    const step = this.entriesOfVector;
    const entries = new Int32Array(memory, places.entries, rows.length * step).fill(places.zero);
    for (const [t, table] of last.entries()) {
      const at = places.tables.get(table)!;
      const { entryOf } = table;
      for (let i = 0; i < rows.length; i++)
        entries[i * step + t] = at + entryOf[rows[i]!]! * ENTRY_BYTES;
    }
    const view = new DataView(memory);
    for (let run = 0; run < runs.length - 1; run++) {
      const at = places.runs + run * RUN_BYTES;
      view.setInt32(at, places.entries + runs[run + 1]! * step * 4, true);
      view.setFloat64(at + 8, counts[rows[runs[run]!]!]!, true);
    }
  }

  /** Sums the distances of the vectors from `first` on. */
  private compute(first: number): void {
    const { places, lanes } = this;
    const { runs, firstRuns } = this.order;
    const { functions, memory } = this.instance;
    const [merge, sum] =
      this.bits === 32
        ? [functions.merge32, functions.sum32]
        : [functions.merge64, functions.sum64];
    // Each time with another unit of length, so that equal distances are not always rounded alike:
    // the errors would add up in a mean over all vectors.
    const unit = this.bits === 32 ? 1 + ((first * GOLDEN_RATIO) % 1) : 1;
    this.fillGroups(first, unit);
    for (const [table, pairs] of places.pairs)
      merge(pairs, pairs + 8 * table.entries, places.tables.get(table)!);
    const bytes = this.entriesOfVector * 4;
    const result = new Float64Array(memory, places.sums, lanes);
    for (let cluster = 0; cluster < this.clusters; cluster++) {
      const [run, end] = [firstRuns[cluster]!, firstRuns[cluster + 1]!];
      if (run === end) continue;
      const at = places.entries + runs[run]! * bytes;
      sum(at, bytes, places.runs + run * RUN_BYTES, places.runs + end * RUN_BYTES, places.sums);
      for (let lane = 0; lane < lanes; lane++)
        this.sums[cluster * lanes + lane] = result[lane]! / unit;
    }
    this.first = first;
  }

  private fillGroups(first: number, unit: number): void {
    const { packed, lanes, places, groups } = this;
    const { memory } = this.instance;
    const Floats = this.bits === 32 ? Float32Array : Float64Array;
    for (const [group, squares] of this.squares.entries()) {
      const table = new Floats(memory, places.tables.get(groups[group]!), squares.length * lanes);
      const scaled = squares.map((square) => square * unit * unit);
      for (let lane = 0; lane < lanes; lane++) {
        const own = packed.bits[group]![Math.min(first + lane, packed.rows - 1)]!;
        for (let value = 0; value < scaled.length; value++)
          table[value * lanes + lane] = scaled[value ^ own]!;
      }
    }
  }
}

function orderOf(counts: Float64Array, labels: Int32Array, clusters: number): Order {
  const rows = sortedBy(sortedBy(labels.map((_, row) => row), counts), labels); // prettier-ignore
  const runs: number[] = [];
  const firstRuns: number[] = [];
  let last = { label: -1, count: 0, start: 0 };
  for (let at = 0; at < rows.length; at++) {
    const label = labels[rows[at]!]!;
    const count = counts[rows[at]!]!;
    if (label === last.label && count === last.count && at < last.start + MAX_RUN) continue;
    while (firstRuns.length <= label) firstRuns.push(runs.length);
    runs.push(at);
    last = { label, count, start: at };
  }
  while (firstRuns.length <= clusters) firstRuns.push(runs.length);
  return { rows, runs: [...runs, rows.length], firstRuns };
}

/** Sorts rows by their keys, whole numbers from 0 on; those of equal keys keep their order. */
function sortedBy(rows: Int32Array, keys: Int32Array | Float64Array): Int32Array {
  let largest = 0;
  for (const key of keys) largest = Math.max(largest, key);
  const next = new Int32Array(largest + 2);
  for (const key of keys) next[key + 1]! += 1;
  for (let key = 0; key <= largest; key++) next[key + 1]! += next[key]!;
  const sorted = new Int32Array(rows.length);
  for (const row of rows) sorted[next[keys[row]!]!++] = row;
  return sorted;
}
