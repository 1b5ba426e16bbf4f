/** How well a grouping agrees with labels, for people. */
import { readableAttribute } from '../domain/attributes';
import type { Judgement, TRUTH_SCORES } from '../domain/judgement';
import { forName } from '../text/neutralize';
import { count, plural } from '../text/numbers';
import type { MeanInterval } from '../util/mean-interval';

const NAMES: Record<(typeof TRUTH_SCORES)[number], string> = {
  balancedAccuracy: 'balanced accuracy by cluster',
  adjustedRand: 'adjusted Rand index',
  adjustedMutualInformation: 'adjusted mutual information',
  homogeneity: 'homogeneity',
  completeness: 'completeness',
  vMeasure: 'V-measure',
  purity: 'purity',
  silhouette: 'silhouette',
};

/** `0.837 ± 0.004`: half the 95 % confidence interval follows the mean, if there is one. */
function intervalText(interval: MeanInterval | null): string {
  if (interval === null) return 'not defined';
  const { mean, high } = interval;
  return high === null ? mean.toFixed(3) : `${mean.toFixed(3)} ± ${(high - mean).toFixed(3)}`;
}

/** What was judged, and the name and text of each score. */
export function judgementTexts(judgement: Judgement): { what: string; scores: [string, string][] } {
  const { labels, attributes, faces, unlabeled, classes, noise, seeds, share } = judgement;
  const repeated =
    (seeds.length > 1 ? `, means of ${seeds.length} seeds with 95 % intervals` : '') +
    (share < 1 ? `, each of ${(share * 100).toFixed(0)} % of the faces` : '');
  const others = [
    ...(judgement.complete < faces
      ? [`${count(faces - judgement.complete)} of them lack a label and are of no class`]
      : []),
    ...(unlabeled > 0 ? [`${plural(unlabeled, 'other face')} without labels`] : []),
    ...(noise > 0
      ? [`${count(Math.round(noise))} of the faces are noise, which counts as a cluster`]
      : []),
  ];
  return {
    what:
      `against the labels in ${forName(labels.split(/[\\/]/).pop()!)}: ${plural(faces, 'face')} in ` +
      `${count(classes)} classes by ${plural(attributes.length, 'attribute')}${repeated}` +
      others.map((other) => `; ${other}`).join(''),
    scores: (Object.keys(NAMES) as (typeof TRUTH_SCORES)[number][]).map((name) => [
      NAMES[name],
      intervalText(judgement.scores[name]),
    ]),
  };
}

/** Lines for the command line. */
export function judgementLines(judgement: Judgement): string[] {
  const { what, scores } = judgementTexts(judgement);
  const line = ([name, text]: [string, string]) => `  ${name.padEnd(28)}  ${text}`;
  const own = Object.entries(judgement.perAttribute).map(([name, interval]): [string, string] => [
    `  of ${readableAttribute(name)}`,
    intervalText(interval),
  ]);
  const [balanced, ...others] = scores;
  const notes = judgement.notices.map((notice) => `note: ${notice}`);
  return [...notes, what, line(balanced!), ...own.map(line), ...others.map(line), ''];
}
