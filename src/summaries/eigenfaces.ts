/**
 * Eigenfaces (Turk & Pentland 1991) of a cluster: the mean face, in color and over all its faces,
 * and the first principal components of the gray values of a sample of them.
 */
import type { ClusterPictures, CropSize } from '../domain/faces';
import { sharp } from '../images/lazy-sharp';
import { principalComponents } from './principal-components';

/** Principal components shown of each cluster. */
export const COMPONENTS = 3;
/**
 * Mean variance of a pixel, in gray levels squared, below which faces count as copies of one
 * picture: JPEG compression alone makes such differences.
 */
export const NOISE = 1;

/** Of the faces of a cluster. */
export interface FaceStatistics {
  /** `[size.height, size.width, 3]` sums of RGB. */
  sum: Uint32Array;
  faces: number;
  /** `[samples, size.height, size.width]` gray values. */
  samples: Uint8Array;
  size: CropSize;
  /** Size of the pictures. */
  shown: CropSize;
}

export async function eigenfaces({
  sum,
  faces,
  samples,
  size,
  shown,
}: FaceStatistics): Promise<Omit<ClusterPictures, 'cluster' | 'faces'>> {
  const pixels = size.width * size.height;
  const { components, explained } = principalComponents(samples, pixels, COMPONENTS, NOISE);
  const mean = new Uint8Array(sum.length);
  for (let i = 0; i < sum.length; i++) mean[i] = Math.round(sum[i]! / Math.max(1, faces));
  return {
    eigenface: await encode(mean, 3, size, shown),
    components: await Promise.all(
      components.map((component) => encode(grayOf(component), 1, size, shown)),
    ),
    explained,
  };
}

/** Zero becomes mid-gray, the largest magnitude black or white. */
function grayOf(component: Float32Array): Uint8Array {
  const largest = component.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const gray = new Uint8Array(component.length);
  for (let i = 0; i < gray.length; i++)
    gray[i] = Math.round(127.5 + (127.5 * component[i]!) / largest);
  return gray;
}

/** @returns a PNG. */
function encode(
  bytes: Uint8Array,
  channels: 1 | 3,
  size: CropSize,
  shown: CropSize,
): Promise<Uint8Array> {
  return sharp(bytes, { raw: { ...size, channels } })
    .resize(shown.width, shown.height, { fit: 'fill', kernel: 'cubic' })
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .png()
    .toBuffer();
}
