/** How ONNX Runtime is to run a network. */
import type { InferenceSession } from 'onnxruntime-node';
import type { Provider } from '../domain/networks';

/** @param threads of the CPU provider; 0 is one a core. */
export const sessionOptions = (
  provider: Provider,
  threads: number,
): InferenceSession.SessionOptions => ({
  executionProviders: [provider],
  graphOptimizationLevel: 'all',
  intraOpNumThreads: threads,
  interOpNumThreads: 1,
  logSeverityLevel: 4,
  // Threads that spin while they wait would take the cores from decoding.
  extra: {
    session: { intra_op: { allow_spinning: '0' }, inter_op: { allow_spinning: '0' } },
    // A Gemm that was fused with a transposition fails on WebGPU (ONNX Runtime 1.29: 'Inner
    // dimensions of A and B must match').
    ...(provider === 'webgpu'
      ? { optimization: { disable_specified_optimizers: 'GemmTransposeFusion' } }
      : {}),
  },
});
