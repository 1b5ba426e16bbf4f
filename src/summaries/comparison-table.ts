/** A comparison of methods as CSV, with one row for each partition. */
import { stringify } from 'csv-stringify/sync';
import type { Comparison } from '../domain/comparison';

export function comparisonCsv({ points, faces }: Comparison): string {
  const rows = points.map(({ method, k, clusters, noise, silhouette, seconds }) => [
    method, k ?? '', clusters, noise, silhouette?.toFixed(6) ?? '', seconds.toFixed(4), faces,
  ]); // prettier-ignore
  return stringify([
    ['method', 'k', 'clusters', 'noise', 'silhouette', 'seconds', 'faces'],
    ...rows,
  ]);
}
