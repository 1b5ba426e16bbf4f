/**
 * A network that gives embeddings: the same graph as the one that infers attributes, with the last
 * hidden layer (hidden-layer.ts) as its output. Runs that need no embeddings never open it.
 */
import type { InferenceSession } from 'onnxruntime-node';
import type { CropSize } from '../domain/faces';
import type { Framing } from '../domain/networks';
import { t } from '../text/translate';
import { UserError } from '../util/errors';
import { inBatchesOf } from './fixed-batches';
import { GraphWriter } from './graph-writer';
import { hiddenLayer, unreadable } from './hidden-layer';
import { onnxruntime } from './lazy-onnxruntime';
import { openSession, type SessionOptions } from './model';
import { naming, readNetwork } from './network-content';
import { readGraph } from './network-graph';
import { FLOAT } from './onnx-types';
import { valueMessage } from './onnx-writer';
import { bytesField, rewritePieces } from './rewrite-message';

/** Numbers of an embedding, at least and at most. */
const EMBEDDING_COLUMNS = { from: 2, to: 16_384 };

/** A network ready to run. */
export interface EmbeddingModel {
  /** Size of its input, in pixels, and how crops of other proportions are fitted to it. */
  crop: Framing;
  /** Numbers of an embedding. */
  columns: number;
  /**
   * @param crops RGB bytes, `[count, height, width, 3]`.
   * @returns embeddings of any finite values, `[count, columns]`, valid until the next call.
   * @throws UserError where a value is not finite.
   */
  embed(crops: Uint8Array, count: number): Promise<Float32Array>;
  release(): Promise<void>;
}

/**
 * Opens a network in the form of network-content.ts, and runs it once to learn the size of its
 * embeddings: its outputs if they are said to be one, else its hidden layer.
 * @throws UserError naming the file, where it has no hidden layer that can be read.
 */
export async function openEmbeddingModel(
  file: string,
  options: SessionOptions,
): Promise<EmbeddingModel> {
  const { bytes, form } = await readNetwork(file);
  const session = await openSession(
    file,
    form?.isEmbedding === true ? bytes : naming(file, () => withHiddenOutput(bytes)),
    options,
  );
  try {
    const crop = { ...cropOf(file, session), stretch: form?.stretch === true };
    const batch = form?.input.batch;
    const first = await firstRun(session, crop, batch ?? 1);
    const columns = naming(file, () => columnsOf(first.dims, batch ?? 1));
    const run = runner(file, session, crop, columns);
    const cropBytes = crop.width * crop.height * 3;
    return {
      crop,
      columns,
      embed: batch === undefined ? run : inBatchesOf(batch, run, cropBytes, columns),
      release: () => session.release(),
    };
  } catch (error) {
    await session.release();
    throw error;
  }
}

/**
 * The network with the last hidden layer as its only output, as float32.
 * @param bytes content of a network that infers attributes.
 * @throws UserError where there is no such layer.
 */
function withHiddenOutput(bytes: Uint8Array): Uint8Array {
  const graph = readGraph(bytes);
  const hidden = hiddenLayer(graph);
  const writer = new GraphWriter(graph.names);
  const output = writer.add('Cast', [hidden], { to: FLOAT }, writer.unique('embedding'));
  const added = [
    ...writer.take().flatMap((node) => bytesField(1, node)),
    ...bytesField(12, valueMessage(output, FLOAT, undefined)),
  ];
  let isFirst = true;
  return Buffer.concat(
    rewritePieces(bytes, {
      7: (content) => {
        const pieces = [
          ...rewritePieces(content, { 12: () => undefined }),
          ...(isFirst ? added : []),
        ];
        isFirst = false;
        return pieces;
      },
    }),
  );
}

function cropOf(file: string, { inputMetadata }: InferenceSession): CropSize {
  const [input] = inputMetadata;
  const [, height, width] = input?.isTensor === true ? input.shape : [];
  if (typeof height !== 'number' || typeof width !== 'number')
    throw new UserError(
      t("the model '{0}' cannot be used: {1}", file, t('its input has no fixed size')),
    );
  return { width, height };
}

async function runOnce(
  session: InferenceSession,
  { width, height }: CropSize,
  crops: Uint8Array,
  count: number,
): Promise<{ data: unknown; dims: readonly number[] }> {
  const { Tensor } = onnxruntime();
  const pixels = crops.subarray(0, count * height * width * 3);
  const tensor = new Tensor('uint8', pixels, [count, height, width, 3]);
  const outputs = await session.run({ [session.inputNames[0]!]: tensor });
  return outputs[session.outputNames[0]!]!;
}

const firstRun = (session: InferenceSession, crop: CropSize, count: number) =>
  runOnce(session, crop, new Uint8Array(count * crop.width * crop.height * 3).fill(128), count);

/** @param dims of the hidden layer of `count` images. */
function columnsOf(dims: readonly number[], count: number): number {
  const [rows, columns = 0, ...others] = dims;
  const { from, to } = EMBEDDING_COLUMNS;
  if (rows !== count || others.some((each) => each !== 1))
    throw unreadable(
      count === 1
        ? t('one of [{0}] for an image', dims.join(', '))
        : t('one of [{0}] for {1} images', dims.join(', '), count),
    );
  if (columns < from || columns > to)
    throw unreadable(
      t(
        '{0} numbers, where {1} to {2} were expected',
        columns.toLocaleString('en'),
        from,
        to.toLocaleString('en'),
      ),
    );
  return columns;
}

function runner(
  file: string,
  session: InferenceSession,
  crop: CropSize,
  columns: number,
): EmbeddingModel['embed'] {
  return async (crops, count) => {
    const { data } = await runOnce(session, crop, crops, count);
    if (!(data instanceof Float32Array) || data.length !== count * columns)
      throw new UserError(
        t(
          "the model '{0}' cannot be used: {1}",
          file,
          t('its hidden layer has another size than before'),
        ),
      );
    if (!data.every(Number.isFinite))
      throw new UserError(
        t(
          "the model '{0}' cannot be used: {1}",
          file,
          t('its hidden layer gave a value that is not a number'),
        ),
      );
    return data;
  };
}
