/**
 * Reads the file of a network, with everything that belongs to it, as the runtime gets it: weights
 * of other files merged in, and in the form that the program uses (adapt-network.ts). What is
 * hashed, inspected and run is therefore the same.
 */
import { basename, dirname, join, resolve } from 'node:path';
import { t } from '../text/translate';
import { codeOf, messageOf, UserError } from '../util/errors';
import { readRegularFile } from '../util/read-regular-file';
import { adaptNetwork } from './adapt-network';
import { mergeExternalData } from './external-data';
import { inspectNetwork } from './inspect-network';
import { metadataWords, WRAPPED_ENTRY } from './metadata-words';
import { missingText } from './missing-words';
import { metadataIn, metadataTexts, type ModelMetadata } from './model-metadata';
import { type FoundForm, formOf, type NetworkForm } from './network-form';
import { type Dimension, type NetworkGraph, readGraph } from './network-graph';
import { NETWORK_LIMITS } from './network-limits';
import { FLOAT, UINT8 } from './onnx-types';
import { DamagedMessage } from './protobuf-fields';
import { joinedWords, type SaidWords } from './said-words';
import { readSideFiles } from './side-files';

/** Folder of the bundled networks, which need no check. All bundles are in `dist/` beside it. */
const BUNDLED_WEIGHTS = join(__dirname, '..', 'weights');

const isBundled = (file: string) => dirname(resolve(file)) === BUNDLED_WEIGHTS;

/** A network as the runtime gets it. */
export interface NetworkContent {
  bytes: Uint8Array;
  /** Undefined for the bundled networks, which are used as they are. */
  form: NetworkForm | undefined;
  /** Paths of all files that it depends on, besides its own; some may not exist. */
  files: string[];
}

/** A network before it is adapted. */
export interface FoundNetwork extends FoundForm {
  /** With all weights inside. */
  bytes: Uint8Array;
  graph: NetworkGraph;
  metadata: ModelMetadata;
  files: string[];
  /** Whether nothing but the file itself says anything of it. */
  isSelfDescribed: boolean;
}

/**
 * @param asked what the user says now; the network is wrapped then, even if it could be used as it
 * is.
 * @throws UserError naming the file if it cannot be read or used.
 */
export async function readNetwork(file: string, asked?: SaidWords): Promise<NetworkContent> {
  if (isBundled(file) && asked === undefined)
    return { bytes: await readNetworkFile(file, undefined), form: undefined, files: [] };
  const found = await findForm(file, asked ?? {});
  return naming(file, () => {
    const { form, files, missing } = found;
    if (missing.length > 0) throw new UserError(missingText(missing, file));
    const bytes = isAdapted(found) && asked === undefined ? found.bytes : wrapped(file, found);
    return { bytes, form, files };
  });
}

/**
 * Finds out what a network takes and gives, and what is missing to use it.
 * @param asked what the user says now, which counts more than what the files say.
 * @throws UserError naming the file if it cannot be used; the signal's reason if it is aborted.
 */
export async function findForm(
  file: string,
  asked: SaidWords,
  signal?: AbortSignal,
): Promise<FoundNetwork> {
  const content = await readNetworkFile(file, signal);
  return naming(file, async () => {
    const { bytes, files } = await mergeExternalData(file, content, signal);
    inspectNetwork(bytes);
    const graph = readGraph(bytes);
    const texts = metadataTexts(bytes);
    const isWrapped = texts.has(WRAPPED_ENTRY);
    const sides = isWrapped
      ? { own: {}, shared: {}, files: [] }
      : await readSideFiles(file, signal);
    const over = joinedWords(asked, sides.own);
    const metadata = metadataIn(bytes, file, over.names === undefined ? [] : ['attributes']);
    const said = joinedWords(over, metadataWords(texts));
    return {
      ...formWith(graph, metadata, said, sides.shared),
      bytes,
      graph,
      metadata,
      files: [...files, ...sides.files],
      isSelfDescribed: Object.keys({ ...over, ...sides.shared }).length === 0,
    };
  });
}

/** @param shared words that are ignored where they do not fit. */
function formWith(
  graph: NetworkGraph,
  metadata: ModelMetadata,
  said: SaidWords,
  shared: SaidWords,
): FoundForm {
  if (Object.keys(shared).length > 0) {
    try {
      return formOf(graph, metadata, joinedWords(said, shared));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
    }
  }
  return formOf(graph, metadata, said);
}

/** The network in the form that the program uses, with metadata that say everything of it. */
export function wrapped(file: string, { bytes, graph, form, metadata }: FoundNetwork): Uint8Array {
  const { scaling, layout, channels } = form.input;
  const origin = {
    file: basename(file),
    ...(scaling ?? {}),
    layout,
    channels,
    activation: form.heads.map(({ activation }) => activation),
  };
  return adaptNetwork(bytes, graph, form, { metadata, wrapped: origin });
}

/** Whether a network can be used as it is. What other files say has to be written into it. */
function isAdapted({ form, graph, isSelfDescribed }: FoundNetwork): boolean {
  const { input, heads } = form;
  const [head] = heads;
  const areNumbers = (dimensions: readonly Dimension[] | undefined) =>
    dimensions?.slice(1).every((each) => typeof each === 'number') === true;
  return (
    isSelfDescribed &&
    input.type === UINT8 &&
    input.layout === 'nhwc' &&
    input.colors === 3 &&
    input.channels === 'rgb' &&
    areNumbers(graph.inputs[0]?.shape) &&
    graph.outputs.length === 1 &&
    head?.type === FLOAT &&
    head.reshape === 'none' &&
    (head.activation === 'none' || head.activation === 'embedding') &&
    areNumbers(graph.outputs[0]?.shape)
  );
}

const damaged = (file: string, error: DamagedMessage) =>
  new UserError(
    t(
      "the model '{0}' cannot be used: {1}",
      file,
      t('it is not an ONNX model, or the file is damaged: {0}', error.message),
    ),
    { cause: error },
  );

/** Puts the name of the file in front of errors that lack it. */
export function naming<Result>(file: string, work: () => Result): Result {
  const named = (error: unknown) => {
    if (error instanceof DamagedMessage) return damaged(file, error);
    if (!(error instanceof UserError) || error.message.startsWith('the model ')) return error;
    return new UserError(t("the model '{0}' cannot be used: {1}", file, error.message), {
      cause: error,
    });
  };
  try {
    const result = work();
    if (!(result instanceof Promise)) return result;
    return result.catch((error: unknown) => {
      throw named(error);
    }) as Result;
  } catch (error) {
    throw named(error);
  }
}

/** @throws UserError if it does not exist, is empty or too large, or cannot be read. */
async function readNetworkFile(file: string, signal: AbortSignal | undefined): Promise<Buffer> {
  let bytes: Buffer;
  try {
    bytes = await readRegularFile(file, NETWORK_LIMITS.bytes, signal);
  } catch (error) {
    signal?.throwIfAborted();
    if (codeOf(error) === 'ENOENT')
      throw new UserError(t("the model file '{0}' does not exist", file), { cause: error });
    throw new UserError(t("the model file '{0}' cannot be read: {1}", file, messageOf(error)), {
      cause: error,
    });
  }
  if (bytes.length === 0)
    throw new UserError(t("the model file '{0}' is empty (0 bytes); expected an ONNX model", file));
  return bytes;
}
