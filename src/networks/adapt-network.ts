/**
 * Rewrites a network into the form that all other parts of the program use: uint8 `[n, height,
 * width, 3]` of RGB in, float32 `[n, attributes]` of probabilities out, with metadata that name
 * them. What is added in front and behind are operators of ONNX, so that every execution provider
 * runs them, and results are those of a preprocessing by hand.
 */
import { t } from '../text/translate';
import { UserError } from '../util/errors';
import { GraphWriter } from './graph-writer';
import { type InputForm } from './input-form';
import type { ModelMetadata } from './model-metadata';
import type { NetworkForm } from './network-form';
import type { NetworkGraph } from './network-graph';
import { FLOAT, UINT8 } from './onnx-types';
import { entryMessage, floatTensor, integerTensor, valueMessage } from './onnx-writer';
import { FieldReader, textOf } from './protobuf-fields';
import type { SizedHead } from './output-form';
import { bytesField, rewritePieces } from './rewrite-message';

/** Oldest version of ONNX's operators that ONNX Runtime supports. */
const MIN_OPSET = 7;

/** Weights of red, green and blue in gray (ITU-R BT.601), as of Pillow and OpenCV. */
const GRAY = [0.299, 0.587, 0.114];

const PREFIX = 'face_clusters.';

export interface AdaptOptions {
  /** Kept entries of the metadata. */
  metadata: Pick<ModelMetadata, 'frequencies' | 'thresholds'>;
  /** Value of the entry `face_clusters.wrapped`: how the file was made. */
  wrapped: Record<string, unknown>;
}

/**
 * @param bytes content of the network, with all weights inside.
 * @param graph what it holds.
 * @throws UserError where it is too old.
 */
export function adaptNetwork(
  bytes: Uint8Array,
  graph: NetworkGraph,
  form: NetworkForm,
  options: AdaptOptions,
): Uint8Array {
  if (graph.opset < MIN_OPSET) {
    throw new UserError(
      t(
        "it is of version {0} of ONNX's operators; expected {1} or later: convert it with onnx.version_converter.convert_version(model, 13)",
        graph.opset,
        MIN_OPSET,
      ),
    );
  }
  const writer = new GraphWriter(graph.names);
  const { input, attributes } = form;
  const crops = addInput(writer, input);
  const before = writer.take();
  const result = addOutputs(writer, form);
  const after = writer.take();
  const batch = input.batch ?? 'n';
  const inputValue = valueMessage(crops, UINT8, [batch, input.height, input.width, 3]);
  const outputValue = valueMessage(result, FLOAT, [batch, attributes.length]);
  const isFirst = once();
  return Buffer.concat([
    ...rewritePieces(bytes, {
      7: (content) => {
        const added = isFirst();
        return [
          ...(added ? before.flatMap((node) => bytesField(1, node)) : []),
          ...rewritePieces(content, {
            11: (value) => (nameOf(value) === input.name ? undefined : value),
            12: () => undefined,
          }),
          ...(added
            ? [
                ...after.flatMap((node) => bytesField(1, node)),
                ...bytesField(11, inputValue),
                ...bytesField(12, outputValue),
              ]
            : []),
        ];
      },
      14: (entry) => (nameOf(entry).startsWith(PREFIX) ? undefined : entry),
    }),
    ...metadataEntries(form, options).flatMap(([key, value]) =>
      bytesField(14, entryMessage(PREFIX + key, JSON.stringify(value))),
    ),
  ]);
}

function once(): () => boolean {
  let isDone = false;
  return () => {
    const isFirst = !isDone;
    isDone = true;
    return isFirst;
  };
}

/** Field 1 of a ValueInfoProto or a StringStringEntryProto. */
function nameOf(message: Uint8Array): string {
  let name = '';
  new FieldReader().read(message, (field, value) => {
    if (field === 1) name = textOf(value);
  });
  return name;
}

/** What later readings of the file need to know, and nothing that would be applied twice. */
function metadataEntries(
  { input: { width, height }, stretch, attributes, groups, isEmbedding }: NetworkForm,
  { metadata: { frequencies, thresholds }, wrapped }: AdaptOptions,
): [string, unknown][] {
  const entries: [string, unknown][] = [
    ['wrapped', wrapped],
    ['attributes', attributes],
    ['framing', { width, height, stretch }],
    ['activation', isEmbedding ? 'embedding' : 'none'],
    ['groups', groupSizes(groups, attributes.length)],
  ];
  if (frequencies?.length === attributes.length) entries.push(['frequencies', frequencies]);
  if (thresholds?.balanced.length === attributes.length) entries.push(['thresholds', thresholds]);
  return entries;
}

