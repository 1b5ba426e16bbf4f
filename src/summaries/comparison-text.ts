/** What a comparison of methods was made of, for people. */
import type { Comparison } from '../domain/comparison';
import { plural } from '../text/numbers';

/**
 * One line: silhouettes of other attributes, weights or features cannot be compared with these.
 */
export function comparisonText({ settings, weights, seeds, points }: Comparison): string {
  const attributes = Object.keys(weights ?? {}).length || settings.attributes.length;
  const kind = typeof settings.weights === 'string' ? settings.weights : 'chosen by hand';
  const preset = settings.preset === 'original' ? ", the original's parameters" : '';
  const repeated =
    seeds !== undefined && seeds.length > 1
      ? `means of seeds ${seeds[0]!} to ${seeds.at(-1)!}, with 95 % intervals`
      : `seed ${settings.seed}`;
  const noise = points.some((point) => point.noise > 0) ? '; noise counts as a cluster' : '';
  const compared =
    settings.features === 'embedding'
      ? 'embeddings'
      : `${plural(attributes, 'attribute')} ${settings.features === 'binary' ? 'of 0 and 1' : 'with their probabilities'}, weights ${kind}`;
  return `by ${compared}${preset}; ${repeated}${noise}`;
}
