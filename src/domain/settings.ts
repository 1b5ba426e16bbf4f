/**
 * Every setting of a run, with its bounds and default. VS Code's configuration (`faceClusters.*`)
 * and the options of the command line use the same names and the same checks.
 */
import * as z from 'zod';
import { excerpt } from '../text/excerpt';
import { lowerFirst } from '../text/letter-case';
import { t } from '../text/translate';
import { UserError } from '../util/errors';
import { globProblem } from '../util/glob';
import { DEFAULT_ATTRIBUTES } from './attributes';
import { imageCounts } from './image-counts';
import { countsByFolder, MOST_ATTRIBUTES, weightsByName } from './numbers-by-name';
import { libraryFolderProblem } from './library-folder';
import { LINKAGES, METRICS, AFFINITIES, ASSIGN_LABELS } from './method-options';

export const PROVIDERS = ['auto', 'cuda', 'dml', 'coreml', 'webgpu', 'cpu'] as const;
export const METHODS = [
  'kmeans',
  'agglomerative',
  'birch',
  'spectral',
  'dbscan',
  'optics',
  'hdbscan',
] as const;
export const PRESETS = ['none', 'original'] as const;
export const AUTO_BY = ['knee', 'silhouette', 'elbow', 'gap'] as const;
const WEIGHTS = ['standardized', 'none', 'rare', 'common'] as const;
export const WEIGHTS_FROM = ['celeba', 'folder'] as const;
export const THRESHOLDS = ['half', 'balanced'] as const;
export const FEATURES = ['binary', 'probability', 'embedding'] as const;
export const COPIES = ['count', 'leaveOut'] as const;
export const DETECT = ['auto', 'always', 'never'] as const;

/** Formats of the table of faces. */
export const TABLE_FORMATS = ['csv', 'jsonl', 'parquet'] as const;
export type TableFormat = (typeof TABLE_FORMATS)[number];

const WEIGHTS_EXPECTED =
  'expected "standardized", "none", "rare", "common", or an object of a number from 0 to 1000 for each attribute';
const CLUSTERS = { error: () => t('expected a whole number from 1 to 1000, or "auto"') };
const clusterCount = z.int(CLUSTERS).min(1, CLUSTERS).max(1000, CLUSTERS);
/** VS Code's settings editor shows one type a setting, so that it keeps the number as text. */
const clusterCountText = z
  .string()
  .regex(/^\d{1,4}$/)
  .transform(Number)
  .pipe(clusterCount);

const attributeName = z.string().min(1).max(1000);

/** Of one setting: each pattern is compared with each path. */
const MOST_GLOBS = 100;
const globPattern = z.string().superRefine((pattern, context) => {
  const message = globProblem(pattern);
  if (message !== undefined) context.addIssue({ code: 'custom', message });
});

/** Settings of the analysis of images: a change takes effect with the next analysis. */
export const analysisSettingsSchema = z.strictObject({
  /** Whether faces are searched for, or every image is one aligned crop. */
  detect: z.enum(DETECT).default('auto'),
  /** Smallest confidence of the face detector, in [0, 1]. */
  minFaceScore: z.number().min(0.05).max(0.99).default(0.5),
  /** Smallest side of the bounding box of a face, in pixels of the photo. */
  minFaceSize: z.int().min(8).max(4096).default(20),
  /** Number of images, in the order of their paths; 0 means all. */
  limit: imageCounts.default(0),
  /** Number of images drawn at random with the seed; 0 means all. */
  sample: imageCounts.default(0),
  /** Globs of the only images that are read; none means all. */
  include: z.array(globPattern).max(MOST_GLOBS).default([]),
  /** Globs of images and folders that are left out. */
  exclude: z.array(globPattern).max(MOST_GLOBS).default([]),
  /** Execution provider of ONNX Runtime. */
  provider: z.enum(PROVIDERS).default('auto'),
  /** Faces per batch; 0 means the fastest number for the provider. */
  batchSize: z.int().min(0).max(1024).default(0),
  /** Whether faces and attributes are cached for later runs. */
  cache: z.boolean().default(true),
  /** Largest size of the cache, in gigabytes. */
  cacheLimit: z.number().min(0.05).max(10_000).default(4),
  /** Largest image file that is read, in megabytes. */
  maxImageFileSize: z.number().min(0.001).max(100_000).default(500),
  /** Largest image, in megapixels; a quarter of that for progressive and interlaced images. */
  maxImageMegapixels: z.number().min(0.001).max(10_000).default(400),
  /** Longest time for reading one image and finding its faces, in seconds. */
  maxImageSeconds: z.number().min(0.1).max(3600).default(20),
  /** Memory for decoding images, in megabytes. */
  maxImageMemory: z.number().min(16).max(1_000_000).default(2000),
  /** Path of an ONNX file; empty for the bundled model. */
  model: z.string().default(''),
  /** Seed of the sample and of clustering. */
  seed: z.int().min(0).max(0xffff_ffff).default(51),
});

