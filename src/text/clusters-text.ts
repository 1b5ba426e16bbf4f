import { plural } from './numbers';

/** `16 clusters`, or `3 clusters, 5 faces are noise`; noise has the id −1. */
export function clustersText(clusters: readonly { id: number; size: number }[]): string {
  const noise = clusters.find(({ id }) => id < 0)?.size ?? 0;
  const real = clusters.filter(({ id }) => id >= 0).length;
  const text = plural(real, 'cluster');
  if (noise === 0) return text;
  return `${text}, ${plural(noise, 'face')} ${noise === 1 ? 'is' : 'are'} noise`;
}
