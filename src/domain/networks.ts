/** Networks that come with the program, and what runs them. */

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
  /** Attributes, float16, for GPUs, and in float32 (float16-to-float32.ts) for CPUs that are slower with int8. */
  gpu: string;
  /** Finds faces. */
  detector: string;
}
