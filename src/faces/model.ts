/** Stage 4: crops → attribute probabilities, with ONNX Runtime. */
import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import type { InferenceSession } from 'onnxruntime-node';
import { attributeNames } from '../attributes';
import { messageOf, UserError } from '../errors';
import { onnxruntime } from '../lazy-onnxruntime';
import { withHardSigmoids } from './clip-at-one';
import type { Framing } from './framing';
import { type ModelMetadata, readModelMetadata } from './model-metadata';
import type { Provider } from './providers';
import { sessionOptions } from './session-options';
import { widened } from './widen';

/** A network ready to run. */
export interface AttributeModel {
  /** The crops it takes: their size in pixels, and how they are framed. */
  crop: Framing;
  /** Names of its outputs, in order. */
  attributes: string[];
  /** Probability from which each attribute counts as present, so that both of its values are recognised equally well; where the file says. */
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

/**
 * Opens an ONNX file and checks that it is a network this project can use:
 * input uint8 `[n, height, width, 3]`, output float32 `[n, attributes]`.
 * @throws UserError naming the file, what was expected and what it holds.
 */
export async function openModel(file: string, { provider, threads = 0 }: SessionOptions): Promise<AttributeModel> {
  await checkFile(file);
  let session: InferenceSession;
  try {
    session = await openSession(file, provider, threads);
  } catch (error) {
    throw new UserError(`cannot load the model '${file}' on ${provider}: ${loadReason(error)}`, { cause: error });
  }
  const { Tensor } = onnxruntime();
  const { crop, attributes, thresholds, input, output } = checkShape(file, session, await readModelMetadata(file));
  return {
    crop,
    attributes,
    thresholds,
    provider,
    async infer(crops, count) {
      const tensor = new Tensor('uint8', crops.subarray(0, count * crop.height * crop.width * 3), [count, crop.height, crop.width, 3]);
      const outputs = await session.run({ [input]: tensor });
      const result = outputs[output]?.data;
      if (!(result instanceof Float32Array) || result.length !== count * attributes.length) {
        throw new Error(`the model gave ${String(result?.length)} values, expected ${String(count)} × ${String(attributes.length)}`);
      }
      return result;
    },
    release: () => session.release(),
  };
}

/** In float32 where the provider, or its device, does not compute in the float16 of the file. */
async function openSession(file: string, provider: Provider, threads: number): Promise<InferenceSession> {
  const options = sessionOptions(provider, threads);
  const { InferenceSession: sessions } = onnxruntime();
  const inFloat32 = async () => {
    const bytes = widened(await readFile(file));
    return bytes === undefined ? undefined : sessions.create(bytes, options);
  };
  if (provider === 'cpu') return (await inFloat32()) ?? sessions.create(file, options);
  const faster = provider === 'cuda' ? withHardSigmoids(await readFile(file)) : undefined;
  try {
    return await (faster === undefined ? sessions.create(file, options) : sessions.create(faster, options));
  } catch (error) {
    const session = /\bf16\b|float16/i.test(messageOf(error)) ? await inFloat32() : undefined;
    if (session === undefined) throw error;
    return session;
  }
}

/** @throws UserError where there is no file, or an empty one. */
export async function checkFile(file: string): Promise<void> {
  if (!existsSync(file)) throw new UserError(`the model file '${file}' does not exist`);
  const { size } = await stat(file);
  if (size === 0) throw new UserError(`the model file '${file}' is empty (0 bytes); expected an ONNX model`);
}

function loadReason(error: unknown): string {
  const text = messageOf(error);
  if (/protobuf parsing failed|does not have a graph/i.test(text)) return 'it is not an ONNX model, or the file is damaged';
  return text;
}

function checkShape(file: string, session: InferenceSession, metadata: ModelMetadata) {
  const expected = 'expected one input uint8 [n, height, width, 3] and one output float32 [n, attributes]';
  const describe = (values: readonly InferenceSession.ValueMetadata[]) =>
    values.map((value) => (value.isTensor ? `${value.type} [${value.shape.join(', ')}]` : 'no tensor')).join(' and ');
  const refuse = () =>
    new UserError(
      `the model '${file}' is not a face attribute network: ${expected}; ` +
        `it has the input ${describe(session.inputMetadata)} and the output ${describe(session.outputMetadata)}`,
    );
  const [input] = session.inputMetadata;
  const [output] = session.outputMetadata;
  if (session.inputMetadata.length !== 1 || session.outputMetadata.length !== 1) throw refuse();
  if (!input?.isTensor || !output?.isTensor || input.type !== 'uint8' || output.type !== 'float32') throw refuse();
  const [, height, width, channels] = input.shape;
  const [, outputs] = output.shape;
  if (input.shape.length !== 4 || output.shape.length !== 2 || channels !== 3) throw refuse();
  if (typeof height !== 'number' || typeof width !== 'number' || typeof outputs !== 'number') throw refuse();
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
      throw new UserError(`the model '${file}' cannot be used: it has ${outputs} outputs, and its metadata name ${list.length} ${what}`);
    }
  }
  try {
    const attributes = metadata.attributes ?? attributeNames(outputs);
    return { crop: { width, height, stretch: framing?.stretch === true }, attributes, thresholds, input: input.name, output: output.name };
  } catch (error) {
    throw new UserError(`the model '${file}' cannot be used: ${messageOf(error)}`, { cause: error });
  }
}
