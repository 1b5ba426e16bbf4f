/** `clusters: auto`: which number of clusters, by the silhouette, by the elbow of the inertia, or by the gap statistic. */
import { Random } from 'ml-random';
import type { ClusteringSettings } from '../settings/settings';
import { type DistinctVectors, distinctVectors } from './distinct';

/** What was tried on the way. */
export interface Candidate {
  clusters: number;
  silhouette: number | null;
  inertia: number;
  /** Gap statistic and its standard error; null where it was not computed or is not defined. */
  gap: number | null;
  gapError: number | null;
}

export type AutoBy = ClusteringSettings['autoBy'];

/** The number each criterion chooses; null where it chooses none. */
export type Choices = Record<AutoBy, number | null>;

/** @param curve ascending in the number of clusters. */
export function choicesOf(curve: readonly Candidate[]): Choices {
  return { silhouette: bySilhouette(curve), elbow: byElbow(curve), gap: byGap(curve) };
}

/** The highest silhouette; of equal ones that of fewest clusters. */
function bySilhouette(curve: readonly Candidate[]): number | null {
  let best: Candidate | undefined;
  for (const candidate of curve) {
    if (candidate.silhouette !== null && candidate.silhouette > (best?.silhouette ?? -Infinity)) best = candidate;
  }
  return best?.clusters ?? null;
}

/** The point farthest below the line between the curve's ends, both axes scaled to 1 (Satopää et al. 2011, 'Kneedle'). */
function byElbow(curve: readonly Candidate[]): number | null {
  const [first, last] = [curve[0], curve.at(-1)];
  if (first === undefined || last === undefined || curve.length < 3 || first.inertia <= last.inertia) return null;
  let best: { clusters: number; depth: number } | undefined;
  for (const { clusters, inertia } of curve) {
    const along = (clusters - first.clusters) / (last.clusters - first.clusters);
    const depth = 1 - along - (inertia - last.inertia) / (first.inertia - last.inertia);
    if (best === undefined || depth > best.depth) best = { clusters, depth };
  }
  return best === undefined || best.depth <= 0 ? null : best.clusters;
}

/** The smallest k with gap(k) ≥ gap(k + 1) − error(k + 1) (Tibshirani, Walther & Hastie 2001). */
function byGap(curve: readonly Candidate[]): number | null {
  for (const [i, { clusters, gap }] of curve.entries()) {
    const next = curve[i + 1];
    if (next === undefined || gap === null || next.gap === null || next.gapError === null) continue;
    if (next.clusters === clusters + 1 && gap >= next.gap - next.gapError) return clusters;
  }
  return null;
}

/** Reference sets of the gap statistic. */
export const REFERENCES = 6;
/** Faces of a set, at most: gaps are compared among sets of as many. */
const FACES = 1000;

/**
 * Sets for the gap statistic: faces drawn from the data, and as many whose every attribute is drawn by itself from the data's values, so
 * that nothing but their frequencies is left. (Tibshirani et al. draw uniformly between the extremes, which 0/1 attributes have nothing between.)
 */
export function gapSets({ columns, data, of }: DistinctVectors, seed: number): { drawn: DistinctVectors; references: DistinctVectors[] } {
  const random = new Random(seed);
  const rows = Math.min(of.length, FACES);
  const any = () => of[random.randInt(0, of.length)]! * columns;
  const make = (independent: boolean) => {
    const set = new Float64Array(rows * columns);
    for (let row = 0; row < rows; row++) {
      let from = any();
      for (let c = 0; c < columns; c++) {
        if (independent) from = any();
        set[row * columns + c] = data[from + c]!;
      }
    }
    return distinctVectors({ rows, columns, data: set });
  };
  return { drawn: make(false), references: Array.from({ length: REFERENCES }, () => make(true)) };
}

/** Gap and standard error from the inertia of the data's set and those of the reference sets; null where one of them is 0. */
export function gapOf(drawn: number, references: readonly number[]): { gap: number | null; gapError: number | null } {
  if (drawn <= 1e-9 || references.some((inertia) => inertia <= 1e-9)) return { gap: null, gapError: null };
  const logs = references.map(Math.log);
  const mean = logs.reduce((sum, value) => sum + value, 0) / logs.length;
  const deviation = Math.sqrt(logs.reduce((sum, value) => sum + (value - mean) ** 2, 0) / logs.length);
  return { gap: mean - Math.log(drawn), gapError: deviation * Math.sqrt(1 + 1 / logs.length) };
}
