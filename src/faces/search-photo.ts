/**
 * Finds the faces in a decoded photo with a detector whose square shows faces of about a twentieth
 * of its side or more.
 *
 * First the whole photo is scaled to one square. If that finds nothing, or small faces, overlapping
 * tiles are searched, at twice the scale each time. If nothing is found in the end, the photo is
 * zoomed out and turned: its face may be too large, or it may lie on its side. Uncertain
 * detections, and all of tiles, are confirmed: searched for again in squares around them alone.
 */
import type { Box } from '../domain/faces';
import type { Pixels } from '../images/pixels';
import {
  type DetectionCandidate,
  isSameFace,
  nonMaxSuppression,
  totalScore,
  unconfirmedOf,
} from './detection-candidate';
import type { FaceDetector } from './detector';
import { detectInTile, type Tile, tileOf, tilesOf } from './tiles';

/**
 * A face in the whole photo below this share of its longer side is near the smallest size that is
 * found: there may be smaller ones that are not.
 */
const SMALL_FACE = 14 / 192;
/** The same in a tile. Larger, since tiles are searched only where the photo shows small faces. */
const SMALL_FACE_IN_TILE = 22 / 192;
/** Shares of the square's side that a zoomed-out photo takes. */
const ZOOM_OUT_SCALES = [0.5, 0.6, 0.4, 0.33];
/** Detections in the whole photo with at least this score need no confirmation. */
const CONFIDENT_SCORE = 0.6;
/** Sides of the squares in which a face is confirmed, in longer sides of its box. */
const CONFIRM_SIDES = [3.5, 5.5, 9, 13];
/** Score that confirms a face. */
const CONFIRM_SCORE = 0.6;
/** From this score on the remaining squares are not tried. */
const CONFIRMED_SCORE = 0.75;
/** Tiles with fewer pixels than this along their sides show nothing new. */
const MIN_TILE_SIDE = 160;
/** Faces turned further than this, in radians, are confirmed with the photo turned. */
const MAX_UPRIGHT_TURN = 0.6;

/** @param threshold smallest score, in [0, 1]. */
export function searchPhoto(
  detector: FaceDetector,
  image: Pixels,
  threshold: number,
): Promise<DetectionCandidate[]> {
  return new PhotoSearch(detector, image, threshold).run();
}

class PhotoSearch {
  private readonly whole: Box;

  constructor(
    private readonly detector: FaceDetector,
    private readonly image: Pixels,
    private readonly threshold: number,
  ) {
    this.whole = { x: 0, y: 0, width: image.width, height: image.height };
  }

  /**
   * Places faces that are turned far by confirming them upright: the detector underestimates large
   * angles.
   */
  async run(): Promise<DetectionCandidate[]> {
    const found = await this.detectAtAllScales();
    return Promise.all(
      found.map(async (face) => {
        const quarterTurns = uprightQuarterTurns(face);
        if (quarterTurns === face.quarterTurns) return face;
        const [upright] = await this.confirm([{ ...face, quarterTurns }]);
        return upright ?? face;
      }),
    );
  }

  private async detectAtAllScales(): Promise<DetectionCandidate[]> {
    const inPhoto = await this.detectInWholePhoto();
    const found = await this.detectInTiles(inPhoto);
    return found.length > 0 ? found : this.detectZoomedOut();
  }

  private async detectInWholePhoto(): Promise<DetectionCandidate[]> {
    const found = await this.detect(tileOf(this.whole));
    const confident = found.filter(({ score }) => score >= CONFIDENT_SCORE);
    if (confident.length === found.length) return found;
    const doubtful = found.filter(({ score }) => score < CONFIDENT_SCORE);
    return [...confident, ...(await this.confirm(doubtful))];
  }

  /** Searches ever smaller tiles, as long as there are hints of faces too small for the last. */
  private async detectInTiles(inPhoto: DetectionCandidate[]): Promise<DetectionCandidate[]> {
    const longer = Math.max(this.image.width, this.image.height);
    let found = inPhoto;
    for (let side = longer; side >= 2 * MIN_TILE_SIDE; side /= 2) {
      if (!this.mayHaveSmallFaces(found, side)) break;
      const inTiles = await Promise.all(
        tilesOf(this.image, side / 2).map((tile) => this.detect(tile)),
      );
      const unconfirmed = unconfirmedOf(inTiles.flat(), found);
      found = nonMaxSuppression([...found, ...(await this.confirm(unconfirmed))]);
    }
    return found;
  }

