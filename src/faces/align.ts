import type { Point } from '../domain/faces';
import type { Framing } from '../domain/networks';
import { celebaPart, type Frame } from '../images/framing';
/**
 * Where the eyes lie in CelebA's aligned images, in widths of the image from its left and its upper
 * edge: medians of the detector's eyes in LFW's images, framed like CelebA's: 0.604 below the upper
 * edge of the 160×192 in its middle.
 */
const CELEBA_EYES = {
  middle: { x: 0.5, y: 0.604 + 0.5 * (218 / 178 - 192 / 160) },
  distance: 0.225,
};

/**
 * Distance from the middle of the eyes to the mouth, in distances between the eyes, of a face seen
 * from the front.
 */
const EYES_TO_MOUTH = 1.05;

/** @param eyes the one on the left of the upright face first; pixels of the image. */
export function frameOf(eyes: readonly [Point, Point], mouth: Point, framing: Framing): Frame {
  const [left, right] = eyes;
  const middle = { x: (left.x + right.x) / 2, y: (left.y + right.y) / 2 };
  const across = { x: right.x - left.x, y: right.y - left.y };
  // A face turned to the side has its eyes close together; its height then tells its size.
  const distance = Math.max(
    Math.hypot(across.x, across.y),
    Math.hypot(mouth.x - middle.x, mouth.y - middle.y) / EYES_TO_MOUTH,
  );
  const angle = Math.atan2(across.y, across.x);
  const unit = distance / CELEBA_EYES.distance; // the width of CelebA's image
  const part = celebaPart(framing);
  const width = part.width * unit;
  const height = part.height * unit;
  // From the eyes to the middle of the crop, along the turned axes.
  const along = (part.x + part.width / 2 - CELEBA_EYES.middle.x) * unit;
  const down = (part.y + part.height / 2 - CELEBA_EYES.middle.y) * unit;
  const centre = {
    x: middle.x + along * Math.cos(angle) - down * Math.sin(angle),
    y: middle.y + along * Math.sin(angle) + down * Math.cos(angle),
  };
  return { x: centre.x - width / 2, y: centre.y - height / 2, width, height, angle };
}
