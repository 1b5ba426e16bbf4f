/**
 * Schemas of a run's files. Files may come from other versions, crashes, or disks that others can
 * write: a damaged one is reported by its name, and affects no other run.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import type { Clustering } from '../domain/clustering';
import type { Comparison } from '../domain/comparison';
import { type ClusterNotes, type CorrectionState, LEFT_OUT_COPIES } from '../domain/corrections';
import { type Provider, REJECTIONS } from '../domain/networks';
import { REMARKS, type RunManifest } from '../domain/run';
import { analysisSettings, checkSettings, clusteringSettings, METHODS } from '../domain/settings';
import { t } from '../text/translate';
import { codeOf, messageOf, UserError } from '../util/errors';
import { own } from '../util/own';

/** Advice for damaged files, where it is not to analyze the images again. */
const ADVICE = {
  'clustering.json': 'cluster its faces again',
  'clustering-base.json': 'cluster its faces again',
  'comparison.json': 'compare the methods again',
  'embeddings.bin': 'cluster its faces again',
  'crops.bin': 'analyze its images again; if that does not help, clear the cache and repeat it',
} as const;

/** A run with a damaged file. The message names the file, the damage, and what to do. */
export class DamagedRun extends UserError {
  override name = 'DamagedRun';

  /** @param damage what is wrong with the file, as a predicate of which the file is the subject. */
  constructor(
    folder: string,
    readonly file: string,
    readonly damage: string,
    cause?: unknown,
  ) {
    super(
      t(
        "the run in '{0}' is damaged ('{1}' {2}): {3}",
        folder,
        file,
        damage,
        t(own(ADVICE, file) ?? 'analyze its images again'),
      ),
      { cause },
    );
  }
}

/** Handles errors of reading a file that can be recreated. @throws all but DamagedRun. */
export function unlessDamaged(error: unknown): undefined {
  if (!(error instanceof DamagedRun)) throw error;
  return undefined;
}

const count = z.int().min(0);
/** Sides of a crop, in pixels. */
const side = z.int().min(1).max(8192);
/** Each setting is checked by itself, so that settings of other versions are accepted. */
const settings = z
  .record(z.string(), z.unknown())
  .transform((values) => checkSettings(values, (name) => name).settings);
/** Accepts providers of later versions. */
const provider = z.string().transform((name) => name as Provider);

export const manifestSchema: z.ZodType<RunManifest> = z.object({
  version: z.int(),
  id: z.string().min(1),
  createdAt: z.iso.datetime(),
  folders: z.array(z.string().min(1)).min(1),
  file: z.string().exactOptional(),
  settings: settings.transform(analysisSettings),
  model: z.string(),
  modelSha256: z.string().exactOptional(),
  embeddings: z.object({ model: z.string(), modelSha256: z.string() }).optional(),
  modelAttributes: z.array(z.string()).min(1),
  thresholds: z.array(z.number()).optional(),
  groups: z.array(z.array(count)).exactOptional(),
  provider: z.string(),
  trials: z.array(
    z.object({
      provider,
      used: z.boolean(),
      rejection: z.enum(REJECTIONS).exactOptional(),
      reason: z.string(),
    }),
  ),
  detection: z.object({
    searched: z.boolean(),
    reason: z.string(),
    crops: count.exactOptional(),
  }),
  images: z.object({ found: count, read: count, failed: count, withoutFace: count }),
  known: count.exactOptional(),
  notices: z.array(z.string()).exactOptional(),
  made: z.object({ finder: z.string(), model: z.string(), token: z.string() }).exactOptional(),
  leftOut: z
    .object({
      unread: z.record(z.string(), count),
      hidden: count,
      folders: z.object({ count, names: z.array(z.string()) }),
      exported: count,
      excluded: count,
      links: count,
    })
    .exactOptional(),
  remarks: z
    .partialRecord(z.enum(REMARKS), z.object({ images: count, total: count, first: z.string() }))
    .exactOptional(),
  failures: z.array(z.object({ image: z.string(), reason: z.string() })),
  faceless: z.array(z.string()),
  faces: count,
  crop: z.object({ width: side, height: side }),
  timing: z.record(z.string(), z.number()),
});

