/**
 * Distances from a vector to all rows of a matrix. The loops in WebAssembly (dense-distances.wat)
 * take eight rows at a time; the distances are those of metric.ts to the last bit.
 */
import type { Metric } from '../domain/method-options';
import { Layout, type WasmInstance, WasmModule } from '../util/wasm';
import type { Matrix } from './distinct';
import wasm from './dense-distances.wat';
import { cosineDistance } from './metric';

type Loop = (
  ...of: [vector: number, columns: number, rows: number, to: number, end: number]
) => void;
type Loops = Record<'squares' | 'manhattan' | 'products' | 'differing', Loop> & {
  roots: (to: number, end: number) => void;
};

const loops = new WasmModule<Loops>(wasm);

/** Rows that are compared at a time. */
const LANES = 8;
const BYTES = Float64Array.BYTES_PER_ELEMENT;

/** The metric `squared` is that of squared Euclidean distances. */
export class DenseDistances {
  private readonly instance: WasmInstance<Loops>;
  private readonly at: { vector: number; rows: number; to: number; end: number };
  private readonly loop: Loop;
  private readonly vector: Float64Array;
  private readonly result: Float64Array;
  /** Sum of the squares of each row; empty but for cosine distances. */
  private readonly squares: Float64Array;

  constructor(
    private readonly matrix: Matrix,
    private readonly metric: Metric | 'squared',
  ) {
    const { rows, columns } = matrix;
    const padded = Math.ceil(rows / LANES) * LANES;
    const layout = new Layout();
    const vector = layout.room(columns * BYTES);
    const rowsAt = layout.room(padded * columns * BYTES);
    const to = layout.room(padded * BYTES);
    this.at = { vector, rows: rowsAt, to, end: to + padded * BYTES };
    this.instance = loops.take(layout);
    const { memory, functions } = this.instance;
    const { squares, manhattan, products, differing } = functions;
    const euclidean = squares;
    this.loop = { squared: squares, euclidean, manhattan, cosine: products, hamming: differing }[
      metric
    ];
    this.vector = new Float64Array(memory, vector, columns);
    this.result = new Float64Array(memory, to, rows);
    copyRows(matrix, new Float64Array(memory, rowsAt, padded * columns));
    this.squares = metric === 'cosine' ? squaresOf(matrix) : new Float64Array(0);
  }

  /** Distances of a row to all rows, `[rows]`; 0 to itself. The next call overwrites the array. */
  from(row: number): Float64Array {
    const distances = this.fromVector(this.matrix.data, row * this.matrix.columns);
    distances[row] = 0;
    return distances;
  }

  /**
   * The same for any vector.
   * @param values have the vector's columns from `start` on.
   */
  fromVector(values: Float64Array, start: number): Float64Array {
    const { matrix, vector, result, at } = this;
    const { columns } = matrix;
    if (columns === 0) return result.fill(0);
    for (let i = 0; i < columns; i++) vector[i] = values[start + i]!;
    this.loop(at.vector, columns, at.rows, at.to, at.end);
    if (this.metric === 'euclidean') this.instance.functions.roots(at.to, at.end);
    if (this.metric === 'hamming') for (let i = 0; i < result.length; i++) result[i]! /= columns;
    if (this.metric === 'cosine') this.toCosine();
    return result;
  }

  /** The memory is used by others afterwards. */
  [Symbol.dispose](): void {
    this.instance.giveBack();
  }

  /** Replaces dot products by distances. */
  private toCosine(): void {
    const { vector, result, squares } = this;
    const own = squaresOf({ rows: 1, columns: vector.length, data: vector })[0]!;
    for (let i = 0; i < result.length; i++)
      result[i] = cosineDistance(result[i]!, own, squares[i]!);
  }
}

/** Copies rows, eight in turn column by column. Those beyond the last are compared in vain. */
function copyRows({ rows, columns, data }: Matrix, into: Float64Array): void {
  for (let row = 0; row < rows; row++) {
    const lane = row % LANES;
    const block = (row - lane) * columns + lane;
    for (let column = 0; column < columns; column++)
      into[block + column * LANES] = data[row * columns + column]!;
  }
}

function squaresOf({ rows, columns, data }: Matrix): Float64Array {
  const squares = new Float64Array(rows);
  for (let row = 0; row < rows; row++)
    for (let at = row * columns; at < (row + 1) * columns; at++)
      squares[row]! += data[at]! * data[at]!;
  return squares;
}
