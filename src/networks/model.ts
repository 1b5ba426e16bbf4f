/** Stage 4: crops → attribute probabilities, with ONNX Runtime. */
import { dirname, join, resolve } from 'node:path';
import type { InferenceSession } from 'onnxruntime-node';
import { attributeNames } from '../domain/attributes';
import type { Provider, Framing } from '../domain/networks';
import { excerpt } from '../text/excerpt';
import { codeOf, messageOf, UserError } from '../util/errors';
import { readRegularFile } from '../util/read-regular-file';
import { withHardSigmoids } from './clip-to-hard-sigmoid';
import { toFloat32 } from './float16-to-float32';
import { inspectNetwork, NETWORK_LIMITS } from './inspect-network';
import { onnxruntime } from './lazy-onnxruntime';
import { metadataIn, type ModelMetadata } from './model-metadata';
import { sessionOptions } from './session-options';

/** A network ready to run. */
export interface AttributeModel {
  /** The crops it takes: their size in pixels, and how they are framed. */
  crop: Framing;
  /** Names of its outputs, in order. */
  attributes: string[];
  /**
   * Probability from which each attribute counts as present, so that both of its values are
   * recognised equally well; where the file says.
   */
  thresholds: number[] | undefined;
  /** Execution provider it runs on. */
  provider: Provider;
  /**
   * @param crops RGB bytes of `count` crops one after the other, `[count, height, width, 3]`.
   * @returns probabilities in [0, 1], `[count, attributes]`, valid until the next call.
   */
  infer(crops: Uint8Array, count: number): Promise<Float32Array>;
  release(): Promise<void>;
}

export interface SessionOptions {
  provider: Provider;
  /** Threads of the CPU provider; 0 is one a core. */
  threads?: number;
}

/** The bundled networks, which need no check. All bundles lie in `dist/`, beside `weights/`. */
const OWN = join(__dirname, '..', 'weights');

/**
 * Opens an ONNX file and checks that it is a network this project can use: input uint8 `[n, height,
 * width, 3]`, output float32 `[n, attributes]`. The runtime gets the bytes that were inspected,
 * even if the file changes meanwhile.
 * @throws UserError naming the file, what was expected and what it holds.
 */
export async function openModel(
  file: string,
  { provider, threads = 0 }: SessionOptions,
): Promise<AttributeModel> {
  const bytes = await readNetwork(file);
  if (dirname(resolve(file)) !== OWN) checkNetworkFile(file, bytes);
  let session: InferenceSession;
  try {
    session = await openSession(bytes, provider, threads);
  } catch (error) {
    throw new UserError(`cannot load the model '${file}' on ${provider}: ${loadReason(error)}`, {
      cause: error,
    });
  }
  const { Tensor } = onnxruntime();
  let shape: ReturnType<typeof checkShape>;
  try {
    shape = checkShape(file, session, metadataIn(bytes, file));
  } catch (error) {
    await session.release();
    throw error;
  }
  const { crop, attributes, thresholds, input, output } = shape;
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
 * The bytes of a network's file.
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
 * `inspectNetwork` of a file.
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

/**
 * How far rounding in float16 may push a probability outside of [0, 1]; such values are clamped.
 */
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

/** In float32 where the provider, or its device, does not compute in the float16 of the file. */
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
  return excerpt(text, 500); // it quotes names of the file
}

function checkShape(file: string, session: InferenceSession, metadata: ModelMetadata) {
  const expected =
    'expected one input uint8 [n, height, width, 3] and one output float32 [n, attributes]';
  const describe = (values: readonly InferenceSession.ValueMetadata[]) =>
    values
      .map((value) => (value.isTensor ? `${value.type} [${value.shape.join(', ')}]` : 'no tensor'))
      .join(' and ');
  const refuse = () =>
    new UserError(
      `the model '${file}' is not a face attribute network: ${expected}; ` +
        `it has the input ${describe(session.inputMetadata)} and the output ${describe(session.outputMetadata)}`,
    );
  const [input] = session.inputMetadata;
  const [output] = session.outputMetadata;
  if (session.inputMetadata.length !== 1 || session.outputMetadata.length !== 1) throw refuse();
  if (!input?.isTensor || !output?.isTensor || input.type !== 'uint8' || output.type !== 'float32')
    throw refuse();
  const [, height, width, channels] = input.shape;
  const [, outputs] = output.shape;
  if (input.shape.length !== 4 || output.shape.length !== 2 || channels !== 3) throw refuse();
  if (typeof height !== 'number' || typeof width !== 'number' || typeof outputs !== 'number')
    throw refuse();
  if (typeof input.shape[0] === 'number') {
    throw new UserError(
      `the model '${file}' cannot be used: its batch size is fixed to ${input.shape[0]}; export it with a dynamic first dimension`,
    );
  }
  const { side, outputs: mostOutputs } = NETWORK_LIMITS;
  if (![height, width].every((length) => length >= side.from && length <= side.to)) {
    throw new UserError(
      `the model '${file}' cannot be used: it takes crops of ${width}×${height} pixels; expected sides of ${side.from} to ${side.to}`,
    );
  }
  if (outputs < 1 || outputs > mostOutputs) {
    throw new UserError(
      `the model '${file}' cannot be used: it has ${outputs} outputs; expected 1 to ${mostOutputs.toLocaleString('en')}`,
    );
  }
  const { framing } = metadata;
  if (framing !== undefined && (framing.width !== width || framing.height !== height)) {
    throw new UserError(
      `the model '${file}' cannot be used: its metadata speak of crops of ${framing.width}×${framing.height}, its input takes ${width}×${height}`,
    );
  }
  const thresholds = metadata.thresholds?.balanced;
  for (const [what, list] of [
    ['attributes', metadata.attributes],
    ['thresholds', thresholds],
  ] as const) {
    if (list !== undefined && list.length !== outputs) {
      throw new UserError(
        `the model '${file}' cannot be used: it has ${outputs} outputs, and its metadata name ${list.length} ${what}`,
      );
    }
  }
  try {
    const attributes = metadata.attributes ?? attributeNames(outputs);
    return {
      crop: { width, height, stretch: framing?.stretch === true },
      attributes,
      thresholds,
      input: input.name,
      output: output.name,
    };
  } catch (error) {
    throw new UserError(`the model '${file}' cannot be used: ${messageOf(error)}`, {
      cause: error,
    });
  }
}
