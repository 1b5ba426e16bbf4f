/**
 * Agreement of two partitions of the same rows, as in scikit-learn. Noise (−1) is a label like any
 * other.
 */

/** Contingency table of two partitions: its cells that are not 0, and its sums. */
interface Contingency {
  cells: { a: number; b: number; count: number }[];
  /** Size of each class of `a`, and of `b`. */
  rows: number[];
  columns: number[];
  total: number;
}

/** @throws RangeError where the lengths differ. */
function contingency(a: Int32Array, b: Int32Array): Contingency {
  if (a.length !== b.length)
    throw new RangeError(
      `expected two clusterings of the same rows, got ${a.length} and ${b.length} rows`,
    );
  const [ofA, ofB] = [numbered(a), numbered(b)];
  const cells = new Map<number, Contingency['cells'][number]>();
  for (let i = 0; i < a.length; i++) {
    const [row, column] = [ofA.classes[i]!, ofB.classes[i]!];
    const key = row * ofB.sizes.length + column;
    const cell = cells.get(key);
    if (cell === undefined) cells.set(key, { a: row, b: column, count: 1 });
    else cell.count += 1;
  }
  return { cells: [...cells.values()], rows: ofA.sizes, columns: ofB.sizes, total: a.length };
}

/** Numbers the labels from 0, in the order of their first occurrence. */
function numbered(labels: Int32Array): { classes: Int32Array; sizes: number[] } {
  const numbers = new Map<number, number>();
  const sizes: number[] = [];
  const classes = labels.map((label) => {
    let number = numbers.get(label);
    if (number === undefined) numbers.set(label, (number = sizes.push(0) - 1));
    sizes[number]! += 1;
    return number;
  });
  return { classes, sizes };
}

/**
 * Adjusted Rand index (Hubert & Arabie 1985), in [-0.5, 1]: 1 for the same partition, about 0 for
 * independent ones.
 */
export const adjustedRand = (a: Int32Array, b: Int32Array): number => randOf(contingency(a, b));

function randOf({ cells, rows, columns, total }: Contingency): number {
  const pairs = (sizes: number[]) => sizes.reduce((sum, size) => sum + (size * (size - 1)) / 2, 0);
  const together = pairs(cells.map(({ count }) => count));
  const [inA, inB, all] = [pairs(rows), pairs(columns), (total * (total - 1)) / 2];
  if (all === 0) return 1;
  const expected = (inA * inB) / all;
  const highest = (inA + inB) / 2;
  return highest === expected ? 1 : (together - expected) / (highest - expected);
}

function entropy(sizes: readonly number[], total: number): number {
  return sizes.reduce((sum, size) => sum - (size / total) * Math.log(size / total), 0);
}

function mutualInformation({ cells, rows, columns, total }: Contingency): number {
  let sum = 0;
  for (const { a, b, count } of cells)
    sum += (count / total) * Math.log((count * total) / (rows[a]! * columns[b]!));
  return Math.max(0, sum);
}

/**
 * Mutual information of two partitions, divided by the arithmetic mean of their entropies
 * (scikit-learn's default), in [0, 1].
 */
export function normalizedMutualInformation(a: Int32Array, b: Int32Array): number {
  const table = contingency(a, b);
  const { rows, columns, total } = table;
  if (rows.length <= 1 && columns.length <= 1) return 1;
  const mean = (entropy(rows, total) + entropy(columns, total)) / 2;
  return mean === 0 ? 1 : Math.min(1, mutualInformation(table) / mean);
}

/**
 * Mutual information adjusted for chance with the arithmetic mean of the entropies (Vinh, Epps &
 * Bailey 2010): 1 for the same partition, about 0 for independent ones.
 */
export const adjustedMutualInformation = (a: Int32Array, b: Int32Array): number =>
  adjustedInformationOf(contingency(a, b));

function adjustedInformationOf(table: Contingency): number {
  const { rows, columns, total } = table;
  const single = rows.length === columns.length && (rows.length <= 1 || rows.length === total);
  if (single) return 1;
  const expected = expectedMutualInformation(table);
  const mean = (entropy(rows, total) + entropy(columns, total)) / 2;
  const above = mutualInformation(table) - expected;
  const most = mean - expected;
  // As in scikit-learn: never a division by 0.
  const least = most < 0 ? Math.min(most, -Number.EPSILON) : Math.max(most, Number.EPSILON);
  return above / least;
}

