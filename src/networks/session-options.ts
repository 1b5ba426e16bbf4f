/** ONNX Runtime's options for a session. */
import type { InferenceSession } from 'onnxruntime-node';
import type { Provider } from '../domain/networks';

/** @param threads of the CPU provider; 0 for one per core. */
export const sessionOptions = (
  provider: Provider,
  threads: number,
): InferenceSession.SessionOptions => ({
  executionProviders: [provider],
  graphOptimizationLevel: 'all',
  intraOpNumThreads: threads,
  interOpNumThreads: 1,
  logSeverityLevel: 4,
  // Spinning threads would slow down decoding, which needs the same cores.
  extra: {
    session: { intra_op: { allow_spinning: '0' }, inter_op: { allow_spinning: '0' } },
    // A Gemm that is fused with a transposition fails on WebGPU (ONNX Runtime 1.29: 'Inner
    // dimensions of A and B must match').
    ...(provider === 'webgpu'
      ? { optimization: { disable_specified_optimizers: 'GemmTransposeFusion' } }
      : {}),
  },
});
