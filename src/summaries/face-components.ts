/** The components of a cluster's faces by which a page draws any face along them. */
import { type CropSize, type FaceComponents, MAX_COMPONENTS } from '../domain/faces';
import { NOISE } from './eigenfaces';
import { principalComponents } from './principal-components';

export interface FaceSample {
  /** `[samples, size.height, size.width]` gray values. */
  samples: Uint8Array;
  size: CropSize;
}

/** Largest value of a signed byte. */
const MAX_BYTE = 127;

/**
 * A byte a pixel is exact to 1/254 of the component's largest change, which is less than a gray
 * level even at three standard deviations.
 */
export function faceComponents({ samples, size }: FaceSample): FaceComponents {
  const pixels = size.width * size.height;
  const { components, explained, deviations } = principalComponents(
    samples,
    pixels,
    MAX_COMPONENTS,
    NOISE,
  );
  const values = new Int8Array(components.length * pixels);
  const steps = components.map((component, i) => {
    const deviation = deviations[i]!;
    const largest = component.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const step = (deviation * largest) / MAX_BYTE;
    component.forEach((value, p) => {
      values[i * pixels + p] = Math.round((deviation * value) / step);
    });
    return step;
  });
  return { size, values, steps, deviations, explained, faces: samples.length / pixels };
}
