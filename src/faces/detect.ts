/**
 * Stage 3: upright image → where its faces are.
 *
 * The whole photo is looked at in one square. Faces of less than about a twentieth of its side are
 * too small there, so where the first look hints at them (it finds nothing, or something small),
 * overlapping parts are looked at more closely; and where nothing is found the photo may lie on its
 * side, so it is turned.
 */
import type { Box, CropSize, Point, LocatedFace } from '../domain/faces';
import type { Framing } from '../domain/networks';
import type { AnalysisSettings } from '../domain/settings';
import { releaseBuffer } from '../images/buffer-pool';
import { toSrgb } from '../images/color-profiles';
import { cropFrame } from '../images/crop';
import { decodeAtLeast, decodeCrop, decodeStored, type EncodedImage } from '../images/decode';
import { alignedFrame, type Frame } from '../images/framing';
import type { Pixels } from '../images/pixels';
import { frameOf } from './align';
import type { FaceDetection, FaceDetector } from './detector';
import { overviewSide, squareOf } from './overview';

/** A face in an image. Its identity is the image and its index among the image's faces. */
export interface FaceRegion {
  /** What the network shall see, in pixels of the upright image. */
  frame: Frame;
  /** Undefined where the image as a whole is the face. */
  located: LocatedFace | undefined;
}

/** The faces of an image, the most prominent (large and central) first. */
export interface FoundFaces {
  regions: FaceRegion[];
  /**
   * RGB bytes of the network's input size.
   * @param into where they are to lie; memory of their own where it is not said.
   */
  crop(region: FaceRegion, into?: Buffer): Promise<Buffer>;
  /** To be called when no crop is wanted any more: the image's memory is used for others. */
  release(): void;
}

/** Finds the faces of an image. */
export type FaceFinder = (image: EncodedImage) => Promise<FoundFaces>;

/** Takes every image as one aligned face. */
export function alignedFaces(crop: Framing): FaceFinder {
  return (image) => {
    const region: FaceRegion = {
      frame: { ...alignedFrame(image, crop), angle: 0 },
      located: undefined,
    };
    return Promise.resolve({
      regions: [region],
      crop: ({ frame }, into) => decodeCrop(image, frame, crop, into),
      release: () => undefined,
    });
  };
}

/**
 * Faces below this share of a square's side are at the edge of what is found in it: there may be
 * others that are not.
 */
const SMALL_FACE = 14 / 192;
/** The same for closer looks, which are only taken of photos that have shown small faces. */
const SMALL_FACE_IN_TILE = 22 / 192;
/** Shares of the square that the photo takes when it is looked at from further off. */
const ZOOM_OUT_SCALES = [0.5, 0.6, 0.4, 0.33];
/** What the first look finds with less than this score is looked at again. */
const CONFIDENT_SCORE = 0.6;
/**
 * What is looked at again, and what a second look finds, is looked at by itself, in squares of so
 * many sides of its box, …
 */
const CONFIRM_SIDES = [3.5, 5.5, 9, 13];
/** … in one of which it must reach this score. */
const CONFIRM_SCORE = 0.6;
/** A look that reaches this score needs no other to be compared with. */
const CONFIRMED_SCORE = 0.75;
/**
 * From one part to the next, in sides: faces that are too small for the part around it are less
 * than a quarter of a part, so each lies within one.
 */
const TILE_STEP = 0.6;
/** Nothing is gained from a part that has fewer pixels than this along its side. */
const MIN_TILE_SIDE = 160;
/** A face turned further than this, in radians, is looked at again with the photo turned. */
const MAX_UPRIGHT_TURN = 0.6;
/** Boxes of different looks that overlap by more than this (of the smaller one) are one face. */
const SAME_FACE_OVERLAP = 0.5;
/**
 * Boxes whose intersection is more than this of their union are so alike that looking at one of
 * them again is looking at both.
 */
const DUPLICATE_IOU = 0.4;
/** A crop may be enlarged by this much before the photo is decoded again at a larger size. */
const CONFIRM_ENLARGEMENT = 1.15;

