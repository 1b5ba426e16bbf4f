/** How two clusterings of a folder differ: matched clusters, and the faces that moved. */
import { adjustedRand } from '../clustering/agreement';
import type { Arrival, ClusterChange, ClusteringDifference } from '../domain/kept-clusterings';

interface EarlierClusters {
  /** Cluster of each earlier face. */
  labels: Int32Array;
  /** Row of each of them among the faces now; −1 where it is gone. */
  rows: Int32Array;
  clusters: { id: number; title: string; size: number }[];
}

interface CurrentClusters {
  /** Cluster of each face. */
  labels: Int32Array;
  clusters: readonly { id: number; size: number }[];
}

/** Rows of moved faces that are named for each pair of clusters. */
const SHOWN_ROWS = 24;

/** A pair of an earlier cluster and one now. */
interface Overlap {
  before: number;
  now: number;
  rows: number[];
}

export function differenceOf(
  earlier: EarlierClusters,
  current: CurrentClusters,
): Omit<ClusteringDifference, 'earlier'> {
  const before = new Map<number, number>();
  earlier.rows.forEach((row, i) => {
    if (row >= 0) before.set(row, earlier.labels[i]!);
  });
  const overlaps = overlapsOf(before, current.labels);
  const partner = matched(overlaps, earlier.clusters, current.clusters);
  const ofBoth = [...before];
  const stayed = overlaps
    .filter(({ before: id, now }) => partner.get(now)?.before === id)
    .reduce((sum, { rows }) => sum + rows.length, 0);
  const titles = new Map(earlier.clusters.map((each) => [each.id, each]));
  const added = current.labels.length - before.size;
  const isMatched = new Set([...partner.values()].map((each) => each.before));
  return {
    common: before.size,
    moved: before.size - stayed,
    added,
    gone: earlier.rows.filter((row) => row < 0).length,
    adjustedRand:
      before.size === 0
        ? null
        : adjustedRand(
            Int32Array.from(ofBoth, ([, label]) => label),
            Int32Array.from(ofBoth, ([row]) => current.labels[row]!),
          ),
    clusters: current.clusters.map(({ id }) =>
      changeOf(id, {
        overlaps,
        partner: partner.get(id),
        titles,
        newRows: newRows(before, current, id),
      }),
    ),
    dissolved: earlier.clusters.filter(({ id }) => !isMatched.has(id)),
  };
}

function overlapsOf(before: ReadonlyMap<number, number>, labels: Int32Array): Overlap[] {
  const overlaps = new Map<string, Overlap>();
  for (const [row, id] of [...before].sort(([a], [b]) => a - b)) {
    const now = labels[row]!;
    const key = `${id} ${now}`;
    const overlap = overlaps.get(key);
    if (overlap === undefined) overlaps.set(key, { before: id, now, rows: [row] });
    else overlap.rows.push(row);
  }
  return [...overlaps.values()];
}

/**
 * Pairs clusters by their share of common faces (Jaccard index), the largest first. What is no
 * cluster, such as noise, is paired with its like.
 * @returns the overlap of each cluster now with its partner.
 */
function matched(
  overlaps: readonly Overlap[],
  earlier: EarlierClusters['clusters'],
  current: CurrentClusters['clusters'],
): Map<number, Overlap> {
  const sizes = (clusters: readonly { id: number; size: number }[]) =>
    new Map(clusters.map(({ id, size }) => [id, size]));
  const [sizesBefore, sizesNow] = [sizes(earlier), sizes(current)];
  const similarity = ({ before, now, rows }: Overlap) =>
    rows.length / (sizesBefore.get(before)! + sizesNow.get(now)! - rows.length);
  const isPossible = ({ before, now }: Overlap) => (before < 0 || now < 0 ? before === now : true);
  const ordered = overlaps
    .filter(isPossible)
    .sort((a, b) => similarity(b) - similarity(a) || a.before - b.before || a.now - b.now);
  const result = new Map<number, Overlap>();
  const taken = new Set<number>();
  for (const overlap of ordered) {
    if (result.has(overlap.now) || taken.has(overlap.before)) continue;
    result.set(overlap.now, overlap);
    taken.add(overlap.before);
  }
  return result;
}

const newRows = (
  before: ReadonlyMap<number, number>,
  { labels }: CurrentClusters,
  id: number,
): number[] => Array.from(labels.keys()).filter((row) => labels[row] === id && !before.has(row));

interface ChangeContext {
  overlaps: readonly Overlap[];
  partner: Overlap | undefined;
  titles: ReadonlyMap<number, EarlierClusters['clusters'][number]>;
  newRows: readonly number[];
}

function changeOf(
  id: number,
  { overlaps, partner, titles, newRows }: ChangeContext,
): ClusterChange {
  const others = overlaps
    .filter((overlap) => overlap.now === id && overlap !== partner)
    .sort((a, b) => b.rows.length - a.rows.length || a.before - b.before);
  const arrivals = others.map(({ before, rows }): Arrival => {
    const title = titles.get(before)?.title ?? '';
    return { from: { id: before, title }, count: rows.length, rows: rows.slice(0, SHOWN_ROWS) };
  });
  if (newRows.length > 0)
    arrivals.push({ from: null, count: newRows.length, rows: newRows.slice(0, SHOWN_ROWS) });
  const matchedTo = partner && titles.get(partner.before);
  return {
    id,
    matched: matchedTo === undefined ? null : { ...matchedTo, common: partner!.rows.length },
    arrivals,
  };
}
