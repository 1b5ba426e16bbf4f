/** A comparison of methods as CSV, with one row for each partition. */
import { stringify } from 'csv-stringify/sync';
import type { Comparison, ComparisonPoint } from '../domain/comparison';
import type { TruthScores } from '../domain/judgement';

/** Columns of the scores against labels. */
const TRUTH: Record<keyof TruthScores, string> = {
  balancedAccuracy: 'balanced_accuracy',
  adjustedRand: 'adjusted_rand',
  adjustedMutualInformation: 'adjusted_mutual_information',
  homogeneity: 'homogeneity',
  completeness: 'completeness',
  vMeasure: 'v_measure',
  purity: 'purity',
};

/** Columns of intervals and of scores against labels are there only if there are any. */
export function comparisonCsv({ points, faces, labels, seeds }: Comparison): string {
  const withRange = seeds !== undefined && seeds.length > 1;
  const scores = labels === undefined ? [] : (Object.keys(TRUTH) as (keyof TruthScores)[]);
  const rangeOf = ({ range }: ComparisonPoint) =>
    withRange ? [range?.low.toFixed(6) ?? '', range?.high.toFixed(6) ?? ''] : [];
  const rows = points.map((point) => [
    ...[point.method, point.k ?? '', point.clusters, point.noise],
    ...[point.silhouette?.toFixed(6) ?? '', ...rangeOf(point)],
    ...scores.map((name) => point.truth?.[name]?.toFixed(6) ?? ''),
    ...[point.seconds.toFixed(4), faces],
  ]);
  return stringify([
    [
      ...['method', 'k', 'clusters', 'noise', 'silhouette'],
      ...(withRange ? ['silhouette_low', 'silhouette_high'] : []),
      ...scores.map((name) => TRUTH[name]),
      ...['seconds', 'faces'],
    ],
    ...rows,
  ]);
}
