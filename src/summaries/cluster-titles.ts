/** Titles of clusters: the names that a person gave them, or names in words. */
import type { Clustering } from '../domain/clustering';
import { forName } from '../text/neutralize';
import { clusterNames } from './cluster-names';

export interface ClusterTitle {
  text: string;
  /** Whether a person gave it. */
  isGiven: boolean;
}

type Titled = Pick<Clustering, 'clusters' | 'overall'>;

const known = new WeakMap<Titled, ReadonlyMap<number, ClusterTitle>>();

/** @returns titles, neutralized for display, by the clusters' ids; made once a clustering. */
export function clusterTitles(clustering: Titled): ReadonlyMap<number, ClusterTitle> {
  let titles = known.get(clustering);
  if (titles === undefined) known.set(clustering, (titles = titlesOf(clustering)));
  return titles;
}

function titlesOf({ clusters, overall }: Titled): Map<number, ClusterTitle> {
  const words = clusterNames(clusters, overall);
  return new Map(
    clusters.map(({ id, said }) => {
      const given = said?.name;
      const text = given === undefined ? words.get(id)! : forName(given);
      return [id, { text, isGiven: given !== undefined }];
    }),
  );
}
