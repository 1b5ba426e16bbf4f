/** The content of comparison.json. */
import type { Comparison } from '../../domain/comparison';
import type { RunManifest } from '../../domain/run';
import { type AnalysisSettings, METHODS } from '../../domain/settings';
import type { CompareParams } from '../../protocol/engine';
import { optionUnless, settingArguments } from '../../results/arguments';
import { originOfRun, provenanceOf } from '../../results/provenance';
import type { ComparisonJson } from '../../results/schemas';

/** What was compared: a run, or a table of vectors and the choice of its rows. */
export type ComparedSource =
  { manifest: RunManifest } | ({ vectors: string } & Pick<AnalysisSettings, 'limit' | 'sample'>);

export function comparisonJson(
  comparison: Comparison,
  params: CompareParams,
  source: ComparedSource,
): ComparisonJson {
  const {
    version: _,
    settings,
    weights = {},
    seeds = [settings.seed],
    labels,
    ...rest
  } = comparison;
  const parameters = parametersOf(comparison, source);
  return {
    ...provenanceOf({
      kind: 'comparison',
      arguments: [
        'compare',
        ...('vectors' in source ? ['--vectors', source.vectors] : source.manifest.folders),
        ...settingArguments(parameters),
        ...['--from', String(params.from), '--to', String(params.to)],
        ...optionUnless('--methods', comparison.methods.join(','), METHODS.join(',')),
        ...optionUnless('--labels', labels),
        ...optionUnless('--seeds', seeds.length, 1),
      ],
      parameters,
      seed: settings.seed,
      ...('manifest' in source ? originOfRun(source.manifest) : {}),
    }),
    ...rest,
    folders: 'manifest' in source ? source.manifest.folders : [],
    vectors: 'vectors' in source ? source.vectors : null,
    attributes: Object.keys(weights),
    weights,
    seeds,
    labels: labels ?? null,
    points: comparison.points.map(({ range, truth, ...point }) => ({
      ...point,
      ...(range === undefined ? {} : { range }),
      ...(truth === undefined ? {} : { truth }),
    })),
  };
}

/** The settings that `compare` has options for: the numbers of clusters are its own. */
function parametersOf({ settings }: Comparison, source: ComparedSource) {
  const { method: _m, clusters: _c, autoBy: _b, autoFrom: _f, autoTo: _t, ...chosen } = settings;
  if ('manifest' in source) return { ...source.manifest.settings, ...chosen };
  const { limit, sample } = source;
  return { limit, sample, ...chosen };
}
