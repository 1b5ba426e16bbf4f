import { plural } from './numbers';

/**
 * `16 clusters`, or `3 clusters, 5 faces are noise, 1 is no face, 2 copies are left out`; noise has
 * the id −1, what is no face −2, a copy −3.
 */
export function clustersText(clusters: readonly { id: number; size: number }[]): string {
  const sizeOf = (id: number) => clusters.find((cluster) => cluster.id === id)?.size ?? 0;
  const [noise, others, copies] = [sizeOf(-1), sizeOf(-2), sizeOf(-3)];
  return [
    plural(clusters.filter(({ id }) => id >= 0).length, 'cluster'),
    ...(noise === 0 ? [] : [plural(noise, 'face is noise', 'faces are noise')]),
    ...(others === 0 ? [] : [plural(others, 'is no face', 'are no face')]),
    ...(copies === 0 ? [] : [plural(copies, 'copy is left out', 'copies are left out')]),
  ].join(', ');
}
