/** Stage 3: upright image → where its faces are. */
import type { Box, CropSize, Point, LocatedFace } from '../domain/faces';
import type { Framing } from '../domain/networks';
import type { AnalysisSettings } from '../domain/settings';
import { decodeCrop, decodeStored } from '../images/decode';
import type { EncodedImage } from '../images/encoded-image';
import { alignedFrame } from '../images/framing';
import { isAlignedCrop, OF_ONE } from './alignment-check';
import { sizeKey } from './choose-detection';
import type { FaceDetector } from './detector';
import { type FaceFinder, foundFaces, type FoundFaces } from './found-faces';
import { overviewSide } from './overview';
import { searchPhoto } from './search-photo';

/** Takes every image as one aligned face. */
export function alignedFaces(crop: Framing): FaceFinder {
  return (image) =>
    Promise.resolve({
      regions: [{ frame: { ...alignedFrame(image, crop), angle: 0 }, located: undefined }],
      crop: ({ frame }, into) => decodeCrop(image, frame, crop, into),
      release: () => undefined,
    });
}

/**
 * Searches photos for faces.
 * @param settings smallest score in [0, 1], and smallest longer side of a face's box in pixels of
 * the photo.
 */
export function searchedFaces(
  detector: FaceDetector,
  crop: Framing,
  { minFaceScore, minFaceSize }: Pick<AnalysisSettings, 'minFaceScore' | 'minFaceSize'>,
): FaceFinder {
  return async (image) => {
    const overview = await decodeStored(image, overviewSide(image));
    // Pixels of the photo in one pixel of the overview, along a side.
    const scale = Math.max(image.width, image.height) / Math.max(overview.width, overview.height);
    const found = await searchPhoto(detector, overview, minFaceScore);
    const toPhoto = ({ x, y }: Point) => ({ x: x * scale, y: y * scale });
    const faces = found
      .map(({ score, box, eyes, mouth }): LocatedFace => ({
        box: { ...toPhoto(box), width: box.width * scale, height: box.height * scale },
        score,
        eyes: [toPhoto(eyes[0]), toPhoto(eyes[1])],
        mouth: toPhoto(mouth),
      }))
      .filter(({ box }) => Math.max(box.width, box.height) >= minFaceSize)
      .sort((a, b) => prominence(b.box, image) - prominence(a.box, image));
    return foundFaces(image, faces, crop, overview);
  };
}

/**
 * Searches photos for faces, and takes aligned crops as they are.
 * @param cropSizes sizes (`sizeKey`) of images that are taken as aligned crops without a look.
 * @param search finds faces with a detector; it is called only for images of other sizes.
 */
export function facesOrCrops(
  cropSizes: readonly string[],
  search: FaceFinder,
  crop: Framing,
): FaceFinder {
  const sizes = new Set(cropSizes);
  const asCrop = alignedFaces(crop);
  return async (image) => {
    if (sizes.has(sizeKey(image))) return asCrop(image);
    const found = await search(image);
    if (!isAlignedCrop(found, image, crop, OF_ONE)) return found;
    found.release();
    return asCrop(image);
  };
}

/** Faces of an image that were found by an earlier search. */
export function locatedFaces(
  image: EncodedImage,
  faces: readonly LocatedFace[],
  crop: Framing,
): FoundFaces {
  return foundFaces(image, faces, crop, undefined);
}

/**
 * Area minus twice the squared distance of the centers, so that the face a photo was taken for
 * comes first. This is how FaceNet's alignment (Sandberg's `align_dataset_mtcnn.py`) picks a face.
 */
function prominence({ x, y, width, height }: Box, image: CropSize): number {
  const fromCenter = { x: x + width / 2 - image.width / 2, y: y + height / 2 - image.height / 2 };
  return width * height - 2 * (fromCenter.x ** 2 + fromCenter.y ** 2);
}