interface DetectionCandidate {
  score: number;
  /** Whether it was seen when it was looked at by itself. */
  confirmed: boolean;
  /** Quarter turns of the look that found it. */
  quarterTurns: number;
  box: Box;
  eyes: [Point, Point];
  mouth: Point;
}

/**
 * Searches photos for faces.
 * @param settings smallest score in [0, 1] and smallest side of a face's box in pixels of the
 * photo.
 */
export function searchedFaces(
  detector: FaceDetector,
  crop: Framing,
  { minFaceScore, minFaceSize }: Pick<AnalysisSettings, 'minFaceScore' | 'minFaceSize'>,
): FaceFinder {
  return async (image) => {
    const overview = await decodeStored(image, overviewSide(image));
    // Pixels of the photo in one of the overview.
    const scale = Math.max(image.width, image.height) / Math.max(overview.width, overview.height);
    const found = await detectUpright(detector, overview, minFaceScore);
    const enlarge = ({ x, y }: Point) => ({ x: x * scale, y: y * scale });
    const faces = found
      .map(({ score, box, eyes, mouth }): LocatedFace => ({
        box: { ...enlarge(box), width: box.width * scale, height: box.height * scale },
        score,
        eyes: [enlarge(eyes[0]), enlarge(eyes[1])],
        mouth: enlarge(mouth),
      }))
      .filter(({ box }) => Math.max(box.width, box.height) >= minFaceSize)
      .sort((a, b) => prominence(b.box, image) - prominence(a.box, image));
    return cropsOf(image, faces, crop, overview);
  };
}

/** The faces of an image that was searched before, where they were found then. */
export function locatedFaces(
  image: EncodedImage,
  faces: readonly LocatedFace[],
  crop: Framing,
): FoundFaces {
  return cropsOf(image, faces, crop, undefined);
}

/** @param overview the image decoded already, maybe reduced. */
function cropsOf(
  image: EncodedImage,
  faces: readonly LocatedFace[],
  crop: Framing,
  overview: Pixels | undefined,
): FoundFaces {
  const regions = faces.map((located): FaceRegion => ({
    frame: frameOf(located.eyes, located.mouth, crop),
    located,
  }));
  const longer = Math.max(image.width, image.height);
  // The smallest face asks for the most pixels; where the overview has too few of them the photo is
  // decoded again, large enough.
  const wanted = Math.min(1, Math.max(0, ...regions.map(({ frame }) => crop.width / frame.width)));
  const side =
    overview === undefined ? overviewSide(image) : Math.max(overview.width, overview.height);
  const held = new Set(overview === undefined ? [] : [overview]);
  const decode = async () => {
    const larger = (wanted * longer) / side > CONFIRM_ENLARGEMENT;
    const pixels =
      larger || overview === undefined
        ? await decodeAtLeast(image, larger ? Math.ceil(wanted * longer) : side)
        : overview;
    held.add(pixels);
    return pixels;
  };
  let pixels: Promise<Pixels> | undefined;
  return {
    regions,
    crop: async ({ frame }, into) => {
      const source = await (pixels ??= decode());
      const factor = Math.max(source.width, source.height) / longer;
      const { x, y, width, height, angle } = frame;
      const reduced = {
        x: x * factor,
        y: y * factor,
        width: width * factor,
        height: height * factor,
        angle,
      };
      const cut = cropFrame(source, reduced, crop, into);
      toSrgb(cut, image.colours);
      return cut;
    },
    release: () => {
      for (const { data } of held) releaseBuffer(data);
      held.clear();
    },
  };
}

/**
 * Area, less the squared distance from the middle: the face a photo was taken for comes first, as
 * is usual in face alignment (FaceNet).
 */
function prominence({ x, y, width, height }: Box, image: CropSize): number {
  return (
    width * height -
    2 * ((x + width / 2 - image.width / 2) ** 2 + (y + height / 2 - image.height / 2) ** 2)
  );
}

