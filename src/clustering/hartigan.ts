/**
 * Hartigan's method (1975; Telgarsky & Vattani 2010): single vectors move to another cluster as
 * long as that lowers the inertia. Its optima are a subset of those of Lloyd's iterations.
 */
import { yieldToEventLoop } from '../util/yield-to-event-loop';
import type { DistinctVectors } from './distinct';
import type { LloydResult } from './lloyd';
import { squaredDistance } from './metric';

/**
 * Moves vectors, each with all its faces, to the cluster that lowers the inertia most, and adjusts
 * the centers after each move. Ends when no move lowers the inertia. Changes `result`.
 */
export async function moveSingleVectors(
  vectors: DistinctVectors,
  clusters: number,
  result: LloydResult,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { rows, columns, data, counts } = vectors;
  const { labels, centers } = result;
  const sizes = new Float64Array(clusters);
  for (let row = 0; row < rows; row++) sizes[labels[row]!]! += counts[row]!;
  // A smaller gain is a rounding error and could repeat forever.
  const minGain = 1e-12 * totalInertia(vectors);
  let sinceMove = 0;
  for (let row = 0; sinceMove < rows; row = (row + 1) % rows) {
    if (row % 1024 === 0) await yieldToEventLoop(signal);
    sinceMove += 1;
    const from = labels[row]!;
    const count = counts[row]!;
    if (sizes[from]! <= count) continue;
    const gain =
      ((sizes[from]! * count) / (sizes[from]! - count)) *
      squaredDistance(data, row, centers, from, columns);
    let to = -1;
    let cheapest = gain - minGain;
    for (let cluster = 0; cluster < clusters; cluster++) {
      if (cluster === from) continue;
      const cost =
        ((sizes[cluster]! * count) / (sizes[cluster]! + count)) *
        squaredDistance(data, row, centers, cluster, columns);
      if (cost < cheapest) {
        cheapest = cost;
        to = cluster;
      }
    }
    if (to === -1) continue;
    for (let c = 0; c < columns; c++) {
      const value = data[row * columns + c]!;
      centers[from * columns + c]! +=
        (count * (centers[from * columns + c]! - value)) / (sizes[from]! - count);
      centers[to * columns + c]! +=
        (count * (value - centers[to * columns + c]!)) / (sizes[to]! + count);
    }
    sizes[from]! -= count;
    sizes[to]! += count;
    labels[row] = to;
    result.inertia += cheapest - gain;
    sinceMove = 0;
  }
}

/** Sum over all faces of the squared distance to the mean of all faces. */
function totalInertia({ rows, columns, data, counts }: DistinctVectors): number {
  let total = 0;
  for (let c = 0; c < columns; c++) {
    let [sum, squares, faces] = [0, 0, 0];
    for (let row = 0; row < rows; row++) {
      const value = data[row * columns + c]!;
      sum += counts[row]! * value;
      squares += counts[row]! * value * value;
      faces += counts[row]!;
    }
    total += squares - (sum * sum) / faces;
  }
  return total;
}
