/**
 * Every setting of a run, with its bounds and default. The same names are used in VS Code's
 * configuration (`faceClusters.*`) and as options of the command line, and the same check stands at
 * both borders.
 */
import * as z from 'zod';
import { lowerFirst } from '../text/letter-case';
import { UserError } from '../util/errors';
import { DEFAULT_ATTRIBUTES } from './attributes';
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
export const AUTO_BY = ['silhouette', 'elbow', 'gap'] as const;
const WEIGHTS = ['none', 'rare', 'common'] as const;
export const WEIGHTS_FROM = ['celeba', 'folder'] as const;
export const THRESHOLDS = ['half', 'balanced'] as const;
export const FEATURES = ['binary', 'probability'] as const;
export const DETECT = ['auto', 'always', 'never'] as const;

const CLUSTERS = 'expected a whole number from 1 to 1000, or "auto"';

/** Far above what any network has; a settings file or a page may hold anything. */
const MOST_ATTRIBUTES = 10_000;
const attributeName = z.string().min(1).max(1000);

/**
 * A number from 0 to 1000 for each attribute. Not `z.record`, which leaves out a key `__proto__`:
 * an attribute may be called anything.
 */
const weightsByName = z
  .custom<Record<string, number>>((value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
    const entries = Object.entries(value);
    const inBounds = (weight: unknown) =>
      typeof weight === 'number' && weight >= 0 && weight <= 1000;
    return (
      entries.length <= MOST_ATTRIBUTES &&
      entries.every(([name, weight]) => attributeName.safeParse(name).success && inBounds(weight))
    );
  })
  .transform((value) => Object.fromEntries(Object.entries(value)));

/** Settings that decide what is inferred: changing one needs a new run. */
export const analysisSettingsSchema = z.strictObject({
  /** Whether faces are searched for, or every image is one aligned face. */
  detect: z.enum(DETECT).default('auto'),
  /** Smallest confidence of the detector, in [0, 1], at which something counts as a face. */
  minFaceScore: z.number().min(0.05).max(0.99).default(0.5),
  /** Smallest side of a face's box, in pixels of the photo. */
  minFaceSize: z.int().min(8).max(4096).default(20),
  /** Only the first `limit` images in the order of their paths; 0 is all. */
  limit: z.int().min(0).max(100_000_000).default(0),
  /** Only so many images, drawn with the seed; 0 is all. */
  sample: z.int().min(0).max(100_000_000).default(0),
  /** Execution provider of ONNX Runtime. */
  provider: z.enum(PROVIDERS).default('auto'),
  /** Faces a batch; 0 leaves it to the provider. */
  batchSize: z.int().min(0).max(1024).default(0),
  /** Whether what is found is kept for the next run. */
  cache: z.boolean().default(true),
  /** Gigabytes that what is kept may take. */
  cacheLimit: z.number().min(0.05).max(10_000).default(4),
  /** Largest file of an image that is read, in megabytes. */
  maxImageFileSize: z.number().min(0.001).max(100_000).default(500),
  /** Most megapixels of an image; a quarter of it for progressive and interlaced ones. */
  maxImageMegapixels: z.number().min(0.001).max(10_000).default(400),
  /** Longest time for reading an image and finding its faces, in seconds. */
  maxImageSeconds: z.number().min(0.1).max(3600).default(20),
  /** Most memory for decoding an image, in megabytes. */
  maxImageMemory: z.number().min(16).max(1_000_000).default(2000),
  /** Path of an ONNX file; empty for the one that comes along. */
  model: z.string().default(''),
  /** Seed of the sample and of clustering. */
  seed: z.int().min(0).max(0xffff_ffff).default(51),
});

/** Settings that decide how inferred faces are grouped: changing one infers nothing. */
export const clusteringSettingsSchema = z.strictObject({
  method: z.enum(METHODS).default('kmeans'),
  /** Number of clusters, or `auto` for the one in [autoFrom, autoTo] that `autoBy` selects. */
  clusters: z
    .union([z.int(CLUSTERS).min(1, CLUSTERS).max(1000, CLUSTERS), z.literal('auto')], CLUSTERS)
    .default(16),
  /** What `auto` goes by. */
  autoBy: z.enum(AUTO_BY).default('silhouette'),
  autoFrom: z.int().min(2).max(1000).default(2),
  autoTo: z.int().min(2).max(1000).default(30),
  /** Attributes faces are compared by. */
  attributes: z
    .array(attributeName)
    .min(1)
    .max(MOST_ATTRIBUTES)
    .default([...DEFAULT_ATTRIBUTES]),
  /**
   * Weights of the attributes: a formula's name, or a number ≥ 0 for each attribute (1 where it is
   * not named).
   */
  weights: z
    .union(
      [z.enum(WEIGHTS), weightsByName],
      'expected "none", "rare", "common", or an object of a number from 0 to 1000 for each attribute',
    )
    .default('none'),
  /** Whose frequencies `rare` and `common` go by. */
  weightsFrom: z.enum(WEIGHTS_FROM).default('celeba'),
  /** `binary`: probabilities rounded to 0 or 1, as in the original work. */
  features: z.enum(FEATURES).default('binary'),
  /**
   * From which probability an attribute counts as present: 0.5, or what the model says recognises
   * both values of it equally well.
   */
  thresholds: z.enum(THRESHOLDS).default('half'),
  /** Restarts of K-Means; the best inertia is kept. */
  restarts: z.int().min(1).max(1000).default(20),
  /** `original`: the methods' parameters of the original work instead of those set. */
  preset: z.enum(PRESETS).default('none'),
  /** Of Agglomerative: which distance of two clusters counts. */
  linkage: z.enum(LINKAGES).default('ward'),
  /** Distance of Agglomerative (but for ward), DBSCAN, OPTICS and HDBSCAN. */
  metric: z.enum(METRICS).default('euclidean'),
  /** Of Birch: largest radius of a subcluster. */
  threshold: z.number().min(0).max(1e6).default(0.5),
  /** Of Birch: subclusters of a node, at most. */
  branchingFactor: z.int().min(2).max(10_000).default(50),
  /** Of Spectral: how alike two faces are. */
  affinity: z.enum(AFFINITIES).default('rbf'),
  /** Of Spectral with `rbf`: exp(−γ d²). */
  gamma: z.number().min(1e-6).max(1e6).default(1),
  /** Of Spectral with `nearest_neighbors`, the face itself counted. */
  neighbors: z.int().min(1).max(10_000).default(10),
  /** Of Spectral: how the eigenvectors are turned into clusters. */
  assignLabels: z.enum(ASSIGN_LABELS).default('kmeans'),
  /** Of DBSCAN: largest distance of neighbours. */
  eps: z.number().min(0).max(1e6).default(0.5),
  /** Of DBSCAN, OPTICS and HDBSCAN: faces around a core face, itself counted. */
  minSamples: z.int().min(1).max(1_000_000).default(5),
  /** Of OPTICS: smallest relative drop of reachability at a cluster's edge. */
  xi: z.number().min(0.001).max(0.999).default(0.05),
  /** Of HDBSCAN: fewest faces of a cluster. */
  minClusterSize: z.int().min(2).max(1_000_000).default(5),
  seed: z.int().min(0).max(0xffff_ffff).default(51),
});

