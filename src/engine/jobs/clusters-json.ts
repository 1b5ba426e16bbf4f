/** The content of clusters.json. */
import type { Clustering } from '../../domain/clustering';
import { isSampled } from '../../domain/image-counts';
import type { Judgement } from '../../domain/judgement';
import type { RunManifest } from '../../domain/run';
import type { AnalysisSettings, TableFormat } from '../../domain/settings';
import { optionUnless, settingArguments } from '../../results/arguments';
import { originOfRun, provenanceOf } from '../../results/provenance';
import type { ClustersJson } from '../../results/schemas';
import { clusterTitles } from '../../summaries/cluster-titles';
import { plural } from '../../text/numbers';

/** A table of attribute vectors, and what of it was clustered. */
interface VectorsSource extends Pick<AnalysisSettings, 'limit' | 'sample'> {
  /** Path of the table. */
  vectors: string;
}

interface ClustersOrigin {
  source: RunManifest | VectorsSource;
  /** Path of the file that the run was opened from, if it was. */
  file?: string | undefined;
  formats: readonly TableFormat[];
  /** Against labels; undefined where there are none. */
  judgement: Judgement | undefined;
  /** On what else is written, for people. */
  notices?: readonly string[];
}

export function clustersJson(clustering: Clustering, origin: ClustersOrigin): ClustersJson {
  const { source, judgement } = origin;
  const { settings } = clustering;
  const manifest = 'vectors' in source ? undefined : source;
  const titles = clusterTitles(clustering);
  return {
    ...provenanceOf({
      kind: 'clusters',
      arguments: argumentsOf(clustering, origin),
      parameters: parametersOf(clustering, origin),
      seed: settings.seed,
      ...(manifest && originOfRun(manifest)),
    }),
    method: settings.method,
    attributes: Object.keys(clustering.weights),
    weights: clustering.weights,
    folders: manifest?.folders ?? [],
    vectors: 'vectors' in source ? source.vectors : null,
    provider: manifest?.provider ?? null,
    providers: manifest?.trials ?? [],
    images: manifest?.images ?? null,
    faces: clustering.faces,
    distinct: clustering.distinct,
    silhouette: clustering.silhouette,
    inertia: clustering.inertia,
    curve: clustering.curve,
    daviesBouldin: clustering.daviesBouldin,
    calinskiHarabasz: clustering.calinskiHarabasz,
    agreement: clustering.agreement,
    projection: clustering.projection ?? null,
    judgement: judgement ?? null,
    tree: clustering.tree,
    notices: [
      ...clustering.notices,
      ...seedNotice(clustering, manifest),
      ...(origin.file === undefined ? correctionNotice(clustering) : []),
      ...(origin.notices ?? []),
    ],
    timing: { ...manifest?.timing, ...clustering.timing },
    overall: clustering.overall,
    corrections: clustering.corrections?.count ?? 0,
    clusters: clustering.clusters.map((cluster) => ({
      ...cluster,
      name: titles.get(cluster.id)!.text,
    })),
  };
}

/** All settings: those of clustering last, as the seed is a setting of both. */
function parametersOf({ settings }: Clustering, { source, formats }: ClustersOrigin) {
  if (!('vectors' in source)) return { ...source.settings, ...settings, formats: [...formats] };
  const { limit, sample } = source;
  return { limit, sample, ...settings, formats: [...formats] };
}

/** What the command clusters, and by which settings: those of a file's images are in the file. */
function subjectOf(clustering: Clustering, origin: ClustersOrigin): string[] {
  const { source, file, formats } = origin;
  if (file !== undefined)
    return [file, ...settingArguments({ ...clustering.settings, formats: [...formats] })];
  const subject = 'vectors' in source ? ['--vectors', source.vectors] : source.folders;
  return [...subject, ...settingArguments(parametersOf(clustering, origin))];
}

function argumentsOf(clustering: Clustering, origin: ClustersOrigin): string[] {
  const { judgement } = origin;
  return [
    'cluster',
    ...subjectOf(clustering, origin),
    ...(judgement === undefined
      ? []
      : [
          ...['--labels', judgement.labels],
          ...optionUnless('--seeds', judgement.seeds.length, 1),
          ...optionUnless('--share', judgement.share, 1),
        ]),
  ];
}

function correctionNotice({ corrections }: Clustering): string[] {
  if (corrections === undefined || corrections.count === 0) return [];
  return [
    `these clusters were corrected by a person (${plural(corrections.count, 'correction')}): the command makes them without`,
  ];
}

/** A window of VS Code may cluster with another seed than it drew the images with. */
function seedNotice({ settings }: Clustering, manifest: RunManifest | undefined): string[] {
  if (manifest === undefined || !isSampled(manifest.settings)) return [];
  const { seed } = manifest.settings;
  return seed === settings.seed
    ? []
    : [
        `the images were drawn with the seed ${seed} and clustered with ${settings.seed}: the command, which has one seed, draws others`,
      ];
}
