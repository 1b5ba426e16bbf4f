/** Draws faces from a mean face and its components, and differences of mean faces. */
import type { CropSize, FaceComponents } from '../../src/domain/faces';

/**
 * The pixels of an encoded picture, as RGBA.
 * @param size undefined for its own.
 * @throws DOMException if it is damaged.
 */
export async function pixelsOf(png: Uint8Array, size?: CropSize): Promise<ImageData> {
  const bitmap = await createImageBitmap(new Blob([png as Uint8Array<ArrayBuffer>]));
  const { width, height } = size ?? bitmap;
  const context = contextOf(new OffscreenCanvas(width, height));
  context.imageSmoothingQuality = 'high';
  context.drawImage(bitmap, 0, 0, width, height);
  bitmap.close();
  return context.getImageData(0, 0, width, height);
}

/**
 * The mean face plus each component times its factor, in each of the three colors: components are
 * of gray values.
 * @param mean RGBA, of the components' size.
 * @param factors in standard deviations; further components are left out.
 */
export function faceAlong(
  mean: ImageData,
  { values, steps, size }: Pick<FaceComponents, 'values' | 'steps' | 'size'>,
  factors: readonly number[],
): ImageData {
  const pixels = size.width * size.height;
  const change = new Float32Array(pixels);
  for (const [i, factor] of factors.entries()) {
    const scale = factor * (steps[i] ?? 0);
    if (scale === 0) continue;
    for (let p = 0; p < pixels; p++) change[p]! += scale * values[i * pixels + p]!;
  }
  const face = new ImageData(size.width, size.height);
  for (let p = 0, at = 0; p < pixels; p++, at += 4) {
    // A Uint8ClampedArray rounds, and clamps to 0 … 255.
    for (let c = at; c < at + 3; c++) face.data[c] = mean.data[c]! + change[p]!;
    face.data[at + 3] = 255;
  }
  return face;
}

/** A component by itself: zero is mid-gray, the largest change black or white. */
export function componentPicture({ values, size }: FaceComponents, component: number): ImageData {
  const pixels = size.width * size.height;
  const picture = new ImageData(size.width, size.height);
  for (let p = 0; p < pixels; p++) {
    const gray = 127.5 + values[component * pixels + p]!;
    picture.data.set([gray, gray, gray, 255], 4 * p);
  }
  return picture;
}

/** Colors of a difference: none, and where the first or the second face is brighter. */
const NONE = [247, 247, 247] as const;
const FIRST = [33, 102, 172] as const;
const SECOND = [179, 88, 6] as const;
/** Gray levels that are drawn in the full color, at least: less is no difference that one sees. */
const LEAST_RANGE = 24;

export interface DifferencePicture {
  picture: ImageData;
  /** Gray levels of the full colors. */
  range: number;
}

/** The signed difference in brightness of two pictures of the same size. */
export function differencePicture(first: ImageData, second: ImageData): DifferencePicture {
  const { width, height } = first;
  const differences = Float32Array.from({ length: width * height }, (_, p) => {
    const at = 4 * p;
    return luma(first.data, at) - luma(second.data, at);
  });
  const range = differences.reduce((most, each) => Math.max(most, Math.abs(each)), LEAST_RANGE);
  const picture = new ImageData(width, height);
  differences.forEach((difference, p) => {
    const target = difference > 0 ? FIRST : SECOND;
    const share = Math.abs(difference) / range;
    NONE.forEach((none, c) => {
      picture.data[4 * p + c] = none + share * (target[c]! - none);
    });
    picture.data[4 * p + 3] = 255;
  });
  return { picture, range };
}

/** Luma of Rec. 601. */
const luma = (data: ImageData['data'], at: number) =>
  0.299 * data[at]! + 0.587 * data[at + 1]! + 0.114 * data[at + 2]!;

/** Shows pixels in a canvas, at their own size. */
export function put(canvas: HTMLCanvasElement, picture: ImageData): void {
  canvas.width = picture.width;
  canvas.height = picture.height;
  canvas.getContext('2d')?.putImageData(picture, 0, 0);
}

function contextOf(canvas: OffscreenCanvas): OffscreenCanvasRenderingContext2D {
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (context === null) throw new Error('the browser gives no canvas');
  return context;
}
