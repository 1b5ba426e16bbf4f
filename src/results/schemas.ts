/**
 * What each JSON of results holds. The JSON Schema files in schemas/ are made of these (`npx vitest
 * run test/results/schemas.test.ts -u`), and what is written is checked against them in the tests.
 */
import * as z from 'zod';
import { REJECTIONS } from '../domain/networks';
import { METHODS } from '../domain/settings';
import { type ResultKind, SCHEMA_VERSION, schemaName } from './provenance';

const count = z.int().min(0);
const text = z.string();
const share = z.number().min(0).max(1);
/** Null where it is not defined. */
const score = z.number().nullable();
/** By attribute. JSON has no NaN, which is null. */
const shares = z.record(text, z.number().min(0).max(1));
const seconds = z.record(text, z.number());
const notices = z.array(text).describe('Messages for people.');

const provenance = <Kind extends ResultKind>(kind: Kind) =>
  z.object({
    schema: z.literal(schemaName(kind)),
    schemaVersion: z.literal(SCHEMA_VERSION),
    program: z.object({ name: text, version: text }),
    createdAt: z.iso.datetime(),
    command: text.describe('`arguments` as a line for a POSIX shell.'),
    arguments: z
      .array(text)
      .describe('Arguments of the command line that repeat the result, without --out.'),
    model: text.nullable().describe('Path of the network; null where none was used.'),
    modelSha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .nullable()
      .describe('SHA-256 of its file.'),
    detection: z
      .object({
        searched: z.boolean().describe('False where every image was taken as one aligned face.'),
        reason: text,
        crops: count.exactOptional().describe('Images taken as aligned faces.'),
      })
      .nullable()
      .describe('Whether faces were searched for, and why; null where no image was read.'),
    parameters: z
      .record(text, z.unknown())
      .describe('All settings by their names, which the README explains.'),
    seed: count,
    split: text.nullable().describe('Split or partition of the labels; null for all.'),
  });

const interval = z
  .object({ mean: z.number(), low: score, high: score })
  .describe('A mean with its 95 % confidence interval by Student’s t.');

const truthScores = {
  balancedAccuracy: score,
  adjustedRand: score,
  adjustedMutualInformation: score,
  homogeneity: score,
  completeness: score,
  vMeasure: score,
  purity: score,
};

const judgement = z.object({
  labels: text,
  attributes: z.array(text),
  faces: count,
  complete: count.describe('Faces with all labels: only they have a true class.'),
  unlabeled: count,
  classes: count,
  noise: z.number(),
  clusters: z.number(),
  seeds: z.array(count),
  share,
  scores: z.record(text, interval.nullable()),
  perAttribute: z.record(text, interval.nullable()),
  notices,
});

const clustersSchema = provenance('clusters').extend({
  method: z.enum(METHODS),
  attributes: z.array(text).describe('By which the faces were compared; none with embeddings.'),
  weights: z.record(text, z.number()).describe('Of the attributes.'),
  folders: z.array(text).describe('Absolute paths; none where vectors were clustered.'),
  vectors: text.nullable().describe('Path of the table of vectors that were clustered.'),
  provider: text.nullable().describe('Execution provider of the network.'),
  providers: z.array(
    z.object({
      provider: text,
      used: z.boolean(),
      rejection: z.enum(REJECTIONS).exactOptional(),
      reason: text,
    }),
  ),
  images: z.object({ found: count, read: count, failed: count, withoutFace: count }).nullable(),
  faces: count,
  distinct: count.describe('Number of distinct vectors among the faces.'),
  silhouette: score.describe('Mean over all faces, noise counting as a cluster.'),
  inertia: z.number().describe('Sum of squared distances to the means of the clusters.'),
  curve: z
    .array(
      z.object({
        clusters: count,
        silhouette: score,
        inertia: z.number(),
        gap: score,
        gapError: score,
      }),
    )
    .nullable()
    .describe('With clusters: auto, the numbers of clusters that were tried.'),
  daviesBouldin: score,
  calinskiHarabasz: score,
  agreement: z
    .object({ adjustedRand: z.number(), normalisedMutualInformation: z.number() })
    .nullable()
    .describe('With the clustering that was replaced, in VS Code or in a .faceclusters file.'),
  projection: z
    .object({ explained: z.array(z.number()).length(2), vectors: count })
    .nullable()
    .describe('Of projection_x and projection_y: shares of the variance, in [0, 1].'),
  judgement: judgement.nullable().describe('Scores against labels.'),
  tree: z
    .array(z.object({ a: count, b: count, height: z.number(), size: count }))
    .nullable()
    .describe('Further merges by hierarchical methods.'),
  notices,
  timing: seconds.describe('Seconds by step.'),
  overall: shares.describe('How often attributes occur among all faces.'),
  corrections: count.exactOptional().describe('Number of corrections by a person.'),
  clusters: z.array(
    z.object({
      id: z
        .int()
        .min(-3)
        .describe('0 is the largest at first; −1 noise, −2 no faces, −3 copies left out.'),
      name: text.exactOptional().describe('That a person gave, or in words.'),
      size: count,
      silhouette: score,
      occurrences: shares,
      otherOccurrences: shares.describe('Of attributes that faces were not compared by.'),
      prominent: z.array(text),
      noisy: z.array(text),
      medoid: count.describe('Row of the face in the table of faces, from 0.'),
      said: z
        .object({
          name: text.exactOptional(),
          formerNames: z.array(text).exactOptional(),
          note: text.exactOptional(),
          color: text.exactOptional(),
          pinned: z.boolean().exactOptional(),
        })
        .exactOptional()
        .describe('By a person.'),
    }),
  ),
});
export type ClustersJson = z.infer<typeof clustersSchema>;

