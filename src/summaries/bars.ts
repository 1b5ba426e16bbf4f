import type { ClusterSummary } from '../domain/clustering';

/** How an attribute stands in a cluster. */
export type Standing = 'prominent' | 'noisy' | 'rare';

export interface Bar {
  name: string;
  /** Share of the cluster's faces, in [0, 1]. */
  frequency: number;
  standing: Standing;
}

/** One bar an attribute the faces were clustered by, the most frequent first. */
export function bars({
  occurrences,
  prominent,
  noisy,
}: Pick<ClusterSummary, 'occurrences' | 'prominent' | 'noisy'>): Bar[] {
  return Object.entries(occurrences)
    .sort(([, a], [, b]) => b - a)
    .map(([name, frequency]) => ({
      name,
      frequency,
      standing: prominent.includes(name) ? 'prominent' : noisy.includes(name) ? 'noisy' : 'rare',
    }));
}
