/** What a comparison of methods was made of, for people. */
import type { Comparison } from '../domain/comparison';
import { plural } from '../text/numbers';
import { t } from '../text/translate';

/**
 * One line: silhouettes of other attributes, weights or features cannot be compared with these.
 */
export function comparisonText({ settings, weights, seeds, points }: Comparison): string {
  const attributes = Object.keys(weights ?? {}).length || settings.attributes.length;
  const weighted =
    typeof settings.weights === 'string'
      ? t('weights {0}', t(settings.weights))
      : t('weights chosen by hand');
  const preset = settings.preset === 'original' ? t(", the original's parameters") : '';
  const repeated =
    seeds !== undefined && seeds.length > 1
      ? t(
          'means of seeds {0} to {1}, with 95 % intervals',
          String(seeds[0]!),
          String(seeds.at(-1)!),
        )
      : t('seed {0}', String(settings.seed));
  const noise = points.some((point) => point.noise > 0) ? t('; noise counts as a cluster') : '';
  const compared =
    settings.features === 'embedding'
      ? t('embeddings')
      : t(
          settings.features === 'binary'
            ? '{0} of 0 and 1, {1}'
            : '{0} with their probabilities, {1}',
          plural(attributes, 'attribute'),
          weighted,
        );
  return t('by {0}{1}; {2}{3}', compared, preset, repeated, noise);
}