const comparisonSchema = provenance('comparison').extend({
  methods: z.array(z.enum(METHODS)),
  from: count,
  to: count,
  folders: z.array(text),
  vectors: text.nullable(),
  attributes: z.array(text),
  weights: z.record(text, z.number()),
  faces: count,
  distinct: count,
  seeds: z.array(count).describe('Of the clusterings, of which scores are means.'),
  labels: text.nullable(),
  points: z.array(
    z.object({
      method: z.enum(METHODS),
      k: count.nullable().describe('Requested number; null for methods that find it.'),
      clusters: count,
      noise: count,
      silhouette: score,
      range: z.object({ low: z.number(), high: z.number() }).exactOptional(),
      truth: z.object(truthScores).exactOptional(),
      seconds: z.number(),
    }),
  ),
  notices,
  seconds: z.number(),
});
export type ComparisonJson = z.infer<typeof comparisonSchema>;

const datasetSchema = provenance('dataset').extend({
  kind: text,
  labels: text,
  images: text.nullable().describe('Folder of the images; null where there are only labels.'),
  rows: count,
  used: count,
  zeroRows: count,
  missing: count.nullable(),
  partitions: z.record(text, count),
  attributes: z.array(
    z.object({
      index: count,
      name: text,
      frequency: z.number(),
      labeled: count.describe('Rows in which it is defined, of which the frequency is.'),
    }),
  ),
  groups: z
    .array(z.object({ name: text, attributes: z.array(text) }))
    .describe('Categories: attributes of which an image has at most one.'),
  samples: z.array(
    z.object({ image: text, partition: text.nullable(), attributes: z.array(text) }),
  ),
  notices,
});
export type DatasetJson = z.infer<typeof datasetSchema>;

const confidence = z
  .object({ low: share, high: share })
  .nullable()
  .describe('95 % confidence interval; null where the score is not defined.');
/** In [0, 1]; null where it is not defined. */
const part = share.nullable();

const evaluationSchema = provenance('evaluation').extend({
  folder: text,
  labels: text.describe('Path of the table of labels.'),
  faces: count,
  accuracy: share.describe('Mean over the attributes, as the other scores.'),
  balancedAccuracy: part,
  averagePrecision: part,
  hammingDistance: z.number().describe('Mean number of wrong attributes of a face.'),
  intervals: z.object({ accuracy: confidence, balancedAccuracy: confidence }),
  majorityAccuracy: share.describe('Of always predicting each attribute’s more frequent label.'),
  calibrationError: share,
  calibration: z.array(z.object({ from: share, count, probability: part, frequency: part })),
  perAttribute: z.record(
    text,
    z.object({
      counts: z
        .object({
          truePositives: count,
          falsePositives: count,
          falseNegatives: count,
          trueNegatives: count,
        })
        .describe('Numbers of faces, by what was inferred (from 0.5 on) and labeled.'),
      intervals: z.object({
        accuracy: confidence,
        balancedAccuracy: confidence,
        precision: confidence,
        recall: confidence,
      }),
      labeled: count.describe('Faces that have a label of it, of which the scores are.'),
      accuracy: share,
      balancedAccuracy: part,
      precision: part,
      recall: part,
      averagePrecision: part,
      frequency: share,
      wrong: count,
      wrongOfPredicted: part,
      calibrationError: share,
    }),
  ),
  balancedThresholds: z
    .object({ accuracy: share, balancedAccuracy: part, hammingDistance: z.number() })
    .nullable()
    .describe('Scores at the network’s own thresholds; null where it has none.'),
  robustness: z
    .array(
      z.object({
        kind: z.enum(['size', 'blur']),
        amount: z.number(),
        agreement: share,
        accuracy: share,
      }),
    )
    .nullable(),
  images: z.object({
    found: count,
    labelled: count,
    read: count,
    failed: count,
    withoutFace: count,
  }),
  failures: z.array(z.object({ image: text, reason: text })),
  faceless: z.array(text).describe('Labeled images without a face.'),
  provider: text,
  notices,
  seconds: z.number(),
});
export type EvaluationJson = z.infer<typeof evaluationSchema>;

export const RESULT_SCHEMAS: Record<ResultKind, z.ZodObject> = {
  clusters: clustersSchema,
  comparison: comparisonSchema,
  evaluation: evaluationSchema,
  dataset: datasetSchema,
};
