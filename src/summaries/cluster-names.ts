/** Names of clusters in words, made of what sets each apart from the whole folder. */
import { attributeKey, isKnownAttribute, readableAttribute } from '../domain/attributes';
import type { ClusterSummary, Occurrences } from '../domain/clustering';
import type { Gender } from '../domain/words/vocabulary';
import { phraseOf, phraseOrder, vocabulary } from '../domain/words/words';
import { lowerFirst, upperFirst } from '../text/letter-case';
import { clusterTitle } from '../text/numbers';
import { t } from '../text/translate';
import { own } from '../util/own';

/** Least share of a cluster's faces that has an attribute in its name, or lacks it. */
const ALMOST_ALL = 0.75;
/** Least difference to the share among all faces. */
const APART = 0.15;
/** The same for attributes by which the faces were not compared. */
const FAR_APART = 0.3;
/** Most words before the noun, and after it. */
const MOST = { before: 3, with: 2 } as const;

type Named = Pick<ClusterSummary, 'id' | 'occurrences' | 'otherOccurrences'>;

/** An attribute that sets a cluster apart. */
export interface Difference {
  name: string;
  /** Share of the cluster's faces that has it, in [0, 1]. */
  share: number;
  /** Share of all faces that has it. */
  overall: number;
}

/** The attributes by which faces were compared, those furthest from all faces' share first. */
export function differences(
  { occurrences }: Pick<Named, 'occurrences'>,
  overall: Occurrences,
): Difference[] {
  return Object.entries(occurrences)
    .map(([name, share]) => ({ name, share, overall: shareOf(overall, name) }))
    .sort((a, b) => distance(b) - distance(a));
}

/**
 * A name for each cluster: `Smiling women with lipstick`. Clusters that would share a name are told
 * apart by one more attribute where one does.
 * @returns the names by the clusters' ids.
 */
export function clusterNames(
  clusters: readonly Named[],
  overall: Occurrences,
): Map<number, string> {
  const parts = new Map(clusters.map((cluster) => [cluster.id, apart(cluster, overall)] as const));
  const names = new Map(clusters.map(({ id }) => [id, nameOf(id, parts.get(id)!)] as const));
  const groups = new Map<string, Named[]>();
  for (const cluster of clusters) {
    const name = names.get(cluster.id)!;
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [cluster]);
    else group.push(cluster);
  }
  for (const group of groups.values()) {
    if (group.length < 2) continue;
    const shared = meanOccurrences(group);
    for (const cluster of group) {
      const used = parts.get(cluster.id)!;
      const taken = new Set(used.words.map(({ name }) => name));
      const further = apart(cluster, shared).words.find(({ name }) => !taken.has(name));
      if (further === undefined) continue;
      const name = nameOf(cluster.id, { ...used, words: [...used.words, further] });
      if (name !== names.get(cluster.id)) groups.get(name)?.push(cluster);
      names.set(cluster.id, name);
    }
  }
  return names;
}

interface Word {
  name: string;
  place: 'before' | 'with' | 'without';
  text: string;
}

interface Parts {
  noun: string;
  words: Word[];
}

function apart(cluster: Named, reference: Occurrences): Parts {
  const male = shareOfKey(cluster, 'male');
  const gender = genderOf(male);
  const candidates = [
    ...entries(cluster.occurrences, reference, APART),
    ...entries(cluster.otherOccurrences, reference, FAR_APART),
  ].sort((a, b) => distance(b) - distance(a));
  const words = candidates.flatMap((each) => wordOf(each, gender) ?? []);
  const before = words.filter(({ place }) => place === 'before').slice(0, MOST.before);
  before.sort((a, b) => phraseOrder(a.name) - phraseOrder(b.name));
  const after = words.filter(({ place }) => place !== 'before').slice(0, MOST.with);
  return { noun: vocabulary().nouns[gender], words: [...before, ...after] };
}

function nameOf(id: number, { noun, words }: Parts): string {
  if (id < 0) return clusterTitle(id);
  const at = (wanted: Word['place']) =>
    words.filter(({ place }) => place === wanted).map(({ text }) => text);
  if (words.length === 0 && noun === vocabulary().nouns.mixed) return t('Mixed faces');
  return upperFirst(vocabulary().join(at('before'), noun, at('with'), at('without')));
}

function wordOf({ name, share }: Difference, gender: Gender): Word | undefined {
  if (attributeKey(name) === 'male') return undefined;
  const isPresent = share >= ALMOST_ALL;
  const phrase = phraseOf(name);
  if (phrase === undefined) {
    // Of networks with attributes of their own, the words are the attributes themselves.
    if (isKnownAttribute(name)) return undefined;
    return {
      name,
      place: isPresent ? 'with' : 'without',
      text: lowerFirst(readableAttribute(name)),
    };
  }
  const text = isPresent ? phrase.present : phrase.absent;
  if (text === undefined || (!isPresent && phrase.absentImpliedBy === gender)) return undefined;
  const place = phrase.place === 'before' ? 'before' : isPresent ? 'with' : 'without';
  return { name, place, text };
}

/** Attributes of almost all or hardly any faces that differ enough from the reference. */
const entries = (occurrences: Occurrences, reference: Occurrences, least: number): Difference[] =>
  Object.entries(occurrences)
    .map(([name, share]) => ({ name, share, overall: shareOf(reference, name) }))
    .filter((each) => each.share >= ALMOST_ALL || each.share <= 1 - ALMOST_ALL)
    .filter((each) => distance(each) >= least);

const genderOf = (male: number | undefined): Gender =>
  male === undefined
    ? 'unknown'
    : male >= ALMOST_ALL
      ? 'present'
      : male <= 1 - ALMOST_ALL
        ? 'absent'
        : 'mixed';

const distance = ({ share, overall }: Difference) => Math.abs(share - overall);

const shareOf = (occurrences: Occurrences, name: string): number => own(occurrences, name) ?? 0;

function shareOfKey({ occurrences, otherOccurrences }: Named, key: string): number | undefined {
  const all = [...Object.entries(occurrences), ...Object.entries(otherOccurrences)];
  return all.find(([name]) => attributeKey(name) === key)?.[1];
}

/** Mean shares of several clusters, each counting alike. */
function meanOccurrences(clusters: readonly Named[]): Occurrences {
  const sums = new Map<string, number>();
  for (const { occurrences, otherOccurrences } of clusters)
    for (const [name, share] of Object.entries({ ...occurrences, ...otherOccurrences }))
      sums.set(name, (sums.get(name) ?? 0) + share / clusters.length);
  return Object.fromEntries(sums);
}
