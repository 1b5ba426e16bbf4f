/** Stage 4: crops → probabilities of attributes, with ONNX Runtime. */
import { dirname, join, resolve } from 'node:path';
import type { InferenceSession } from 'onnxruntime-node';
import type { Provider, Framing } from '../domain/networks';
import { excerpt } from '../text/excerpt';
import { codeOf, messageOf, UserError } from '../util/errors';
import { readRegularFile } from '../util/read-regular-file';
import { withHardSigmoids } from './clip-to-hard-sigmoid';
import { toFloat32 } from './float16-to-float32';
import { inspectNetwork } from './inspect-network';
import { onnxruntime } from './lazy-onnxruntime';
import { metadataIn } from './model-metadata';
import { NETWORK_LIMITS } from './network-limits';
import { type NetworkSignature, signatureOf } from './network-signature';
import { sessionOptions } from './session-options';

/** A network ready to run. */
export interface AttributeModel {
  /** Size of its input in pixels, and how images are framed for it. */
  crop: Framing;
  /** Names of its outputs, in order. */
  attributes: string[];
  /** Balanced thresholds, see `ModelMetadata`; undefined where the file has none. */
  thresholds: number[] | undefined;
  provider: Provider;
  /**
   * @param crops RGB bytes, `[count, height, width, 3]`.
   * @returns probabilities in [0, 1], `[count, attributes]`, valid until the next call.
   * @throws UserError where an output is not a probability.
   */
  infer(crops: Uint8Array, count: number): Promise<Float32Array>;
  release(): Promise<void>;
}

export interface SessionOptions {
  provider: Provider;
  /** Threads of the CPU provider; 0 for one per core. */
  threads?: number;
}

/** Folder of the bundled networks, which need no check. All bundles are in `dist/` beside it. */
const BUNDLED_WEIGHTS = join(__dirname, '..', 'weights');

/**
 * Opens an ONNX file and checks that it is a face attribute network: input uint8 `[n, height,
 * width, 3]`, output float32 `[n, attributes]`. The runtime gets the bytes that were inspected,
 * even if the file changes meanwhile.
 * @throws UserError naming the file, what was expected and what it has.
 */
export async function openModel(
  file: string,
  { provider, threads = 0 }: SessionOptions,
): Promise<AttributeModel> {
  const bytes = await readNetwork(file);
  if (dirname(resolve(file)) !== BUNDLED_WEIGHTS) checkNetworkFile(file, bytes);
  let session: InferenceSession;
  try {
    session = await openSession(bytes, provider, threads);
  } catch (error) {
    throw new UserError(`cannot load the model '${file}' on ${provider}: ${loadReason(error)}`, {
      cause: error,
    });
  }
  const { Tensor } = onnxruntime();
  let signature: NetworkSignature;
  try {
    signature = signatureOf(file, session, metadataIn(bytes, file));
  } catch (error) {
    await session.release();
    throw error;
  }
  const { crop, attributes, thresholds, input, output } = signature;
  return {
    crop,
    attributes,
    thresholds,
    provider,
    async infer(crops, count) {
      const tensor = new Tensor('uint8', crops.subarray(0, count * crop.height * crop.width * 3), [
        count,
        crop.height,
        crop.width,
        3,
      ]);
      const outputs = await session.run({ [input]: tensor });
      const result = outputs[output]?.data;
      if (!(result instanceof Float32Array) || result.length !== count * attributes.length) {
        throw new Error(
          `the model gave ${String(result?.length)} values, expected ${String(count)} × ${String(attributes.length)}`,
        );
      }
      checkProbabilities(file, result);
      return result;
    },
    release: () => session.release(),
  };
}

/**
 * Reads the file of a network.
 * @throws UserError if it does not exist, is empty or too large, or cannot be read; the signal's
 * reason if it is aborted.
 */
export async function readNetwork(file: string, signal?: AbortSignal): Promise<Buffer> {
  let bytes: Buffer;
  try {
    bytes = await readRegularFile(file, NETWORK_LIMITS.bytes, signal);
  } catch (error) {
    signal?.throwIfAborted();
    if (codeOf(error) === 'ENOENT')
      throw new UserError(`the model file '${file}' does not exist`, { cause: error });
    throw new UserError(`the model file '${file}' cannot be read: ${messageOf(error)}`, {
      cause: error,
    });
  }
  if (bytes.length === 0)
    throw new UserError(`the model file '${file}' is empty (0 bytes); expected an ONNX model`);
  return bytes;
}

/**
 * Inspects the content of a file; see `inspectNetwork`.
 * @throws UserError naming the file and what is not supported.
 */
export function checkNetworkFile(file: string, bytes: Uint8Array): void {
  try {
    inspectNetwork(bytes);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(`the model '${file}' cannot be used: ${error.message}`, { cause: error });
  }
}

/** Rounding in float16 moves probabilities outside of [0, 1] by up to this; they are clamped. */
const ROUNDING = 1e-3;

/** Clamps rounding errors. @throws UserError if a value is not a probability. */
function checkProbabilities(file: string, values: Float32Array): void {
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (value >= 0 && value <= 1) continue;
    if (!(value >= -ROUNDING && value <= 1 + ROUNDING)) {
      const hint = Number.isFinite(value) ? ': if its outputs are logits, add a Sigmoid' : '';
      throw new UserError(
        `the model '${file}' cannot be used: it gave ${String(value)} where a probability from 0 to 1 was expected${hint}`,
      );
    }
    values[i] = value < 0 ? 0 : 1;
  }
}

/** Converts a float16 network to float32 where the provider, or its device, lacks float16. */
async function openSession(
  bytes: Uint8Array,
  provider: Provider,
  threads: number,
): Promise<InferenceSession> {
  const options = sessionOptions(provider, threads);
  const { InferenceSession: sessions } = onnxruntime();
  if (provider === 'cpu') return sessions.create(toFloat32(bytes) ?? bytes, options);
  const faster = provider === 'cuda' ? withHardSigmoids(bytes) : undefined;
  try {
    return await sessions.create(faster ?? bytes, options);
  } catch (error) {
    const wide = /\bf16\b|float16/i.test(messageOf(error)) ? toFloat32(bytes) : undefined;
    if (wide === undefined) throw error;
    return sessions.create(wide, options);
  }
}

function loadReason(error: unknown): string {
  const text = messageOf(error);
  if (/protobuf parsing failed|does not have a graph/i.test(text))
    return 'it is not an ONNX model, or the file is damaged';
  return excerpt(text, 500); // may quote names from the file
}
