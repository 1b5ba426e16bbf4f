/** Stage 3: upright image → where its faces are. */
import { UserError } from '../errors';
import type { AnalysisSettings } from '../settings/settings';
import { alignedFrame, type Box, type CropSize } from './framing';

/** A face in an image. Its identity is the image and its index among the image's faces. */
export interface FaceRegion {
  /** Box of the face in pixels of the upright image; undefined where the image as a whole is the face. */
  box: Box | undefined;
  /** What the network shall see, in pixels of the upright image. */
  frame: Box;
  /** Confidence of the detector in [0, 1]; undefined where nothing was detected. */
  score: number | undefined;
}

/** Finds the faces of an image. */
export type Detector = (image: CropSize) => FaceRegion[];

/**
 * The detector a setting asks for. As long as no detecting network is part of the pipeline, `auto` takes every image as one
 * aligned face, as `never` does.
 * @throws UserError for `always`.
 */
export function detectorFor(mode: AnalysisSettings['detect'], crop: CropSize): Detector {
  if (mode === 'always') {
    throw new UserError(
      "detect is 'always': this version does not search photos for faces yet and expects images that are cropped to one face each (use 'auto' or 'never')",
    );
  }
  return (image) => [{ box: undefined, frame: alignedFrame(image, crop), score: undefined }];
}
