/**
 * Places of points in a plane, so that those connected in a graph lie together: the optimization of
 * UMAP, with a kernel without powers, 1 / (1 + A d²), which makes it several times as fast.
 */
import type { Graph } from './graph';

/** Shape of the kernel: as UMAP's with a least distance of 0.1, for the exponent 1. */
const A = 1.6;
/** Points drawn at random that repel a point, each time that it is attracted. */
const REPELLENTS = 5;
/** Length of a step, at most, along each axis. */
const LONGEST = 4;
/** Added to squared distances: equal places repel each other by a finite force. */
const LEAST_SQUARE = 0.001;
/** Half of the width of the first places. */
const EXTENT = 10;

/** Epochs: few points need more. */
const epochsOf = (points: number) => (points <= 5000 ? 400 : 200);

/**
 * @param first places to start from, `[points, 2]`.
 * @returns places `[points, 2]`, in no certain range.
 */
export function arranged(graph: Graph, first: Float64Array, seed: number): Float64Array {
  const { a, b, points } = graph;
  const epochs = epochsOf(points);
  const places = spread(first, seed);
  const intervals = intervalsOf(graph, epochs);
  const due = intervals.slice();
  let state = stateOf(seed);
  for (let epoch = 1; epoch <= epochs; epoch++) {
    const rate = 1 - (epoch - 1) / epochs;
    for (let edge = 0; edge < a.length; edge++) {
      if (due[edge]! > epoch) continue;
      due[edge]! += intervals[edge]!;
      attract(places, 2 * a[edge]!, 2 * b[edge]!, rate);
      state = repel(places, a[edge]!, points, rate, state);
      state = repel(places, b[edge]!, points, rate, state);
    }
  }
  return places;
}

/** Epochs between two attractions along each edge: the stronger, the more often. */
function intervalsOf({ weights }: Graph, epochs: number): Float64Array {
  const most = weights.reduce((max, weight) => Math.max(max, weight), 0);
  return Float64Array.from(weights, (weight) =>
    weight * epochs < most ? Infinity : most / weight,
  );
}

/** Scales the first places, and parts those that coincide. */
function spread(first: Float64Array, seed: number): Float64Array {
  const middle = [0, 0];
  for (let i = 0; i < first.length; i++) middle[i & 1]! += (2 * first[i]!) / first.length;
  const most = first.reduce((max, value, i) => Math.max(max, Math.abs(value - middle[i & 1]!)), 0);
  const scale = most > 0 ? EXTENT / most : 0;
  let state = stateOf(seed + 1);
  return first.map((value, i) => {
    state = drawn(state);
    return (value - middle[i & 1]!) * scale + 1e-3 * (state / 2 ** 31);
  });
}

/** The first state of the draws of a seed. */
const stateOf = (seed: number) => (Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ 0x27d4eb2f) | 0 || 1;

/** The next number of 32 bits, which is also the next state (xorshift). */
function drawn(state: number): number {
  let x = state;
  x ^= x << 13;
  x ^= x >>> 17;
  return x ^ (x << 5);
}

/** A whole number below `count` of a number of 32 bits. */
const below = (count: number, bits: number) => Math.floor((bits >>> 0) * 2 ** -32 * count);

function attract(places: Float64Array, i: number, j: number, rate: number): void {
  const x = places[i]! - places[j]!;
  const y = places[i + 1]! - places[j + 1]!;
  const force = (-2 * A * rate) / (1 + A * (x * x + y * y));
  const stepX = limited(force * x, rate);
  const stepY = limited(force * y, rate);
  places[i]! += stepX;
  places[i + 1]! += stepY;
  places[j]! -= stepX;
  places[j + 1]! -= stepY;
}

/** Repels a point from some others that are drawn. @returns the state of the draws. */
function repel(
  places: Float64Array,
  point: number,
  points: number,
  rate: number,
  state: number,
): number {
  let x = places[2 * point]!;
  let y = places[2 * point + 1]!;
  for (let n = 0; n < REPELLENTS; n++) {
    state = drawn(state);
    const other = below(points, state);
    if (other === point) continue;
    const dx = x - places[2 * other]!;
    const dy = y - places[2 * other + 1]!;
    const square = dx * dx + dy * dy;
    const force = (2 * rate) / ((LEAST_SQUARE + square) * (1 + A * square));
    x += limited(force * dx, rate);
    y += limited(force * dy, rate);
  }
  places[2 * point] = x;
  places[2 * point + 1] = y;
  return state;
}

const limited = (step: number, rate: number) => {
  const most = LONGEST * rate;
  return step > most ? most : step < -most ? -most : step;
};

/** Epochs in which a further point finds its place, and points that repel it in each. */
const FURTHER = { epochs: 30, repellents: 2, rate: 0.5 } as const;

/**
 * Places a further point among points that stay: it starts at the mean of its neighbors.
 * @param places of the points, `[points, 2]`; the further one is written at `at`.
 * @param neighbors points near it. @param shares how much each attracts it, in [0, 1].
 */
export function placeAmong(
  places: Float64Array,
  neighbors: Int32Array,
  shares: Float32Array,
  at: { target: Float64Array; index: number; seed: number },
): void {
  const { target, index } = at;
  const points = places.length / 2;
  let [x, y, sum] = [0, 0, 0];
  neighbors.forEach((neighbor, n) => {
    x += shares[n]! * places[2 * neighbor]!;
    y += shares[n]! * places[2 * neighbor + 1]!;
    sum += shares[n]!;
  });
  [x, y] = [x / sum, y / sum];
  let state = stateOf(at.seed);
  for (let epoch = 0; epoch < FURTHER.epochs; epoch++) {
    const rate = FURTHER.rate * (1 - epoch / FURTHER.epochs);
    for (let n = 0; n < neighbors.length; n++) {
      state = drawn(state);
      if ((state >>> 0) * 2 ** -32 > shares[n]!) continue;
      const dx = x - places[2 * neighbors[n]!]!;
      const dy = y - places[2 * neighbors[n]! + 1]!;
      const pull = (-2 * A * rate) / (1 + A * (dx * dx + dy * dy));
      x += limited(pull * dx, rate);
      y += limited(pull * dy, rate);
      for (let r = 0; r < FURTHER.repellents; r++) {
        state = drawn(state);
        const other = 2 * below(points, state);
        const rx = x - places[other]!;
        const ry = y - places[other + 1]!;
        const square = rx * rx + ry * ry;
        const push = (2 * rate) / ((LEAST_SQUARE + square) * (1 + A * square));
        x += limited(push * rx, rate);
        y += limited(push * ry, rate);
      }
    }
  }
  target[2 * index] = x;
  target[2 * index + 1] = y;
}