/** Sizes in order, 1 for an attribute without a group; groups are of adjacent columns. */
function groupSizes(groups: readonly (readonly number[])[], width: number): number[] {
  const sizeAt = new Map(groups.map((group) => [group[0], group.length] as const));
  const sizes: number[] = [];
  for (let at = 0; at < width; at += sizes.at(-1)!) sizes.push(sizeAt.get(at) ?? 1);
  return sizes;
}

/** @returns name of the new input, of pixels. */
function addInput(writer: GraphWriter, input: InputForm): string {
  const { name, type, layout, colors, channels, scaling } = input;
  const isAsItIs = type === UINT8 && layout === 'nhwc' && colors === 3 && channels === 'rgb';
  if (isAsItIs) return name;
  const crops = writer.unique('crops');
  let value = crops;
  const isPlain = type === UINT8 && colors === 3 && channels === 'rgb';
  if (!isPlain) value = addColors(writer, value, input);
  if (scaling !== undefined) value = addScaling(writer, value, input);
  // The last operator gives the value that was the input.
  if (!isPlain)
    value = writer.add('Cast', [value], { to: type }, layout === 'nhwc' ? name : undefined);
  if (layout === 'nchw') writer.add('Transpose', [value], { perm: [0, 3, 1, 2] }, name);
  return crops;
}

/** Converts to float32, in the order of colors that the network takes. */
function addColors(writer: GraphWriter, pixels: string, { colors, channels }: InputForm): string {
  const value = writer.add('Cast', [pixels], { to: FLOAT });
  if (colors === 1)
    return writer.add('MatMul', [value, writer.constant(floatTensor(GRAY, [3, 1]))]);
  if (channels === 'rgb') return value;
  return writer.add('Gather', [value, writer.constant(integerTensor([2, 1, 0]))], { axis: 3 });
}

/** (pixel − mean · scale) / (std · scale) */
function addScaling(writer: GraphWriter, pixels: string, { scaling, colors }: InputForm): string {
  const { mean, std, scale } = scaling!;
  const ofColors = (list: readonly number[]) =>
    floatTensor(
      Array.from({ length: colors }, (_, i) => (list[i] ?? list[0]!) * scale),
      [colors],
    );
  const centered = mean.every((each) => each === 0)
    ? pixels
    : writer.add('Sub', [pixels, writer.constant(ofColors(mean))]);
  return std.every((each) => each * scale === 1)
    ? centered
    : writer.add('Div', [centered, writer.constant(ofColors(std))]);
}

/** @returns name of the new output. */
function addOutputs(writer: GraphWriter, { heads, groups }: NetworkForm): string {
  let at = 0;
  const values = heads.map((head) => {
    const own = groups
      .filter(([first = -1]) => first >= at && first < at + head.values)
      .map((group) => group.map((column) => column - at));
    at += head.values;
    return addHead(writer, head, own);
  });
  const [only = ''] = values;
  if (only === heads[0]?.name && values.length === 1) return only;
  const name = writer.unique('probabilities');
  return values.length === 1
    ? writer.add('Identity', values, {}, name)
    : writer.add('Concat', values, { axis: 1 }, name);
}

/** @param groups of the columns of the head; together all of them where it becomes a softmax. */
function addHead(writer: GraphWriter, head: SizedHead, groups: readonly number[][]): string {
  const { name, type, reshape, pairAxis, activation } = head;
  let value = type === FLOAT ? name : writer.add('Cast', [name], { to: FLOAT });
  if (pairAxis !== undefined) return addPairs(writer, value, pairAxis, activation);
  if (reshape === 'flatten') value = writer.add('Flatten', [value], { axis: 1 });
  if (reshape === 'row')
    value = writer.add('Reshape', [value, writer.constant(integerTensor([1, -1]))]);
  if (activation === 'sigmoid') return writer.add('Sigmoid', [value]);
  if (activation !== 'softmax') return value;
  if (groups.length === 1) return writer.add('Softmax', [value], { axis: 1 });
  const parts = groups.map((columns) => {
    const part = writer.add('Gather', [value, writer.constant(integerTensor(columns))], {
      axis: 1,
    });
    return writer.add('Softmax', [part], { axis: 1 });
  });
  return writer.add('Concat', parts, { axis: 1 });
}

/**
 * The second of two values is of an attribute that is present; their softmax is the sigmoid of the
 * difference.
 */
function addPairs(
  writer: GraphWriter,
  values: string,
  axis: 1 | 2,
  activation: SizedHead['activation'],
): string {
  const at = (index: number) =>
    writer.add(
      'Flatten',
      [writer.add('Gather', [values, writer.constant(integerTensor([index]))], { axis })],
      { axis: 1 },
    );
  const present = at(1);
  if (activation === 'softmax') return writer.add('Sigmoid', [writer.add('Sub', [present, at(0)])]);
  return activation === 'sigmoid' ? writer.add('Sigmoid', [present]) : present;
}
