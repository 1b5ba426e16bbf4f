/** Options of clustering that have no effect beside others. They are named, not refused. */
import { METHOD_NAMES, takesClusters } from '../domain/method-names';
import { METHOD_PARAMETERS, usedParameters } from '../domain/method-parameters';
import type { Settings } from '../domain/settings';
import { optionName } from '../results/arguments';
import type { CliOptions } from './context';

type Name = keyof Settings;

const OF_AUTO = ['autoBy', 'autoFrom', 'autoTo'] as const satisfies Name[];

/** @returns notes for people about the options that were given and are not used. */
export function unusedOptions(options: CliOptions, settings: Settings): string[] {
  const { method, linkage, metric, preset, clusters, features, weights } = settings;
  const given = (names: readonly Name[]) => names.filter((name) => options[name] !== undefined);
  const note = (names: readonly Name[], why: string) =>
    names.length === 0
      ? []
      : [
          `note: ${names.map(optionName).join(', ')} ${names.length === 1 ? 'has' : 'have'} no effect ${why}`,
        ];
  const used = new Set<Name>(usedParameters(settings));
  // The cosine of embeddings is that of vectors of length 1, which any method can compare, and else
  // they are compared as any numbers. The clustering itself says that Ward's linkage has no metric.
  const isForEmbeddings = features === 'embedding' && ['cosine', 'euclidean'].includes(metric);
  if (isForEmbeddings || (method === 'agglomerative' && linkage === 'ward')) used.add('metric');
  const unused = given(METHOD_PARAMETERS.filter((name) => !used.has(name)));
  const replaced = new Set<Name>(usedParameters({ ...settings, preset: 'none' }));
  const byFrequency = weights === 'rare' || weights === 'common';
  return [
    ...note(
      unused.filter((name) => !replaced.has(name)),
      `on ${METHOD_NAMES[method]} as it is set`,
    ),
    ...note(
      unused.filter((name) => replaced.has(name)),
      `with --preset ${preset}`,
    ),
    ...(takesClusters(method)
      ? note(clusters === 'auto' ? [] : given(OF_AUTO), 'without --clusters auto')
      : note(
          given(['clusters', ...OF_AUTO]),
          `on ${METHOD_NAMES[method]}, which finds their number`,
        )),
    ...note(byFrequency ? [] : given(['weightsFrom']), 'without --weights rare or common'),
  ];
}
