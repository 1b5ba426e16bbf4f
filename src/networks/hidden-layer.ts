/**
 * Finds a network's last hidden layer: the input of its last linear layer, which is found by the
 * structure of the graph and not by names.
 */
import { t } from '../text/translate';
import { UserError } from '../util/errors';
import { isConstant, type NetworkGraph } from './network-graph';

/** Linear layers of floating-point numbers, `[n, d]` times weights. */
const LINEAR: ReadonlySet<string> = new Set(['FusedGemm', 'FusedMatMul', 'Gemm', 'MatMul']);

/** Operators between a linear layer and an output that change each value, or their order. */
const AFTER: ReadonlySet<string> = new Set([
  'Cast', 'Clip', 'DequantizeLinear', 'Dropout', 'Flatten', 'Gather', 'HardSigmoid', 'Identity', 'LogSoftmax',
  'QuantizeLinear', 'Reshape', 'Sigmoid', 'Slice', 'Softmax', 'Split', 'Squeeze', 'Transpose', 'Unsqueeze',
]); // prettier-ignore

/** Arithmetic with a constant, such as a bias or a temperature. */
const ARITHMETIC: ReadonlySet<string> = new Set(['Add', 'Div', 'Mul', 'Sub']);

/** What a layer is hidden behind: something that weighs values. */
const WEIGHING = /Conv|Gemm|MatMul|Attention|Einsum/;

/** Values that are looked at, at most. */
const MAX_STEPS = 100_000;

/**
 * The name of the value that is multiplied with the weights of the last linear layer, before it is
 * quantized. Several outputs may share it.
 * @throws UserError where there is none, or more than one.
 */
export function hiddenLayer(graph: NetworkGraph): string {
  const inputs = new Set<string>();
  const pending = graph.outputs.map(({ name }) => name);
  const seen = new Set(pending);
  while (pending.length > 0 && seen.size < MAX_STEPS) {
    for (const next of valuesBehind(graph, pending.pop()!, inputs)) {
      if (!seen.has(next)) pending.push(next);
      seen.add(next);
    }
  }
  const [input, ...others] = inputs;
  if (input === undefined) throw unreadable(t('no output'));
  if (others.length > 0) throw unreadable(t('layers with {0} different inputs', inputs.size));
  const hidden = unquantized(graph, input);
  if (!isBehindWeights(graph, hidden)) throw unreadable(t('a layer of the pixels themselves'));
  return hidden;
}

/** Why a network cannot give embeddings. */
export const unreadable = (got: string): UserError =>
  new UserError(
    t(
      'this network has no hidden layer that can be read: expected outputs by one layer of a single input [n, d] with constant weights (Gemm or MatMul), got {0}',
      got,
    ),
  );

/**
 * The values that a value is computed from, up to the last linear layer.
 * @param inputs takes the input of a linear layer.
 */
function valuesBehind(graph: NetworkGraph, name: string, inputs: Set<string>): readonly string[] {
  const node = graph.producers.get(name);
  if (node === undefined) throw unreadable(t('an output that is an input or a constant'));
  const computed = node.inputs.filter((each) => each !== '' && !isFixed(graph, each));
  const [only, ...others] = computed;
  if (only === undefined) throw unreadable(t('an output that does not depend on the image'));
  if (LINEAR.has(node.operator)) {
    if (others.length > 0 || node.inputs[0] !== only)
      throw unreadable(t('a {0} without constant weights', node.operator));
    inputs.add(only);
    return [];
  }
  if (node.operator === 'Concat') return computed;
  const isPassed = AFTER.has(node.operator) || ARITHMETIC.has(node.operator);
  if (!isPassed || others.length > 0) throw unreadable(t('an output by {0}', node.operator));
  return computed;
}

/** Whether a value is a constant, maybe one in another form, such as quantized weights. */
function isFixed(graph: NetworkGraph, name: string): boolean {
  let at = name;
  for (let steps = 0; steps < 8; steps++) {
    if (isConstant(graph, at)) return true;
    const node = graph.producers.get(at);
    if (node === undefined || !/^(Cast|DequantizeLinear|Identity|Transpose)$/.test(node.operator))
      return false;
    at = node.inputs[0] ?? '';
  }
  return false;
}

/** The value before it was rounded to the steps of a quantized network. */
function unquantized({ producers }: NetworkGraph, name: string): string {
  let at = name;
  for (let steps = 0; steps < 8; steps++) {
    const node = producers.get(at);
    const before = node?.inputs[0] ?? '';
    const source = producers.get(before);
    if (node?.operator === 'Identity' || node?.operator === 'Dropout') at = before;
    else if (node?.operator === 'DequantizeLinear' && source?.operator === 'QuantizeLinear')
      at = source.inputs[0] ?? '';
    else return at;
  }
  return at;
}

/** Whether something between the image and a value weighs values. */
function isBehindWeights({ producers }: NetworkGraph, name: string): boolean {
  const pending = [name];
  const seen = new Set(pending);
  while (pending.length > 0 && seen.size < MAX_STEPS) {
    const node = producers.get(pending.pop()!);
    if (node === undefined) continue;
    if (WEIGHING.test(node.operator)) return true;
    for (const input of node.inputs) {
      if (!seen.has(input)) pending.push(input);
      seen.add(input);
    }
  }
  return false;
}
