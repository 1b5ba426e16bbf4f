/** Tiles: parts of an image that are scaled to the detector's square and searched. */
import type { Box, CropSize } from '../domain/faces';
import type { Pixels } from '../images/pixels';
import type { DetectionCandidate } from './detection-candidate';
import type { FaceDetection, FaceDetector } from './detector';
import { squareOf } from './overview';

/**
 * Step from one tile to the next, in sides of a tile. Faces that need the tiles are smaller than a
 * quarter of a tile, so each of them lies completely within one.
 */
const TILE_STEP = 0.6;

/** A tile, and how it is placed in the detector's square. */
export interface Tile {
  /** In pixels of the image. */
  part: Box;
  /** Share of the square's side that the part's longer side takes, in (0, 1]. */
  fill: number;
  /** Clockwise quarter turns of the square. */
  quarterTurns: number;
}

/** A tile that fills the square, upright. */
export const tileOf = (part: Box): Tile => ({ part, fill: 1, quarterTurns: 0 });

/** Overlapping squares with a side of about `side` pixels that cover an image. */
export function tilesOf({ width, height }: CropSize, side: number): Tile[] {
  const starts = (length: number) => {
    const size = Math.min(length, Math.round(side));
    const steps = Math.max(1, Math.ceil((length - size) / (size * TILE_STEP)) + 1);
    return Array.from({ length: steps }, (_, i) => ({
      start: steps === 1 ? 0 : Math.round((i * (length - size)) / (steps - 1)),
      size,
    }));
  };
  return starts(height).flatMap((y) =>
    starts(width).map((x) => tileOf({ x: x.start, y: y.start, width: x.size, height: y.size })),
  );
}

/** @param threshold smallest score, in [0, 1]. */
export async function detectInTile(
  detector: FaceDetector,
  image: Pixels,
  { part, fill, quarterTurns }: Tile,
  threshold: number,
): Promise<DetectionCandidate[]> {
  const { pixels, toImage } = squareOf(image, part, fill, quarterTurns);
  const detections = await detector.detect(pixels, threshold);
  return detections.map(({ score, left, top, right, bottom, eyes, mouth }: FaceDetection) => {
    const [a, b] = [toImage(left, top), toImage(right, bottom)];
    const corner = { x: Math.min(a.x, b.x), y: Math.min(a.y, b.y) };
    return {
      score,
      confirmed: false,
      quarterTurns,
      box: { ...corner, width: Math.abs(a.x - b.x), height: Math.abs(a.y - b.y) },
      eyes: [toImage(eyes[0].x, eyes[0].y), toImage(eyes[1].x, eyes[1].y)],
      mouth: toImage(mouth.x, mouth.y),
    };
  });
}
