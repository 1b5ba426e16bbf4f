/** Stage 4: crops → probabilities of attributes, with ONNX Runtime. */
import type { InferenceSession } from 'onnxruntime-node';
import type { Provider, Framing } from '../domain/networks';
import { excerpt } from '../text/excerpt';
import { t } from '../text/translate';
import { messageOf, UserError } from '../util/errors';
import { withHardSigmoids } from './clip-to-hard-sigmoid';
import { inBatchesOf } from './fixed-batches';
import { toFloat32 } from './float16-to-float32';
import { onnxruntime } from './lazy-onnxruntime';
import { metadataIn } from './model-metadata';
import { type NetworkContent, readNetwork } from './network-content';
import { type NetworkSignature, signatureOf } from './network-signature';
import { sessionOptions } from './session-options';

/** A network ready to run. */
export interface AttributeModel {
  /** Size of its input in pixels, and how images are framed for it. */
  crop: Framing;
  /** Names of its outputs, in order. */
  attributes: string[];
  /** Columns of attributes that exclude each other, a list for each group. */
  groups: number[][];
  /** Balanced thresholds, see `ModelMetadata`; undefined where the file has none. */
  thresholds: number[] | undefined;
  /** Faces that the network takes at a time; undefined for any number. */
  batch: number | undefined;
  provider: Provider;
  /**
   * @param crops RGB bytes, `[count, height, width, 3]`.
   * @returns probabilities in [0, 1], `[count, attributes]`, valid until the next call.
   * @throws UserError where an output is not a probability.
   */
  infer(crops: Uint8Array, count: number): Promise<Float32Array>;
  /** Like `infer`, with outputs of any value. */
  run(crops: Uint8Array, count: number): Promise<Float32Array>;
  release(): Promise<void>;
}

export interface SessionOptions {
  provider: Provider;
  /** Threads of the CPU provider; 0 for one per core. */
  threads?: number;
}

/**
 * Opens a network and checks that, in the form that network-content.ts gives it, it is a face
 * attribute network: input uint8 `[n, height, width, 3]`, output float32 `[n, attributes]`. The
 * runtime gets the bytes that were inspected, even if the file changes meanwhile.
 * @throws UserError naming the file, what was expected and what it has.
 */
export async function openModel(file: string, options: SessionOptions): Promise<AttributeModel> {
  return openContent(file, await readNetwork(file), options);
}

/** Like `openModel`, for content that was read before. */
export async function openContent(
  file: string,
  { bytes, form }: Pick<NetworkContent, 'bytes' | 'form'>,
  options: SessionOptions,
): Promise<AttributeModel> {
  const session = await openSession(file, bytes, options);
  let signature: NetworkSignature;
  try {
    signature = signatureOf(file, session, metadataIn(bytes, file), form);
  } catch (error) {
    await session.release();
    throw error;
  }
  const { crop, attributes, groups, thresholds, batch } = signature;
  const runBatch = batchRunner(file, session, signature);
  const run =
    batch === undefined
      ? runBatch
      : inBatchesOf(batch, runBatch, crop.width * crop.height * 3, attributes.length);
  return {
    crop,
    attributes,
    groups,
    thresholds,
    batch,
    provider: options.provider,
    run,
    async infer(crops, count) {
      const result = await run(crops, count);
      checkProbabilities(file, result);
      return result;
    },
    release: () => session.release(),
  };
}

function batchRunner(
  file: string,
  session: InferenceSession,
  { crop, attributes, input, output }: NetworkSignature,
): AttributeModel['run'] {
  const { Tensor } = onnxruntime();
  return async (crops, count) => {
    const tensor = new Tensor('uint8', crops.subarray(0, count * crop.height * crop.width * 3), [
      count,
      crop.height,
      crop.width,
      3,
    ]);
    const outputs = await session.run({ [input]: tensor });
    const result = outputs[output]?.data;
    if (!(result instanceof Float32Array) || result.length !== count * attributes.length) {
      throw new UserError(
        t(
          "the model '{0}' cannot be used: for {1} images it gave {2} values, expected {1} × {3}",
          file,
          count,
          String(result?.length),
          attributes.length,
        ),
      );
    }
    return result;
  };
}

/** Rounding in float16 moves probabilities outside of [0, 1] by up to this; they are clamped. */
export const PROBABILITY_ROUNDING = 1e-3;

/** Clamps rounding errors. @throws UserError if a value is not a probability. */
function checkProbabilities(file: string, values: Float32Array): void {
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (value >= 0 && value <= 1) continue;
    if (!(value >= -PROBABILITY_ROUNDING && value <= 1 + PROBABILITY_ROUNDING)) {
      throw new UserError(
        Number.isFinite(value)
          ? t(
              "the model '{0}' cannot be used: it gave {1} where a probability from 0 to 1 was expected: if its outputs are logits, say so with --activation of 'face-clusters wrap'",
              file,
              value,
            )
          : t(
              "the model '{0}' cannot be used: it gave {1} where a probability from 0 to 1 was expected",
              file,
              value,
            ),
      );
    }
    values[i] = value < 0 ? 0 : 1;
  }
}

/**
 * A session of ONNX Runtime.
 * @throws UserError naming the file.
 */
export async function openSession(
  file: string,
  bytes: Uint8Array,
  { provider, threads = 0 }: SessionOptions,
): Promise<InferenceSession> {
  try {
    return await createSession(bytes, provider, threads);
  } catch (error) {
    throw new UserError(
      t("cannot load the model '{0}' on {1}: {2}", file, provider, loadReason(error)),
      { cause: error },
    );
  }
}

/** Converts a float16 network to float32 where the provider, or its device, lacks float16. */
async function createSession(
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
    return t('it is not an ONNX model, or the file is damaged');
  return excerpt(text, 500); // may quote names from the file
}