/**
 * Finds faces and places those that are turned far by a look at them upright: the detector
 * underestimates large angles.
 */
async function detectUpright(
  detector: FaceDetector,
  image: Pixels,
  threshold: number,
): Promise<DetectionCandidate[]> {
  const found = await detectAtAllScales(detector, image, threshold);
  return Promise.all(
    found.map(async (face) => {
      const turns = uprightQuarterTurns(face);
      if (turns === face.quarterTurns) return face;
      const [straight] = await confirmed(
        detector,
        image,
        [{ ...face, quarterTurns: turns }],
        threshold,
      );
      return straight ?? face;
    }),
  );
}

/** Quarter turns, clockwise, that bring a face upright or nearly so. */
function uprightQuarterTurns({
  eyes: [left, right],
  quarterTurns: turns,
}: DetectionCandidate): number {
  const angle = Math.atan2(right.y - left.y, right.x - left.x) + (turns * Math.PI) / 2;
  const within = Math.atan2(Math.sin(angle), Math.cos(angle)); // as the look saw it
  if (Math.abs(within) < MAX_UPRIGHT_TURN) return turns;
  return (
    (turns + 4 - Math.sign(within) * Math.max(1, Math.round(Math.abs(within) / (Math.PI / 2)))) % 4
  );
}

async function detectAtAllScales(
  detector: FaceDetector,
  image: Pixels,
  threshold: number,
): Promise<DetectionCandidate[]> {
  const whole = { x: 0, y: 0, width: image.width, height: image.height };
  const longer = Math.max(image.width, image.height);
  const first = await detectInTile(detector, image, whole, threshold);
  const sure = first.filter(({ score }) => score >= CONFIDENT_SCORE);
  let found =
    sure.length === first.length
      ? first
      : [
          ...sure,
          ...(await confirmed(
            detector,
            image,
            first.filter(({ score }) => score < CONFIDENT_SCORE),
            threshold,
          )),
        ];
  // Ever closer, as long as there are hints of faces too small for the look before.
  for (let side = longer; side >= 2 * MIN_TILE_SIDE; side /= 2) {
    // Where nothing is seen, one closer look has to do, but for panoramas, whose faces are small
    // beside their length.
    const small =
      found.length === 0
        ? side === longer || side > Math.min(image.width, image.height)
        : found.some(
            ({ box }) => box.width < (side === longer ? SMALL_FACE : SMALL_FACE_IN_TILE) * side,
          );
    if (!small) break;
    const parts = await Promise.all(
      tilesOf(image, side / 2).map((part) => detectInTile(detector, image, part, threshold)),
    );
    found = nonMaxSuppression([
      ...found,
      ...(await confirmed(detector, image, unconfirmed(parts.flat(), found), threshold)),
    ]);
  }
  if (found.length > 0) return found;
  // A face that fills the photo is found with more certainty from further off, and the photo may
  // lie on its side.
  const looks = [0, 1, 2, 3].map(async (turns) => {
    const fills = turns === 0 ? ZOOM_OUT_SCALES : ZOOM_OUT_SCALES.slice(0, 1);
    const seen = await Promise.all(
      fills.map((fill) => detectInTile(detector, image, whole, threshold, fill, turns)),
    );
    return confirmed(detector, image, nonMaxSuppression(seen.flat()), threshold);
  });
  return (await Promise.all(looks)).reduce((best, each) =>
    totalScore(each) > totalScore(best) ? each : best,
  );
}

/**
 * What of several looks at overlapping parts is to be looked at again: each once, and nothing that
 * was confirmed before.
 */
function unconfirmed(
  seen: DetectionCandidate[],
  before: DetectionCandidate[],
): DetectionCandidate[] {
  const fresh: DetectionCandidate[] = [];
  for (const face of seen.sort((a, b) => b.score - a.score)) {
    const same = (other: DetectionCandidate) => iou(other.box, face.box) > DUPLICATE_IOU;
    if (!fresh.some(same) && !before.some((other) => other.confirmed && same(other)))
      fresh.push(face);
  }
  return fresh;
}

