/**
 * Where the face lies in an image that is already cropped and aligned, as the network wants it framed:
 * in its 160×192 input the eyes lie near x = 62 and 97, y = 98, with hair and chin inside.
 */

/** A rectangle in pixels of the upright image; it may reach beyond the image's edges. */
export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** The network's input, in pixels. */
export interface CropSize {
  width: number;
  height: number;
}

/** An image at least this wide and high can hold a face that means something. */
export const SMALLEST_SIDE = 16;

/**
 * LFW's deep-funneled 250×250 images have the face in the middle with much around it; this part of them, in fractions
 * of the side, is framed as CelebA's aligned crops are. It reaches 5 of 250 px above the image.
 */
const LFW_PART: Box = { x: 29 / 250, y: -5 / 250, width: 192 / 250, height: 235 / 250 };

/** Width ÷ height between which an image counts as a square, framed like LFW's. CelebA's crops have 0.8165. */
const SQUARE_ASPECT = { from: 0.92, to: 1.09 };

/**
 * The part of an aligned image that the network shall see.
 *
 * A square image is taken as LFW's framing. Of any other the largest centred part of the network's proportions is taken:
 * CelebA's 178×218 becomes 160×196 less 2 rows above and below, as the network was trained.
 */
export function alignedFrame({ width, height }: CropSize, crop: CropSize): Box {
  const aspect = width / height;
  if (aspect > SQUARE_ASPECT.from && aspect < SQUARE_ASPECT.to) {
    // 192×235 resized to 160×196 and cut by 2 rows above and below: the cut in the image's own pixels.
    const cut = (2 / 196) * LFW_PART.height * height;
    return {
      x: LFW_PART.x * width,
      y: LFW_PART.y * height + cut,
      width: LFW_PART.width * width,
      height: LFW_PART.height * height - 2 * cut,
    };
  }
  const wanted = crop.width / crop.height;
  const box = aspect > wanted ? { width: height * wanted, height } : { width, height: width / wanted };
  return { x: (width - box.width) / 2, y: (height - box.height) / 2, ...box };
}
