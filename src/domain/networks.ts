/** Networks, and the execution providers that run them. */
import type { CropSize } from './faces';

/** An execution provider of ONNX Runtime. */
export type Provider = 'cuda' | 'dml' | 'coreml' | 'webgpu' | 'cpu';

/**
 * Why an execution provider is not used: the machine has no device or library for it; its results
 * differ from the CPU's; it is slower than the CPU; it failed during a run; anything else.
 */
export const REJECTIONS = ['absent', 'differs', 'slower', 'failed', 'unusable'] as const;
export type Rejection = (typeof REJECTIONS)[number];

/** The outcome of trying an execution provider. */
export interface ProviderTrial {
  provider: Provider;
  /** Whether it was selected. */
  used: boolean;
  /** Missing where it was selected, and in runs that did not record it yet. */
  rejection?: Rejection;
  /** Why it was selected or not, for the user. */
  reason: string;
}

/** Paths of the bundled networks. */
export interface BundledModels {
  /** Attribute network in int8, for CPUs. */
  cpu: string;
  /**
   * Attribute network in float16, for GPUs; converted to float32 (float16-to-float32.ts) for CPUs
   * that are slower with int8.
   */
  gpu: string;
  /** Face detector. */
  detector: string;
}

/**
 * The attribute network's input, and how an aligned image is fitted to it. In the bundled network's
 * input of 160×192 pixels the eyes are near x = 62 and 97, y = 98, with hair and chin inside.
 */
export interface Framing extends CropSize {
  /**
   * Whether CelebA's whole aligned image is stretched to the input, as in the original work. By
   * default, a part with the input's aspect ratio is cut out.
   */
  stretch?: boolean;
}

/** Properties of an attribute network. */
export interface NetworkInfo {
  crop: Framing;
  /** Names of its outputs, in order. */
  attributes: string[];
  /** Faces that it takes at a time; missing for any number. */
  batch?: number | undefined;
  /** Whether its outputs are embeddings in place of attributes; missing where they are not. */
  isEmbedding?: true;
  /** What was assumed, and what it costs, for people. */
  notices: string[];
}
