/** How well a grouping agrees with labels, for people. */
import { readableAttribute } from '../domain/attributes';
import type { Judgement, TRUTH_SCORES } from '../domain/judgement';
import { forName } from '../text/neutralize';
import { count, decimal, plural } from '../text/numbers';
import { t } from '../text/translate';
import type { MeanInterval } from '../util/mean-interval';

const NAMES = {
  balancedAccuracy: 'balanced accuracy by cluster',
  adjustedRand: 'adjusted Rand index',
  adjustedMutualInformation: 'adjusted mutual information',
  homogeneity: 'homogeneity',
  completeness: 'completeness',
  vMeasure: 'V-measure',
  purity: 'purity',
  silhouette: 'silhouette',
} as const satisfies Record<(typeof TRUTH_SCORES)[number], string>;

/** `0.837 ± 0.004`: half the 95 % confidence interval follows the mean, if there is one. */
function intervalText(interval: MeanInterval | null): string {
  if (interval === null) return t('not defined');
  const { mean, high } = interval;
  return high === null ? decimal(mean, 3) : `${decimal(mean, 3)} ± ${decimal(high - mean, 3)}`;
}

/** What was judged, and the name and text of each score. */
export function judgementTexts(judgement: Judgement): { what: string; scores: [string, string][] } {
  const { labels, attributes, faces, unlabeled, classes, noise, seeds, share } = judgement;
  const repeated =
    (seeds.length > 1 ? t(', means of {0} seeds with 95 % intervals', seeds.length) : '') +
    (share < 1 ? t(', each of {0} % of the faces', (share * 100).toFixed(0)) : '');
  const others = [
    ...(judgement.complete < faces
      ? [t('{0} of them lack a label and are of no class', count(faces - judgement.complete))]
      : []),
    ...(unlabeled > 0 ? [t('{0} without labels', plural(unlabeled, 'other face'))] : []),
    ...(noise > 0
      ? [t('{0} of the faces are noise, which counts as a cluster', count(Math.round(noise)))]
      : []),
  ];
  return {
    what:
      t(
        'against the labels in {0}: {1} in {2} classes by {3}{4}',
        forName(labels.split(/[\\/]/).pop()!),
        plural(faces, 'face'),
        count(classes),
        plural(attributes.length, 'attribute'),
        repeated,
      ) + others.map((other) => `; ${other}`).join(''),
    scores: (Object.keys(NAMES) as (typeof TRUTH_SCORES)[number][]).map((name) => [
      t(NAMES[name]),
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