const WATCH = ['off', 'tell', 'update'] as const;

/** Settings only the editor reads. */
const hostSettingsSchema = z.strictObject({
  /**
   * What happens when images are added to, changed in or removed from a folder whose faces are
   * clustered.
   */
  watch: z.enum(WATCH).default('tell'),
  /**
   * Absolute folders that hold NVIDIA's libraries, where the system does not find them by itself.
   */
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

type HostSettings = z.infer<typeof hostSettingsSchema>;
export type AnalysisSettings = z.infer<typeof analysisSettingsSchema>;
export type ClusteringSettings = z.infer<typeof clusteringSettingsSchema>;
export type Settings = AnalysisSettings & ClusteringSettings & HostSettings;

/** Their names; each is `faceClusters.<name>` in VS Code. */
export const ANALYSIS_KEYS = Object.keys(
  analysisSettingsSchema.shape,
) as (keyof AnalysisSettings)[];
const CLUSTERING_KEYS = Object.keys(clusteringSettingsSchema.shape) as (keyof ClusteringSettings)[];

/** Names of all settings. */
export const SETTING_KEYS: readonly (keyof Settings)[] = [
  ...new Set([
    ...ANALYSIS_KEYS,
    ...CLUSTERING_KEYS,
    ...(Object.keys(hostSettingsSchema.shape) as (keyof HostSettings)[]),
  ]),
];

/** Settings checked, with what was wrong with those that were replaced by their default. */
export interface CheckedSettings {
  settings: Settings;
  problems: string[];
}

const schemas = {
  ...analysisSettingsSchema.shape,
  ...clusteringSettingsSchema.shape,
  ...hostSettingsSchema.shape,
};

/**
 * Checks each setting by itself: one that is wrong takes its default and is told of, the others
 * stand.
 * @param values by name; undefined takes the default.
 * @param label how a setting is called in messages, `faceClusters.clusters` or `--clusters`.
 */
export function checkSettings(
  values: Record<string, unknown>,
  label: (name: string) => string,
): CheckedSettings {
  const problems: string[] = [];
  const settings: Record<string, unknown> = {};
  for (const [name, schema] of Object.entries(schemas)) {
    const result = schema.safeParse(values[name]);
    if (!result.success) {
      const expected = [...new Set(result.error.issues.map((issue) => issue.message))].join('; ');
      problems.push(
        `${label(name)} is ${shorten(JSON.stringify(values[name]))}: ${lowerFirst(expected)}`,
      );
    }
    settings[name] = result.success ? result.data : schema.parse(undefined);
  }
  const checked = settings as Settings;
  if (checked.autoFrom > checked.autoTo) {
    problems.push(
      `${label('autoFrom')} (${String(checked.autoFrom)}) is above ${label('autoTo')} (${String(checked.autoTo)})`,
    );
    checked.autoFrom = schemas.autoFrom.parse(undefined);
    checked.autoTo = schemas.autoTo.parse(undefined);
  }
  return { settings: checked, problems };
}

/** @throws UserError naming the first setting out of its bounds. */
export function parseSettings(
  values: Record<string, unknown>,
  label: (name: string) => string,
): Settings {
  const { settings, problems } = checkSettings(values, label);
  const [first] = problems;
  if (first !== undefined) throw new UserError(first);
  return settings;
}

/** Only the settings clustering reads. */
export function clusteringSettings(settings: Settings): ClusteringSettings {
  return clusteringSettingsSchema.parse(
    Object.fromEntries(CLUSTERING_KEYS.map((key) => [key, settings[key]])),
  );
}

/** Only the settings inference reads. */
export function analysisSettings(settings: Settings): AnalysisSettings {
  return analysisSettingsSchema.parse(
    Object.fromEntries(ANALYSIS_KEYS.map((key) => [key, settings[key]])),
  );
}

const shorten = (text: string | undefined) =>
  text !== undefined && text.length > 60 ? `${text.slice(0, 57)}…` : (text ?? '');