/** Expected mutual information of two random partitions with the same sizes of their classes. */
function expectedMutualInformation({ rows, columns, total }: Contingency): number {
  const logFactorial = new Float64Array(total + 1);
  for (let i = 1; i <= total; i++) logFactorial[i] = logFactorial[i - 1]! + Math.log(i);
  const log = (n: number) => logFactorial[n]!;
  let sum = 0;
  // Classes of one size have one expectation.
  for (const [a, timesA] of countsOf(rows)) {
    for (const [b, timesB] of countsOf(columns)) {
      const constant = log(a) + log(b) + log(total - a) + log(total - b) - log(total);
      let expected = 0;
      for (let n = Math.max(1, a + b - total); n <= Math.min(a, b); n++) {
        const logChance = constant - log(n) - log(a - n) - log(b - n) - log(total - a - b + n);
        expected += (n / total) * Math.log((total * n) / (a * b)) * Math.exp(logChance);
      }
      sum += timesA * timesB * expected;
    }
  }
  return sum;
}

function countsOf(sizes: readonly number[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const size of sizes) counts.set(size, (counts.get(size) ?? 0) + 1);
  return counts;
}

/** Agreement with the true classes, each in [0, 1] but for the adjusted ones. */
export interface ClassAgreement {
  adjustedRand: number;
  adjustedMutualInformation: number;
  /** 1 where each cluster has faces of one class only. */
  homogeneity: number;
  /** 1 where all faces of a class are in one cluster. */
  completeness: number;
  /** Harmonic mean of both (Rosenberg & Hirschberg 2007). */
  vMeasure: number;
  /** Share of the faces that are of the most frequent class of their cluster. */
  purity: number;
}

export function classAgreement(clusters: Int32Array, classes: Int32Array): ClassAgreement {
  const table = contingency(clusters, classes);
  const { cells, rows, columns, total } = table;
  const [ofClusters, ofClasses] = [entropy(rows, total), entropy(columns, total)];
  const mutual = mutualInformation(table);
  const homogeneity = ofClasses === 0 ? 1 : Math.min(1, mutual / ofClasses);
  const completeness = ofClusters === 0 ? 1 : Math.min(1, mutual / ofClusters);
  const both = homogeneity + completeness;
  const most = new Float64Array(rows.length);
  for (const { a, count } of cells) most[a] = Math.max(most[a]!, count);
  return {
    adjustedRand: randOf(table),
    adjustedMutualInformation: adjustedInformationOf(table),
    homogeneity,
    completeness,
    vMeasure: both === 0 ? 0 : (2 * homogeneity * completeness) / both,
    purity: total === 0 ? 1 : most.reduce((sum, count) => sum + count, 0) / total,
  };
}

/**
 * Balanced accuracy, in [0, 1], of saying of each face what most faces of its cluster truly are:
 * the mean of the shares of those that have the attribute, and of those that do not, of which that
 * is right. Of equal shares of a cluster, 'has it' is said.
 * @param truth whether each face has the attribute.
 * @returns null where all faces have it, or none has.
 */
export function balancedAccuracyByCluster(
  clusters: Int32Array,
  truth: ArrayLike<boolean>,
): number | null {
  const { classes, sizes } = numbered(clusters);
  const having = new Float64Array(sizes.length);
  for (let i = 0; i < classes.length; i++) having[classes[i]!]! += Number(truth[i]);
  const present = having.reduce((sum, count) => sum + count, 0);
  const absent = classes.length - present;
  if (present === 0 || absent === 0) return null;
  let foundPresent = 0;
  let foundAbsent = 0;
  for (const [cluster, size] of sizes.entries()) {
    if (2 * having[cluster]! >= size) foundPresent += having[cluster]!;
    else foundAbsent += size - having[cluster]!;
  }
  return (foundPresent / present + foundAbsent / absent) / 2;
}
