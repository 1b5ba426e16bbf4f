/**
 * Replays corrections on a clustering, in the order in which they were made. Clusters are matched
 * by their faces, so that corrections hold for another method, number of clusters or run. What
 * cannot be matched is listed.
 */
import type { ClusterNotes, Correction, FaceKey, MissedCorrection } from '../domain/corrections';
import { NOT_FACES } from '../domain/corrections';
import { t } from '../text/translate';
import type { LoggedCorrection } from './correction-log';
import { CurrentClusters } from './current-clusters';
import { describeCorrection } from './describe-correction';
import { noCluster, notInThisRun } from './missed-texts';
import { type FaceFinder, imageOfKey } from './face-keys';
import { withoutUnpinned } from './without-unpinned';

export interface ReplayedClusters {
  /** Cluster id of each face; `NOT_FACES` for what is none. */
  labels: Int32Array;
  /** What was said of the clusters, by id. */
  notes: ReadonlyMap<number, ClusterNotes>;
  missed: MissedCorrection[];
}

/**
 * @param base cluster id of each face by the method: −1 for noise.
 * @param attributes names of the run's attributes.
 */
export function replay(
  base: Int32Array,
  done: readonly LoggedCorrection[],
  finder: FaceFinder,
  attributes: readonly string[],
): ReplayedClusters {
  const player = new Player(base, finder, new Set(attributes));
  for (const { correction } of withoutUnpinned(done)) player.apply(correction);
  return player.result();
}

/** A group of faces of a correction in the run. */
interface Group {
  rows: number[];
  missing: number;
}

class Player {
  private readonly clusters: CurrentClusters;
  private readonly missed: MissedCorrection[] = [];
  /** The faces that each name was given to, by cluster. */
  private readonly named = new Map<number, { rows: readonly number[]; similarity: number }>();
  /** The clusters of faces that were marked as none, by row. */
  private readonly setAside = new Map<number, number>();

  constructor(
    private readonly base: Int32Array,
    private readonly finder: FaceFinder,
    private readonly attributes: ReadonlySet<string>,
  ) {
    this.clusters = new CurrentClusters(base.slice());
  }

  apply(correction: Correction): void {
    switch (correction.kind) {
      case 'name':
        this.name(correction);
        break;
      case 'note':
      case 'color':
        this.annotate(correction);
        break;
      case 'merge':
        this.merge(correction);
        break;
      case 'split':
        this.split(correction);
        break;
      case 'move':
        this.moveTo(correction);
        break;
      case 'gather':
        this.gather(correction, this.found(correction, correction.faces));
        break;
      case 'pin':
        this.pin(correction);
        break;
      case 'notFace':
        this.setNotFace(correction);
        break;
      case 'attribute':
        this.found(correction, correction.faces);
        if (!this.attributes.has(correction.attribute))
          this.miss(correction, t('the network of this run has no such attribute'));
        break;
    }
  }

  result(): ReplayedClusters {
    const { clusters, missed } = this;
    const notes = new Map<number, ClusterNotes>();
    for (const [id, said] of clusters.noted) {
      if (clusters.sizeOf(id) > 0) notes.set(id, said);
      else
        for (const name of [said.name, ...(said.formerNames ?? [])])
          if (name !== undefined)
            missed.push({
              text: t('The name “{0}”', name),
              reason: t('its cluster has no face any more'),
            });
    }
    return { labels: clusters.labels, notes, missed };
  }

  private miss(correction: Correction, reason: string): void {
    this.missed.push({ text: describeCorrection(correction), reason });
  }

  /** The faces of a correction that the run has; the others are listed. */
  private found(correction: Correction, keys: readonly FaceKey[]): Group {
    const group = this.finder.rowsOfAll(keys);
    const { missing } = group;
    if (missing > 0) {
      const first = keys.find((key) => this.finder.rowOf(key) === undefined)!;
      this.miss(correction, notInThisRun(missing, keys.length, imageOfKey(first)));
    }
    return group;
  }

  /** The cluster that a group has become; where there is none, the correction is listed. */
  private matched(correction: Correction, keys: readonly FaceKey[]) {
    const { rows } = this.finder.rowsOfAll(keys);
    const found = rows.length === 0 ? undefined : this.clusters.match(rows);
    if (found === undefined) {
      this.miss(correction, noCluster(rows.length, keys.length));
      return undefined;
    }
    return { ...found, rows };
  }

  private name(correction: Correction & { kind: 'name' }): void {
    const found = this.matched(correction, correction.cluster);
    if (found === undefined) return;
    const { id, rows, similarity } = found;
    const notes = this.clusters.notes(id);
    const before = this.named.get(id);
    if (correction.name === null) {
      delete notes.name;
      this.named.delete(id);
      return;
    }
    if (notes.name !== undefined && before !== undefined && !areAlike(before.rows, rows)) {
      // Two clusters that were named are one now: the name of the one that is more like it stays.
      const loser = similarity > before.similarity ? notes.name : correction.name;
      this.missed.push({
        text: t('The name “{0}”', loser),
        reason: t(
          'its faces are in the cluster “{0}” now',
          loser === notes.name ? correction.name : notes.name,
        ),
      });
      if (loser === correction.name) return;
    }
    notes.name = correction.name;
    this.named.set(id, { rows, similarity });
  }

