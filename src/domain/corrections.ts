/** What a person changes about the clusters of a folder. */
import * as z from 'zod';

/** Longest name of a cluster, in characters. */
const MAX_NAME = 200;
const MAX_NOTE = 5000;
/** Most parts that a cluster is split into. */
const MAX_PARTS = 50;

const row = z.int().min(0).max(0x7fff_ffff);
const rows = z.array(row).min(1).max(1_000_000);
const cluster = z.int().min(-1).max(1_000_000);
const attribute = z.string().min(1).max(1000);

/** A name as it is kept: without control characters and superfluous white space. */
const clusterName = z
  .string()
  .max(MAX_NAME, `expected a name of at most ${MAX_NAME} characters`)
  .transform((name) => name.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ').trim())
  .refine((name) => name !== '', 'expected a name');

/** A request of a person, in terms of the clusters and rows on screen. */
export const correctionRequestSchema = z.discriminatedUnion('kind', [
  /** Null: the name in words again. */
  z.strictObject({ kind: z.literal('name'), cluster, name: clusterName.nullable() }),
  z.strictObject({
    kind: z.literal('note'),
    cluster,
    note: z.string().trim().min(1).max(MAX_NOTE).nullable(),
  }),
  z.strictObject({
    kind: z.literal('color'),
    cluster,
    color: z
      .string()
      .regex(/^#[0-9a-f]{6}$/)
      .nullable(),
  }),
  z.strictObject({
    kind: z.literal('merge'),
    into: cluster,
    others: z.array(cluster).min(1).max(10_000),
  }),
  /** Clusters the faces of a cluster alone. */
  z.strictObject({
    kind: z.literal('split'),
    cluster,
    parts: z.int().min(2).max(MAX_PARTS),
  }),
  z.strictObject({ kind: z.literal('move'), rows, to: cluster }),
  /** Makes a cluster of some faces. */
  z.strictObject({ kind: z.literal('gather'), rows }),
  /** A pinned cluster keeps exactly its faces when they are clustered again. */
  z.strictObject({ kind: z.literal('pin'), cluster, pinned: z.boolean() }),
  /** Whether they are no faces: they are in no cluster and no figure. */
  z.strictObject({ kind: z.literal('notFace'), rows, value: z.boolean() }),
  /** Whether faces have an attribute; null: what the network says. */
  z.strictObject({ kind: z.literal('attribute'), rows, attribute, value: z.boolean().nullable() }),
]);
export type CorrectionRequest = z.infer<typeof correctionRequestSchema>;

/**
 * A face by its image, independent of the run: `FOLDER/PATH` (the number of the run's folder, and
 * the path below it), then x, y, width and height of its box in pixels, unless the image as a whole
 * is the face.
 */
export const faceKeySchema = z.union([
  z.tuple([z.string()]),
  z.tuple([z.string(), z.number(), z.number(), z.number(), z.number()]),
]);
export type FaceKey = z.infer<typeof faceKeySchema>;

const faces = z.array(faceKeySchema).max(10_000_000);

/** A correction as the log keeps it, in terms of faces: it holds for any clustering. */
export const correctionSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('name'), cluster: faces, name: clusterName.nullable() }),
  z.strictObject({ kind: z.literal('note'), cluster: faces, note: z.string().nullable() }),
  z.strictObject({ kind: z.literal('color'), cluster: faces, color: z.string().nullable() }),
  z.strictObject({ kind: z.literal('merge'), into: faces, others: z.array(faces) }),
  z.strictObject({ kind: z.literal('split'), parts: z.array(faces) }),
  z.strictObject({ kind: z.literal('move'), faces, to: faces }),
  z.strictObject({ kind: z.literal('gather'), faces }),
  z.strictObject({ kind: z.literal('pin'), cluster: faces, pinned: z.boolean() }),
  z.strictObject({ kind: z.literal('notFace'), faces, value: z.boolean() }),
  z.strictObject({ kind: z.literal('attribute'), faces, attribute, value: z.boolean().nullable() }),
]);
export type Correction = z.infer<typeof correctionSchema>;

/** A correction that could not be replayed on a clustering, or not all of it. */
export interface MissedCorrection {
  /** What was to be done, for people. */
  text: string;
  reason: string;
}

/** A correction that can be undone or redone. */
interface Step {
  text: string;
  /** ISO 8601. */
  at: string;
}

/** The corrections behind a clustering. */
export interface CorrectionState {
  /** Bytes of the log that were read: a longer log was not replayed yet. */
  logBytes: number;
  /** Number of corrections in effect. */
  count: number;
  undo: Step | null;
  redo: Step | null;
  missed: MissedCorrection[];
}

/** What a person said of a cluster. */
export interface ClusterNotes {
  name?: string;
  /** Names of clusters that were merged into this one. */
  formerNames?: string[];
  note?: string;
  /** `#rrggbb`. */
  color?: string;
  pinned?: boolean;
}

/** Cluster of what is not a face; it is in no figure. */
export const NOT_FACES = -2;
/** Cluster of copies of other faces, where they are left out; it is in no figure. */
export const LEFT_OUT_COPIES = -3;
