/** Finds out how an output of a network is computed, and so whether it is a probability. */
import { isConstant, type NetworkGraph } from './network-graph';

/**
 * `sigmoid`, `softmax`: it is in [0, 1]; `part`: some values of a softmax, in [0, 1], which need
 * not exclude each other, such as the second of two; `linear`: a weighted sum of any size, such as
 * a logit; `norm`: a vector divided by its length, such as an embedding; `class`: numbers of
 * classes.
 */
export type OutputEnd = 'sigmoid' | 'softmax' | 'part' | 'linear' | 'norm' | 'class' | 'unknown';

/** Operators that pass on some of the values only. */
const CHOOSING: ReadonlySet<string> = new Set(['Gather', 'GatherElements', 'GatherND', 'Slice']);

/** Operators that pass on the values of their first input, rearranged or converted. */
const PASSING: ReadonlySet<string> = new Set([
  'Cast', 'DequantizeLinear', 'Dropout', 'Expand', 'Flatten', 'Identity', 'QuantizeLinear', 'Reshape', 'Split', 'Squeeze', 'Transpose', 'Unsqueeze',
]); // prettier-ignore

const ENDS: Readonly<Record<string, OutputEnd>> = {
  Sigmoid: 'sigmoid', HardSigmoid: 'sigmoid', QLinearSigmoid: 'sigmoid',
  Softmax: 'softmax', QLinearSoftmax: 'softmax',
  Conv: 'linear', FusedMatMul: 'linear', Gemm: 'linear', LogSoftmax: 'linear', MatMul: 'linear',
  MatMulIntegerToFloat: 'linear', QGemm: 'linear', QLinearConv: 'linear', QLinearMatMul: 'linear',
  BatchNormalization: 'linear', InstanceNormalization: 'linear', LayerNormalization: 'linear',
  LpNormalization: 'norm',
  ArgMax: 'class', ArgMin: 'class',
}; // prettier-ignore

/** Operators between the values of a vector and its length. */
const LENGTH_STEPS: ReadonlySet<string> = new Set(['Add', 'Clip', 'Expand', 'Max', 'Sqrt']);

/** Values that are looked at, at most. */
const MAX_STEPS = 1000;

/** @param output name of a value. */
export function endOf(graph: NetworkGraph, output: string): OutputEnd {
  const { producers } = graph;
  const pending = [output];
  const ends = new Set<OutputEnd>();
  let isPart = false;
  for (let steps = 0; pending.length > 0; steps++) {
    if (steps > MAX_STEPS) return 'unknown';
    const node = producers.get(pending.pop()!);
    if (node === undefined) return 'unknown';
    const { operator, inputs } = node;
    const end = ENDS[operator];
    if (end !== undefined) ends.add(end);
    else if (PASSING.has(operator) || CHOOSING.has(operator)) {
      isPart ||= CHOOSING.has(operator);
      pending.push(inputs[0] ?? '');
    } else if (operator === 'Concat') pending.push(...inputs.slice(0, MAX_STEPS));
    else if (operator === 'Add') {
      const computed = inputs.filter((name) => !isConstant(graph, name));
      if (computed.length !== 1 || inputs.length !== 2) return 'unknown';
      pending.push(computed[0]!);
    } else if (operator === 'Div' && isLength(graph, inputs[1] ?? '')) ends.add('norm');
    else return 'unknown';
  }
  const [first, ...others] = ends;
  // Of joined values, one that may be anything decides.
  if (ends.has('linear')) return 'linear';
  if (first === undefined || others.length > 0) return 'unknown';
  return first === 'softmax' && isPart ? 'part' : first;
}

function isLength({ producers }: NetworkGraph, name: string): boolean {
  for (let steps = 0, at = name; steps < 8; steps++) {
    const node = producers.get(at);
    if (node === undefined) return false;
    if (/^Reduce(L2|SumSquare)$/.test(node.operator)) return true;
    if (!LENGTH_STEPS.has(node.operator)) return false;
    at = node.inputs[0] ?? '';
  }
  return false;
}
