/** An image that is one aligned face, as the network takes it. */
import type { Framing } from '../../src/domain/networks';
import { decodeCrop } from '../../src/images/decode';
import { readImage } from '../../src/images/encoded-image';
import { alignedFrame } from '../../src/images/framing';
import type { ImageFile } from '../../src/images/image-list';

/** @returns RGB bytes `[height, width, 3]`. */
export async function alignedCrop(image: ImageFile, crop: Framing): Promise<Buffer> {
  const encoded = await readImage(image);
  return decodeCrop(encoded, alignedFrame(encoded, crop), crop);
}
