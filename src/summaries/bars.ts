/** The bars of the chart of a cluster's attributes. */
import type { ClusterSummary } from '../domain/clustering';

/** How characteristic an attribute is of a cluster. */
export type Standing = 'prominent' | 'noisy' | 'absent';

export interface Bar {
  name: string;
  /** Share of the cluster's faces, in [0, 1]. */
  frequency: number;
  standing: Standing;
}

/** One bar for each attribute by which the faces were clustered, the most frequent first. */
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
      standing: prominent.includes(name) ? 'prominent' : noisy.includes(name) ? 'noisy' : 'absent',
    }));
}