  /** @param side of the tiles in which `found` was found, in pixels. */
  private mayHaveSmallFaces(found: DetectionCandidate[], side: number): boolean {
    const { width, height } = this.image;
    const isWhole = side === Math.max(width, height);
    // Where nothing is found, tiles are tried once. Panoramas are searched further, down to tiles
    // as high as the panorama: their faces are small beside its length.
    if (found.length === 0) return isWhole || side > Math.min(width, height);
    const small = (isWhole ? SMALL_FACE : SMALL_FACE_IN_TILE) * side;
    return found.some(({ box }) => box.width < small);
  }

  /**
   * Searches the photo at smaller scales, where a face that fills it gets a higher score, and on
   * its sides. Returns the faces of the orientation with the highest total score.
   */
  private async detectZoomedOut(): Promise<DetectionCandidate[]> {
    const orientations = await Promise.all(
      [0, 1, 2, 3].map(async (quarterTurns) => {
        const scales = quarterTurns === 0 ? ZOOM_OUT_SCALES : ZOOM_OUT_SCALES.slice(0, 1);
        const found = await Promise.all(
          scales.map((fill) => this.detect({ part: this.whole, fill, quarterTurns })),
        );
        return this.confirm(nonMaxSuppression(found.flat()));
      }),
    );
    return orientations.reduce((best, each) => (totalScore(each) > totalScore(best) ? each : best));
  }

  private detect(tile: Tile): Promise<DetectionCandidate[]> {
    return detectInTile(this.detector, this.image, tile, this.threshold);
  }

  /**
   * Keeps the faces that are found again in a square around them alone, at the scales at which the
   * detector is most accurate. This drops false detections and places the others more exactly.
   */
  private async confirm(found: DetectionCandidate[]): Promise<DetectionCandidate[]> {
    const threshold = Math.max(this.threshold, CONFIRM_SCORE);
    const confirmed = await Promise.all(
      found.map(async ({ box, quarterTurns }) => {
        let best: DetectionCandidate | undefined;
        for (const sides of CONFIRM_SIDES) {
          const tile = this.tileAround(box, sides, quarterTurns);
          if (tile === undefined) continue;
          const faces = await detectInTile(this.detector, this.image, tile, threshold);
          for (const face of faces) {
            if (isSameFace(face.box, box) && face.score > (best?.score ?? 0)) best = face;
          }
          if (best !== undefined && best.score >= CONFIRMED_SCORE) break;
        }
        return best === undefined ? [] : [{ ...best, confirmed: true }];
      }),
    );
    return nonMaxSuppression(confirmed.flat());
  }

  /**
   * The square around a box, cut off where the photo ends.
   * @param sides its side, in longer sides of the box.
   * @returns undefined where the square is empty.
   */
  private tileAround(box: Box, sides: number, quarterTurns: number): Tile | undefined {
    const side = sides * Math.max(box.width, box.height);
    const x = Math.round(Math.max(0, box.x + box.width / 2 - side / 2));
    const y = Math.round(Math.max(0, box.y + box.height / 2 - side / 2));
    const width = Math.min(Math.round(side), this.image.width - x);
    const height = Math.min(Math.round(side), this.image.height - y);
    if (width < 1 || height < 1) return undefined;
    // A face in a square that is cut off keeps its scale.
    const fill = Math.min(1, Math.max(width, height) / side);
    return { part: { x, y, width, height }, fill, quarterTurns };
  }
}

/** Clockwise quarter turns of the photo that bring a face upright, or nearly so. */
function uprightQuarterTurns({ eyes: [left, right], quarterTurns }: DetectionCandidate): number {
  const angle = Math.atan2(right.y - left.y, right.x - left.x) + (quarterTurns * Math.PI) / 2;
  const inTile = Math.atan2(Math.sin(angle), Math.cos(angle)); // in (-π, π]
  if (Math.abs(inTile) < MAX_UPRIGHT_TURN) return quarterTurns;
  const turns = Math.max(1, Math.round(Math.abs(inTile) / (Math.PI / 2)));
  return (quarterTurns + 4 - Math.sign(inTile) * turns) % 4;
}
