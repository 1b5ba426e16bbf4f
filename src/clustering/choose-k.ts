/** `clusters: auto`: the number of clusters with the highest silhouette. */
import type { DistinctVectors } from './distinct';
import { kMeans, type KMeansOptions, type KMeansResult } from './kmeans';
import { silhouette } from './silhouette';

/** What was tried on the way. */
export interface Candidate {
  clusters: number;
  silhouette: number | null;
  inertia: number;
}

/**
 * K-Means for every k in [from, to], as far as there are vectors to tell apart.
 * @returns the result of the highest silhouette (of the smallest k where several are equal), and the whole curve.
 */
export async function chooseK(
  vectors: DistinctVectors,
  { from, to }: { from: number; to: number },
  options: Omit<KMeansOptions, 'clusters'>,
  onProgress: (done: number, total: number) => void = () => undefined,
): Promise<{ result: KMeansResult; curve: Candidate[] }> {
  const last = Math.max(1, Math.min(to, vectors.rows));
  const first = Math.min(from, last);
  const curve: Candidate[] = [];
  let best: { result: KMeansResult; score: number } | undefined;
  for (let clusters = first; clusters <= last; clusters++) {
    const result = await kMeans(vectors, { ...options, clusters });
    const { mean } = await silhouette(vectors, result.labels, clusters, { signal: options.signal });
    curve.push({ clusters, silhouette: mean, inertia: result.inertia });
    const score = mean ?? -Infinity;
    if (best === undefined || score > best.score) best = { result, score };
    onProgress(clusters - first + 1, last - first + 1);
  }
  if (best === undefined) throw new RangeError('expected at least one vector');
  return { result: best.result, curve };
}
