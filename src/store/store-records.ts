/** What callers of the store write and read. */
import * as z from 'zod';
import type { CropSize, LocatedFace } from '../domain/faces';
import type { Remarks } from '../domain/run';
import type { FileIdentity } from './identity';

/** Result of the search for faces in an image. */
export type StoredDetections =
  /** Why the image cannot be used. */
  | { reason: string }
  | {
      /** Null stands for the image as a whole. */
      faces: (LocatedFace | null)[];
      /** Of the upright image, in pixels; undefined where it is not known. */
      size?: CropSize | undefined;
      remarks?: Remarks;
    };

/** Position of a face's crop. */
interface StoredCrop {
  /** Number of the strip. */
  strip: number;
  /** 0-based place in the strip. */
  at: number;
}

/** Attributes that a network inferred for the faces of an image. */
export interface StoredAttributes {
  /** `[faces, attributes]`, in [0, 1]. */
  probabilities: Float32Array;
  /** One for each face. */
  crops: StoredCrop[];
}

/** Versions under which results are stored. */
export interface RecordKeys {
  /** Detector, its settings and the version of the pipeline. */
  finder: string;
  /** Network that infers the attributes. */
  model: string;
}

/** Results for one image. */
export interface StoreRecord {
  path: string | Uint8Array;
  identity: FileIdentity;
  /** Of the content, in hexadecimal. */
  hash: string;
  found: StoredDetections;
  /** Its `crops` refer to strips of the same batch, by position. */
  described: StoredAttributes | undefined;
  /** Replaces `RecordKeys.finder` for this image; see `StoreKeys.limited`. */
  finder?: string | undefined;
}

/** Images that are written in one transaction, together with the strips of their crops. */
export interface RecordBatch {
  records: readonly StoreRecord[];
  /** JPEGs. */
  strips: readonly Buffer[];
  keys: RecordKeys;
  /** Bytes the store may take. */
  limit: number;
}

/** A content that is in the store. */
export interface Content {
  /** Ascending in the order of insertion. */
  id: number;
  /** In hexadecimal. */
  hash: string;
}

/** Embeddings that are written in one transaction. */
export interface EmbeddingBatch {
  images: readonly {
    content: Content;
    /** Of all faces of the image, as their owner encodes them. */
    bytes: Uint8Array;
  }[];
  /** See `RecordKeys`. */
  finder: string;
  /** Key of the network that gives the embeddings. */
  network: string;
  /** Bytes the store may take. */
  limit: number;
}

/** A file whose content was cached under another name. */
export interface KnownFile {
  path: string | Uint8Array;
  identity: FileIdentity;
  content: Content;
}

/** Properties of a network file, stored as a note. */
export const modelInfoSchema = z.object({
  crop: z.object({
    width: z.int().positive(),
    height: z.int().positive(),
    stretch: z.boolean().exactOptional(),
  }),
  attributes: z.array(z.string()).min(1),
  /** Undefined where the file names none. */
  thresholds: z.array(z.number()).optional(),
  /** Columns of attributes that exclude each other, a list for each group. */
  groups: z.array(z.array(z.int().min(0))),
});

export type ModelInfo = z.infer<typeof modelInfoSchema>;
