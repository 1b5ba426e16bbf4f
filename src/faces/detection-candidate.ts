/** Detections of overlapping tiles, and how they are deduplicated by the overlap of their boxes. */
import type { Box, Point } from '../domain/faces';

/** A face found in a tile, in pixels of the image that was searched. */
export interface DetectionCandidate {
  /** In [0, 1]. */
  score: number;
  /** Whether it was found again in a square around it alone. */
  confirmed: boolean;
  /** Clockwise quarter turns of the tile in which it was found. */
  quarterTurns: number;
  box: Box;
  /** The left eye of the upright face first. */
  eyes: [Point, Point];
  mouth: Point;
}

/** Boxes of different tiles with a larger `intersectionOverMin` show the same face. */
const SAME_FACE_OVERLAP = 0.5;
/** Of boxes with a larger IoU only one is confirmed: the squares around them are nearly equal. */
const DUPLICATE_IOU = 0.4;

export const isSameFace = (a: Box, b: Box): boolean =>
  intersectionOverMin(a, b) > SAME_FACE_OVERLAP;

/** Of boxes that show the same face, keeps the one with the highest score. */
export function nonMaxSuppression(found: DetectionCandidate[]): DetectionCandidate[] {
  const faces: DetectionCandidate[] = [];
  for (const face of found.sort((a, b) => b.score - a.score)) {
    if (!faces.some((other) => isSameFace(face.box, other.box))) faces.push(face);
  }
  return faces;
}

/**
 * Detections of overlapping tiles that still have to be confirmed: deduplicated (IoU > 0.4), and
 * without those that were confirmed before.
 */
export function unconfirmedOf(
  found: DetectionCandidate[],
  before: DetectionCandidate[],
): DetectionCandidate[] {
  const unconfirmed: DetectionCandidate[] = [];
  for (const face of found.sort((a, b) => b.score - a.score)) {
    const isDuplicate = (other: DetectionCandidate) => iou(other.box, face.box) > DUPLICATE_IOU;
    if (
      !unconfirmed.some(isDuplicate) &&
      !before.some((other) => other.confirmed && isDuplicate(other))
    )
      unconfirmed.push(face);
  }
  return unconfirmed;
}

export const totalScore = (faces: DetectionCandidate[]): number =>
  faces.reduce((sum, { score }) => sum + score, 0);

/**
 * Intersection over the smaller area, in [0, 1]. Unlike the IoU it is 1 for a face that is cut by
 * the edge of a tile, whose box lies inside the box of the whole face.
 */
const intersectionOverMin = (a: Box, b: Box): number =>
  intersection(a, b) / Math.min(a.width * a.height, b.width * b.height);

/** Intersection over union, in [0, 1]. */
function iou(a: Box, b: Box): number {
  const common = intersection(a, b);
  return common / (a.width * a.height + b.width * b.height - common);
}

function intersection(a: Box, b: Box): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  return Math.max(0, width) * Math.max(0, height);
}