/**
 * Looks at each face again by itself, at the sizes the detector is surest of, until it is found:
 * what was no face is not found again, and what was one is placed more exactly.
 */
async function confirmed(
  detector: FaceDetector,
  image: Pixels,
  found: DetectionCandidate[],
  threshold: number,
): Promise<DetectionCandidate[]> {
  const sure = Math.max(threshold, CONFIRM_SCORE);
  const again = await Promise.all(
    found.map(async ({ box, quarterTurns: turns }) => {
      let best: DetectionCandidate | undefined;
      for (const sides of CONFIRM_SIDES) {
        const side = sides * Math.max(box.width, box.height);
        const x = Math.round(Math.max(0, box.x + box.width / 2 - side / 2));
        const y = Math.round(Math.max(0, box.y + box.height / 2 - side / 2));
        const width = Math.min(Math.round(side), image.width - x);
        const height = Math.min(Math.round(side), image.height - y);
        if (width < 1 || height < 1) continue;
        // Where the photo ends within the square, the face keeps its size in it.
        const fill = Math.min(1, Math.max(width, height) / side);
        const faces = await detectInTile(
          detector,
          image,
          { x, y, width, height },
          sure,
          fill,
          turns,
        );
        for (const face of faces) {
          if (
            intersectionOverMin(face.box, box) > SAME_FACE_OVERLAP &&
            face.score > (best?.score ?? 0)
          )
            best = face;
        }
        if (best !== undefined && best.score >= CONFIRMED_SCORE) break;
      }
      return best === undefined ? [] : [{ ...best, confirmed: true }];
    }),
  );
  return nonMaxSuppression(again.flat());
}

const totalScore = (faces: DetectionCandidate[]) =>
  faces.reduce((sum, { score }) => sum + score, 0);

/** Overlapping squares of a side that cover an image. */
function tilesOf({ width, height }: CropSize, side: number): Box[] {
  const starts = (length: number) => {
    const size = Math.min(length, Math.round(side));
    const steps = Math.max(1, Math.ceil((length - size) / (size * TILE_STEP)) + 1);
    return Array.from({ length: steps }, (_, i) => ({
      start: steps === 1 ? 0 : Math.round((i * (length - size)) / (steps - 1)),
      size,
    }));
  };
  return starts(height).flatMap((y) =>
    starts(width).map((x) => ({ x: x.start, y: y.start, width: x.size, height: y.size })),
  );
}

async function detectInTile(
  detector: FaceDetector,
  image: Pixels,
  part: Box,
  threshold: number,
  fill = 1,
  quarterTurns = 0,
): Promise<DetectionCandidate[]> {
  const { pixels, toImage } = squareOf(image, part, fill, quarterTurns);
  const detections = await detector.detect(pixels, threshold);
  return detections.map(({ score, left, top, right, bottom, eyes, mouth }: FaceDetection) => {
    const [a, b] = [toImage(left, top), toImage(right, bottom)];
    const low = { x: Math.min(a.x, b.x), y: Math.min(a.y, b.y) };
    return {
      score,
      confirmed: false,
      quarterTurns,
      box: { ...low, width: Math.abs(a.x - b.x), height: Math.abs(a.y - b.y) },
      eyes: [toImage(eyes[0].x, eyes[0].y), toImage(eyes[1].x, eyes[1].y)],
      mouth: toImage(mouth.x, mouth.y),
    };
  });
}

/** Keeps of boxes that show the same face the one of the highest score. */
function nonMaxSuppression(found: DetectionCandidate[]): DetectionCandidate[] {
  const kept: DetectionCandidate[] = [];
  for (const face of found.sort((a, b) => b.score - a.score)) {
    if (kept.every((other) => intersectionOverMin(face.box, other.box) <= SAME_FACE_OVERLAP))
      kept.push(face);
  }
  return kept;
}

/**
 * Intersection over the smaller area, in [0, 1]: a face cut by the edge of a part lies inside its
 * whole box.
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
