import type { Point } from '../domain/faces';
import type { Framing } from '../domain/networks';
import { celebaPart, type Frame } from '../images/framing';

/**
 * Center of the eyes in CelebA's aligned images, from the left and the upper edge, and the distance
 * between the eyes; in widths of the image. They are medians of the eyes that the detector finds in
 * LFW's images, framed like CelebA's: 0.604 below the upper edge of the centered 160×192 part.
 */
const CELEBA_EYES = {
  center: { x: 0.5, y: 0.604 + 0.5 * (218 / 178 - 192 / 160) },
  distance: 0.225,
};

/**
 * Distance from the center of the eyes to the mouth in frontal faces, in distances between the
 * eyes.
 */
const EYES_TO_MOUTH = 1.05;

/**
 * The frame of a located face for a network.
 * @param eyes the one on the left of the upright face first, in pixels of the image.
 */
export function frameOf(eyes: readonly [Point, Point], mouth: Point, framing: Framing): Frame {
  const [left, right] = eyes;
  const eyeCenter = { x: (left.x + right.x) / 2, y: (left.y + right.y) / 2 };
  const across = { x: right.x - left.x, y: right.y - left.y };
  // The eyes of a face in profile are close together, so its size is taken from its height.
  const distance = Math.max(
    Math.hypot(across.x, across.y),
    Math.hypot(mouth.x - eyeCenter.x, mouth.y - eyeCenter.y) / EYES_TO_MOUTH,
  );
  const angle = Math.atan2(across.y, across.x);
  const unit = distance / CELEBA_EYES.distance; // width of CelebA's image
  const part = celebaPart(framing);
  const width = part.width * unit;
  const height = part.height * unit;
  // From the eyes to the center of the crop, along the turned axes.
  const along = (part.x + part.width / 2 - CELEBA_EYES.center.x) * unit;
  const down = (part.y + part.height / 2 - CELEBA_EYES.center.y) * unit;
  const center = {
    x: eyeCenter.x + along * Math.cos(angle) - down * Math.sin(angle),
    y: eyeCenter.y + along * Math.sin(angle) + down * Math.cos(angle),
  };
  return { x: center.x - width / 2, y: center.y - height / 2, width, height, angle };
}