/** Settings of clustering: a change clusters again and infers nothing. */
export const clusteringSettingsSchema = z.strictObject({
  method: z.enum(METHODS).default('kmeans'),
  /** Number of clusters, or `auto` for the best one in [autoFrom, autoTo] according to `autoBy`. */
  clusters: z.union([clusterCount, z.literal('auto'), clusterCountText], CLUSTERS).default(16),
  /** Score that `auto` optimizes. */
  autoBy: z.enum(AUTO_BY).default('knee'),
  autoFrom: z.int().min(2).max(1000).default(2),
  autoTo: z.int().min(2).max(1000).default(30),
  /** Attributes by which faces are compared. */
  attributes: z
    .array(attributeName)
    .min(1)
    .max(MOST_ATTRIBUTES)
    .default([...DEFAULT_ATTRIBUTES]),
  /** Weights of the attributes: the name of a formula, or a number ≥ 0 by attribute (default 1). */
  weights: z
    .union([z.enum(WEIGHTS), weightsByName], {
      error: () => t(WEIGHTS_EXPECTED),
    })
    .default('standardized'),
  /** Origin of the frequencies behind `rare` and `common`. */
  weightsFrom: z.enum(WEIGHTS_FROM).default('celeba'),
  /**
   * `binary`: attributes are 0 or 1, as in the original work. `embedding`: the numbers of the
   * network's last hidden layer, in place of attributes.
   */
  features: z.enum(FEATURES).default('binary'),
  /**
   * Probability from which an attribute counts as present: 0.5, or the threshold in the model file
   * at which presence and absence are recognized equally well.
   */
  thresholds: z.enum(THRESHOLDS).default('half'),
  /** Whether faces that are copies of others are clustered as well, or left out. */
  copies: z.enum(COPIES).default('count'),
  /** Runs of K-Means, of which the one with the lowest inertia is used. */
  restarts: z.int().min(1).max(1000).default(20),
  /** `original`: the parameters of the original work replace those below. */
  preset: z.enum(PRESETS).default('none'),
  /** Agglomerative: distance between two clusters. */
  linkage: z.enum(LINKAGES).default('ward'),
  /** Agglomerative (except ward), DBSCAN, OPTICS and HDBSCAN: distance between two faces. */
  metric: z.enum(METRICS).default('euclidean'),
  /** Birch: largest radius of a subcluster. */
  threshold: z.number().min(0).max(1e6).default(0.5),
  /** Birch: largest number of subclusters in a node. */
  branchingFactor: z.int().min(2).max(10_000).default(50),
  /** Spectral: similarity of two faces. */
  affinity: z.enum(AFFINITIES).default('rbf'),
  /** Spectral with `rbf`: γ in exp(−γ d²). */
  gamma: z.number().min(1e-6).max(1e6).default(1),
  /** Spectral with `nearest_neighbors`: number of neighbors, including the face itself. */
  neighbors: z.int().min(1).max(10_000).default(10),
  /** Spectral: how clusters are derived from the eigenvectors. */
  assignLabels: z.enum(ASSIGN_LABELS).default('kmeans'),
  /** DBSCAN: largest distance between neighbors. */
  eps: z.number().min(0).max(1e6).default(0.5),
  /** DBSCAN, OPTICS and HDBSCAN: faces around a core face, including itself. */
  minSamples: z.int().min(1).max(1_000_000).default(5),
  /** OPTICS: smallest relative drop of the reachability at the edge of a cluster. */
  xi: z.number().min(0.001).max(0.999).default(0.05),
  /** HDBSCAN: smallest number of faces in a cluster. */
  minClusterSize: z.int().min(2).max(1_000_000).default(5),
  seed: z.int().min(0).max(0xffff_ffff).default(51),
});

/** Settings of the files that results are written to. */
const exportSettingsSchema = z.strictObject({
  /** Formats of the table of faces, each at most once. */
  formats: z
    .array(z.enum(TABLE_FORMATS))
    .min(1)
    .max(TABLE_FORMATS.length)
    .default(['csv'])
    .refine((formats) => new Set(formats).size === formats.length, {
      error: () => t('expected each format once'),
    }),
});

