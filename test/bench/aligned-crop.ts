/** An image that is one aligned face, as the network takes it. */
import { decodeCrop, readImage } from '../../src/images/decode';
import { alignedFrame, type Framing } from '../../src/faces/framing';
import type { ImageFile } from '../../src/images/scan-folders';

/** @returns RGB bytes `[height, width, 3]`. */
export async function alignedCrop(image: ImageFile, crop: Framing): Promise<Buffer> {
  const encoded = await readImage(image);
  return decodeCrop(encoded, alignedFrame(encoded, crop), crop);
}
