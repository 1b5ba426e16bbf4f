/** Results of the pipeline: one for each image, in batches. */
import type { CropSize, LocatedFace } from '../../domain/faces';
import type { Remarks } from '../../domain/run';
import type { CropRef, Strip } from '../../images/crop-strips';
import type { FailureValidity } from '../../images/image-error';
import type { ImageFile } from '../../images/image-list';
import type { FileIdentity } from '../../store/identity';
import type { Content } from '../../store/store-records';

/** A face with its inferred attributes. */
export interface AnalyzedFace {
  /** Null where the image as a whole is the face. */
  located: LocatedFace | null;
  /** In [0, 1], one for each attribute; empty until they are inferred. */
  probabilities: Float32Array;
  /** The aligned crop. */
  crop: CropRef;
}

/** Position of a crop in the strips of its batch. */
interface CropPlace {
  strip: number;
  at: number;
}

interface ImageOutcome {
  image: ImageFile;
  identity: FileIdentity | undefined;
  /** Empty where the image cannot be used. */
  faces: AnalyzedFace[];
  /** Why the image cannot be used, for people. */
  failure: string | undefined;
  /** Of the upright image, in pixels; undefined where it is not known. */
  size?: CropSize | undefined;
  remarks: Remarks;
}

/** An image of which the store holds all that is needed; its failure may be stored as well. */
export interface CachedImage extends ImageOutcome {
  kind: 'cached';
  /** Whether its path and times identified it, or its content under another name. */
  source: 'file' | 'content';
  content: Content;
  /** Ids of the strips in the store that hold its crops. */
  storedStrips: number[];
}

/** An image that was read, and whose faces were found. */
export interface ReadImage extends ImageOutcome {
  kind: 'analyzed';
  failure: undefined;
  /** Hash of its content; undefined where the result is not to be stored. */
  hash: string | undefined;
  /** One for each face. */
  places: CropPlace[];
}

/** An image that cannot be used. */
export interface FailedImage extends ImageOutcome {
  kind: 'failed';
  failure: string;
  /** Hash of its content; undefined where the failure is not to be stored. */
  hash: string | undefined;
  /** How long the failure holds. */
  validity: FailureValidity;
}

export type AnalyzedImage = CachedImage | ReadImage | FailedImage;

/** Images that were analyzed together. */
export interface AnalyzedBatch {
  images: AnalyzedImage[];
  /** Crops of the images that were read. */
  strips: Strip[];
}