const WATCH = ['off', 'tell', 'update'] as const;

/** Settings that only the VS Code extension reads. */
const hostSettingsSchema = z.strictObject({
  /** Reaction to changes in the folders of an open panel. */
  watch: z.enum(WATCH).default('tell'),
  /** `limit` and `sample` of single folders, by their names or the ends of their paths. */
  limitByFolder: countsByFolder,
  sampleByFolder: countsByFolder,
  /** Absolute paths of folders with NVIDIA libraries outside the search path of the system. */
  cudaLibraries: z
    .array(
      z.string().superRefine((folder, context) => {
        const message = libraryFolderProblem(folder);
        if (message !== undefined) context.addIssue({ code: 'custom', message });
      }),
    )
    .max(100)
    .default([]),
});

type ExportSettings = z.infer<typeof exportSettingsSchema>;
type HostSettings = z.infer<typeof hostSettingsSchema>;
export type AnalysisSettings = z.infer<typeof analysisSettingsSchema>;
export type ClusteringSettings = z.infer<typeof clusteringSettingsSchema>;
export type Settings = AnalysisSettings & ClusteringSettings & ExportSettings & HostSettings;

/** Names of the analysis settings; each is `faceClusters.<name>` in VS Code. */
export const ANALYSIS_KEYS = Object.keys(
  analysisSettingsSchema.shape,
) as (keyof AnalysisSettings)[];
const CLUSTERING_KEYS = Object.keys(clusteringSettingsSchema.shape) as (keyof ClusteringSettings)[];

/** Names of all settings. */
export const SETTING_KEYS: readonly (keyof Settings)[] = [
  ...new Set([
    ...ANALYSIS_KEYS,
    ...CLUSTERING_KEYS,
    ...(Object.keys(exportSettingsSchema.shape) as (keyof ExportSettings)[]),
    ...(Object.keys(hostSettingsSchema.shape) as (keyof HostSettings)[]),
  ]),
];

/** Settings within their bounds, with a message for each that was replaced by its default. */
export interface CheckedSettings {
  settings: Settings;
  problems: string[];
}

/** The check of each setting. */
export const settingSchemas = {
  ...analysisSettingsSchema.shape,
  ...clusteringSettingsSchema.shape,
  ...exportSettingsSchema.shape,
  ...hostSettingsSchema.shape,
};

/**
 * Checks each setting separately. An invalid one takes its default and adds a problem.
 * @param values by name; undefined means the default.
 * @param label the name of a setting in messages: `faceClusters.clusters` or `--clusters`.
 */
export function checkSettings(
  values: Record<string, unknown>,
  label: (name: string) => string,
): CheckedSettings {
  const problems: string[] = [];
  const settings: Record<string, unknown> = {};
  for (const [name, schema] of Object.entries(settingSchemas)) {
    const result = schema.safeParse(values[name]);
    if (!result.success) {
      const expected = [...new Set(result.error.issues.map((issue) => issue.message))].join('; ');
      problems.push(
        t(
          '{0} is {1}: {2}',
          label(name),
          excerpt(JSON.stringify(values[name]), 60),
          lowerFirst(expected),
        ),
      );
    }
    settings[name] = result.success ? result.data : schema.parse(undefined);
  }
  const checked = settings as Settings;
  if (checked.autoFrom > checked.autoTo) {
    problems.push(
      t(
        '{0} ({1}) is above {2} ({3})',
        label('autoFrom'),
        checked.autoFrom,
        label('autoTo'),
        checked.autoTo,
      ),
    );
    checked.autoFrom = settingSchemas.autoFrom.parse(undefined);
    checked.autoTo = settingSchemas.autoTo.parse(undefined);
  }
  return { settings: checked, problems };
}

/** @throws UserError that names the first invalid setting. */
export function parseSettings(
  values: Record<string, unknown>,
  label: (name: string) => string,
): Settings {
  const { settings, problems } = checkSettings(values, label);
  const [first] = problems;
  if (first !== undefined) throw new UserError(first);
  return settings;
}

/** The settings of clustering. */
export function clusteringSettings(settings: Settings): ClusteringSettings {
  return clusteringSettingsSchema.parse(
    Object.fromEntries(CLUSTERING_KEYS.map((key) => [key, settings[key]])),
  );
}

/** The settings of the analysis. */
export function analysisSettings(settings: Settings): AnalysisSettings {
  return analysisSettingsSchema.parse(
    Object.fromEntries(ANALYSIS_KEYS.map((key) => [key, settings[key]])),
  );
}
