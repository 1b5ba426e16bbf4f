/** Networks that come with the program, and what runs them. */
import type { CropSize } from './faces';

export type Provider = 'cuda' | 'dml' | 'coreml' | 'webgpu' | 'cpu';

/** What became of one provider. */
export interface ProviderTrial {
  provider: Provider;
  /** True where it was taken. */
  used: boolean;
  /** Why it was taken or passed over, for people. */
  reason: string;
}

/** Paths of the bundled networks. */
export interface BundledModels {
  /** Attributes, int8, for CPUs. */
  cpu: string;
  /**
   * Attributes, float16, for GPUs, and in float32 (float16-to-float32.ts) for CPUs that are slower
   * with int8.
   */
  gpu: string;
  /** Finds faces. */
  detector: string;
}

/** The network's input, and how an aligned image becomes it. */
export interface Framing extends CropSize {
  /**
   * Whether all of CelebA's aligned image is stretched to the input, as in the original work,
   * instead of a part of the input's proportions.
   */
  stretch?: boolean;
}

/** What a network is. */
export interface NetworkInfo {
  crop: Framing;
  /** Names of its outputs, in order. */
  attributes: string[];
}
