/** The faces found in an image, and their crops. */
import type { LocatedFace } from '../domain/faces';
import type { Framing } from '../domain/networks';
import { releaseBuffer } from '../images/buffer-pool';
import { toSrgb } from '../images/color-profiles';
import { cropFrame } from '../images/crop';
import { decodeAtLeast } from '../images/decode';
import type { EncodedImage } from '../images/encoded-image';
import type { Frame } from '../images/framing';
import type { Pixels } from '../images/pixels';
import { frameOf } from './align';
import { overviewSide } from './overview';

/** A face in an image, identified by the image and its index among the image's faces. */
export interface FaceRegion {
  /** The part that is cropped for the network, in pixels of the upright image. */
  frame: Frame;
  /** Undefined where the image as a whole is one aligned face. */
  located: LocatedFace | undefined;
}

/** The faces of an image, the most prominent (large and central) first. */
export interface FoundFaces {
  regions: FaceRegion[];
  /**
   * @param into memory for the crop; allocated if omitted.
   * @returns RGB bytes of the network's input size, `[height, width, 3]`.
   */
  crop(region: FaceRegion, into?: Buffer): Promise<Buffer>;
  /** Returns the image's memory to the pool. No crop can be taken afterwards. */
  release(): void;
}

/** Finds the faces of an image. */
export type FaceFinder = (image: EncodedImage) => Promise<FoundFaces>;

/** Crops may be enlarged by this factor before the photo is decoded again at a larger size. */
const MAX_ENLARGEMENT = 1.15;

/** @param overview the decoded image, possibly reduced; undefined where it is not decoded yet. */
export function foundFaces(
  image: EncodedImage,
  faces: readonly LocatedFace[],
  crop: Framing,
  overview: Pixels | undefined,
): FoundFaces {
  const regions = faces.map((located): FaceRegion => ({
    frame: frameOf(located.eyes, located.mouth, crop),
    located,
  }));
  const source = new CropSource(image, regions, crop, overview);
  return {
    regions,
    crop: async ({ frame }, into) => {
      const { pixels, scale } = await source.decoded();
      const scaled = {
        x: frame.x * scale,
        y: frame.y * scale,
        width: frame.width * scale,
        height: frame.height * scale,
        angle: frame.angle,
      };
      const bytes = cropFrame(pixels, scaled, crop, into);
      toSrgb(bytes, image.colorSpace);
      return bytes;
    },
    release: () => {
      source.release();
    },
  };
}

/** The decoded image that crops are taken from. */
class CropSource {
  private readonly decodedImages = new Set<Pixels>();
  private pixels: Promise<Pixels> | undefined;
  private readonly longer: number;
  /** Longer side that the smallest face needs, in pixels. */
  private readonly wantedSide: number;

  constructor(
    private readonly image: EncodedImage,
    regions: readonly FaceRegion[],
    crop: Framing,
    private readonly overview: Pixels | undefined,
  ) {
    if (overview !== undefined) this.decodedImages.add(overview);
    this.longer = Math.max(image.width, image.height);
    const enlargements = regions.map(({ frame }) => crop.width / frame.width);
    this.wantedSide = Math.min(1, Math.max(0, ...enlargements)) * this.longer;
  }

  /** @returns the pixels, and how many of them one pixel of the image is, along a side. */
  async decoded(): Promise<{ pixels: Pixels; scale: number }> {
    const pixels = await (this.pixels ??= this.decode());
    return { pixels, scale: Math.max(pixels.width, pixels.height) / this.longer };
  }

  /** Decodes the image, again and larger where the overview has too few pixels. */
  private async decode(): Promise<Pixels> {
    const { image, overview, wantedSide } = this;
    const side =
      overview === undefined ? overviewSide(image) : Math.max(overview.width, overview.height);
    const isTooSmall = wantedSide / side > MAX_ENLARGEMENT;
    if (overview !== undefined && !isTooSmall) return overview;
    const pixels = await decodeAtLeast(image, isTooSmall ? Math.ceil(wantedSide) : side);
    this.decodedImages.add(pixels);
    return pixels;
  }

  release(): void {
    for (const { data } of this.decodedImages) releaseBuffer(data);
    this.decodedImages.clear();
  }
}
