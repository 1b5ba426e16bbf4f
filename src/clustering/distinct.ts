/**
 * Distinct vectors with multiplicities. Binary attribute vectors repeat: the ten default attributes
 * of the 202,599 CelebA faces form 271 distinct vectors. All methods and scores compute on them
 * what they would compute on all rows.
 */

export interface Matrix {
  rows: number;
  columns: number;
  /** `[rows, columns]`, in row-major order. */
  data: Float64Array;
}

export interface DistinctVectors extends Matrix {
  /** How often each vector occurs, `[rows]`. */
  counts: Float64Array;
  /** Index of the distinct vector of each original row, `[original rows]`. */
  inverse: Int32Array;
}

/**
 * Deduplicates rows (0 and −0 are equal), in the order of their first occurrence. Time
 * O(rows × columns).
 */
export function distinctVectors({ rows, columns, data }: Matrix): DistinctVectors {
  // A hash table with open addressing, keyed by the bits of the numbers: a string or object as the
  // key of each row would take most of the time.
  const bits = new Int32Array(data.buffer, data.byteOffset, 2 * data.length);
  let capacity = 1024;
  let slots: Int32Array = new Int32Array(capacity).fill(-1);
  const inverse = new Int32Array(rows);
  const firstRows: number[] = [];
  const hashes: number[] = [];
  for (let row = 0; row < rows; row++) {
    const start = row * columns;
    let hash = 0;
    for (let at = 2 * start; at < 2 * (start + columns); at += 2) {
      // Without the sign bit, so that 0 and −0 have the same hash.
      hash = Math.imul(
        hash ^ (hash >>> 15) ^ Math.imul(bits[at]!, 0x2c1b3c6d) ^ (bits[at + 1]! & 0x7fffffff),
        0x27d4eb2f,
      );
    }
    hash ^= hash >>> 13;
    let slot = hash & (capacity - 1);
    let index = slots[slot]!;
    while (
      index !== -1 &&
      !(hashes[index] === hash && areRowsEqual(data, firstRows[index]! * columns, start, columns))
    ) {
      slot = (slot + 1) & (capacity - 1);
      index = slots[slot]!;
    }
    if (index === -1) {
      index = firstRows.length;
      firstRows.push(row);
      hashes.push(hash);
      slots[slot] = index;
      if (2 * firstRows.length > capacity) {
        capacity *= 4;
        slots = rehash(hashes, capacity);
      }
    }
    inverse[row] = index;
  }
  const counts = new Float64Array(firstRows.length);
  for (const index of inverse) counts[index]! += 1;
  const distinct = new Float64Array(firstRows.length * columns);
  firstRows.forEach((row, index) => {
    distinct.set(data.subarray(row * columns, (row + 1) * columns), index * columns);
  });
  return { rows: firstRows.length, columns, data: distinct, counts, inverse };
}

/** @param a,b where the rows begin in `data`. */
function areRowsEqual(data: Float64Array, a: number, b: number, columns: number): boolean {
  for (let i = 0; i < columns; i++) if (data[a + i] !== data[b + i]) return false;
  return true;
}

function rehash(hashes: readonly number[], capacity: number): Int32Array {
  const slots = new Int32Array(capacity).fill(-1);
  for (const [index, hash] of hashes.entries()) {
    let slot = hash & (capacity - 1);
    while (slots[slot] !== -1) slot = (slot + 1) & (capacity - 1);
    slots[slot] = index;
  }
  return slots;
}