/** NaN is stored as null. */
const number = z.number().or(z.null().transform(() => NaN));
const score = z.number().nullable();
const shares = z.record(z.string(), number);

const clusterNotes: z.ZodType<ClusterNotes> = z.object({
  name: z.string().exactOptional(),
  formerNames: z.array(z.string()).exactOptional(),
  note: z.string().exactOptional(),
  color: z
    .string()
    .regex(/^#[0-9a-f]{6}$/)
    .exactOptional(),
  pinned: z.boolean().exactOptional(),
});
const step = z.object({ text: z.string(), at: z.string() }).nullable();
const correctionState: z.ZodType<CorrectionState> = z.object({
  logBytes: count,
  count,
  undo: step,
  redo: step,
  missed: z.array(z.object({ text: z.string(), reason: z.string() })),
});

export const clusteringSchema: z.ZodType<Clustering> = z.object({
  version: z.int(),
  settings: settings.transform(clusteringSettings),
  weights: shares,
  faces: count,
  distinct: count,
  silhouette: score,
  inertia: number,
  daviesBouldin: score,
  calinskiHarabasz: score,
  tree: z.array(z.object({ a: count, b: count, height: number, size: count })).nullable(),
  clusters: z.array(
    z.object({
      id: z.int().min(LEFT_OUT_COPIES),
      size: count,
      silhouette: score,
      occurrences: shares,
      otherOccurrences: shares,
      prominent: z.array(z.string()),
      noisy: z.array(z.string()),
      medoid: count,
      said: clusterNotes.exactOptional(),
    }),
  ),
  overall: shares,
  curve: z
    .array(
      z.object({
        clusters: count,
        silhouette: score,
        inertia: number,
        gap: score,
        gapError: score,
      }),
    )
    .nullable(),
  agreement: z
    .object({ adjustedRand: z.number(), normalisedMutualInformation: z.number() })
    .nullable(),
  projection: z
    .object({ explained: z.tuple([z.number(), z.number()]), vectors: count })
    .exactOptional(),
  corrections: correctionState.exactOptional(),
  notices: z.array(z.string()),
  timing: z.record(z.string(), z.number()),
});

const truthSchema = z.object({
  balancedAccuracy: score,
  adjustedRand: score,
  adjustedMutualInformation: score,
  homogeneity: score,
  completeness: score,
  vMeasure: score,
  purity: score,
});

export const comparisonSchema: z.ZodType<Comparison> = z.object({
  version: z.int(),
  settings: settings.transform(clusteringSettings),
  methods: z.array(z.enum(METHODS)),
  from: count,
  to: count,
  faces: count,
  distinct: count,
  points: z.array(
    z.object({
      method: z.enum(METHODS),
      k: count.nullable(),
      clusters: count,
      noise: count,
      silhouette: score,
      range: z.object({ low: number, high: number }).optional(),
      truth: truthSchema.optional(),
      seconds: z.number(),
    }),
  ),
  weights: shares.optional(),
  seeds: z.array(count).optional(),
  labels: z.string().optional(),
  notices: z.array(z.string()),
  seconds: z.number(),
});

/** Pictures are stored in base64. */
export const picturesSchema = z.array(
  z.object({
    cluster: z.int().min(LEFT_OUT_COPIES),
    key: z.string(),
    faces: count,
    eigenface: z.string(),
    components: z.array(z.string()),
    explained: z.array(number),
  }),
);

/** @throws DamagedRun. */
export function parseJson(folder: string, file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new DamagedRun(folder, file, t('is not JSON: {0}', messageOf(error)), error);
  }
}

/** @throws DamagedRun that names the first mismatch. */
export function checked<T>(folder: string, file: string, value: unknown, schema: z.ZodType<T>): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const message = issue?.message ?? '';
  const damage =
    issue === undefined || issue.path.length === 0
      ? t('has an invalid value: {0}', message)
      : t('has an invalid value at {0}: {1}', issue.path.map(String).join('.'), message);
  throw new DamagedRun(folder, file, damage, result.error);
}

/**
 * The value of a JSON file of a run; undefined where there is no such file.
 * @throws DamagedRun where it is not JSON.
 */
export async function readJson(folder: string, name: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(join(folder, name), 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
  return parseJson(folder, name, text);
}