  private annotate(correction: Correction & { kind: 'note' | 'color' }): void {
    const found = this.matched(correction, correction.cluster);
    if (found === undefined) return;
    const notes = this.clusters.notes(found.id);
    if (correction.kind === 'note') {
      if (correction.note === null) delete notes.note;
      else notes.note = correction.note;
    } else if (correction.color === null) delete notes.color;
    else notes.color = correction.color;
  }

  private merge(correction: Correction & { kind: 'merge' }): void {
    const into = this.matched(correction, correction.into);
    if (into === undefined) return;
    const all = [correction.into, ...correction.others].flat();
    const { rows } = this.finder.rowsOfAll(all);
    const others = this.clusters.within(rows).filter((id) => id !== into.id && id >= -1);
    const inside = this.clusters.overlaps(rows).get(into.id) ?? 0;
    if (others.length === 0 && 2 * inside <= rows.length)
      this.miss(correction, t('the faces of the other clusters are in several clusters now'));
    for (const id of others) {
      this.mergeInto(into.id, id);
      for (const [row, cluster] of this.setAside)
        if (cluster === id) this.setAside.set(row, into.id);
    }
  }

  private mergeInto(target: number, id: number): void {
    const { clusters } = this;
    clusters.move(clusters.rowsOf(id), target);
    const notes = clusters.notes(target);
    const said = clusters.notes(id);
    const names = [said.name, ...(said.formerNames ?? [])].filter((name) => name !== undefined);
    if (notes.name === undefined && names.length > 0) {
      notes.name = names.shift()!;
      const named = this.named.get(id);
      if (named !== undefined) this.named.set(target, named);
    }
    if (names.length > 0) notes.formerNames = [...(notes.formerNames ?? []), ...names];
    if (said.note !== undefined)
      notes.note = [notes.note, said.note].filter((each) => each !== undefined).join('\n');
    delete said.name;
    delete said.formerNames;
  }

  /** The largest part keeps the place of the cluster, with the faces that are in no part. */
  private split(correction: Correction & { kind: 'split' }): void {
    const parts = correction.parts.map((keys) => this.finder.rowsOfAll(keys).rows);
    const inside = new Set(this.clusters.within(parts.flat()));
    const movable = parts.map((rows) =>
      rows.filter((row) => inside.has(this.clusters.labels[row]!)),
    );
    const largest = movable.reduce((a, b) => (b.length > a.length ? b : a), []);
    if (largest.length === 0)
      this.miss(correction, t('the faces of its parts are in other clusters'));
    for (const rows of movable) {
      if (rows === largest || rows.length === 0) continue;
      const match = this.clusters.match(rows);
      if (match?.similarity !== 1) this.clusters.move(rows, this.clusters.newId());
    }
  }

  private moveTo(correction: Correction & { kind: 'move' }): void {
    const { rows } = this.found(correction, correction.faces);
    const to = this.matched(correction, correction.to);
    if (to !== undefined) this.clusters.move(rows, to.id);
  }

  private gather(correction: Correction, { rows }: Group): void {
    if (rows.length === 0) return;
    const match = this.clusters.match(rows);
    const isThere = match?.similarity === 1;
    const id = isThere ? match.id : this.clusters.newId();
    if (!isThere) this.clusters.move(rows, id);
    this.clusters.notes(id).pinned = true;
  }

  private pin(correction: Correction & { kind: 'pin' }): void {
    if (correction.pinned) {
      const before = this.clusters.match(this.finder.rowsOfAll(correction.cluster).rows);
      const said = before === undefined ? undefined : { ...this.clusters.notes(before.id) };
      this.gather(correction, this.found(correction, correction.cluster));
      this.takeNotes(correction, before?.id, said);
      return;
    }
    const found = this.matched(correction, correction.cluster);
    if (found !== undefined) delete this.clusters.notes(found.id).pinned;
  }

  /** A pinned cluster has what was said of the cluster that it is made of. */
  private takeNotes(
    correction: Correction & { kind: 'pin' },
    from: number | undefined,
    said: ClusterNotes | undefined,
  ): void {
    const made = this.clusters.match(this.finder.rowsOfAll(correction.cluster).rows);
    if (made === undefined || from === undefined || made.id === from) return;
    this.clusters.forget(from);
    Object.assign(this.clusters.notes(made.id), { ...said, pinned: true });
    const named = this.named.get(from);
    this.named.delete(from);
    if (named !== undefined) this.named.set(made.id, { ...named, similarity: 1 });
  }

  private setNotFace(correction: Correction & { kind: 'notFace' }): void {
    const { rows } = this.found(correction, correction.faces);
    const { labels } = this.clusters;
    for (const row of rows) {
      if (correction.value === (labels[row] === NOT_FACES)) continue;
      if (correction.value) this.setAside.set(row, labels[row]!);
      this.clusters.move([row], correction.value ? NOT_FACES : this.clusterBefore(row));
    }
  }

  /** The cluster that a face was in when it was marked as none, also after a merge. */
  private clusterBefore(row: number): number {
    const cluster = this.setAside.get(row);
    return cluster === undefined || cluster === NOT_FACES ? this.base[row]! : cluster;
  }
}

/** Whether two groups have at least half of their faces in common (Jaccard index). */
function areAlike(a: readonly number[], b: readonly number[]): boolean {
  const members = new Set(a);
  const common = b.filter((row) => members.has(row)).length;
  return 2 * common >= a.length + b.length - common;
}
