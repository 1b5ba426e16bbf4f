/** Checks that a network's outputs have sizes that are bounded, whatever image it gets. */
import { excerpt } from '../text/excerpt';
import { count } from '../text/numbers';
import { t } from '../text/translate';
import { UserError } from '../util/errors';
import { NETWORK_LIMITS } from './network-limits';
import { isFactorList, isUnboundedShape, shapeInputs } from './network-operators';

/** An operator of a graph; inputs and outputs are names of values. */
export interface Node {
  operator: string;
  inputs: string[];
  outputs: string[];
}

/** @throws UserError where a size exceeds the largest one. */
export function checkSizes(operator: string, sizes: readonly number[]): void {
  const largest = sizes.reduce((most, each) => Math.max(most, Math.abs(each)), 0);
  if (!(largest <= NETWORK_LIMITS.size)) throw tooLarge(operator, largest);
}

/**
 * Checks the sizes given by constants.
 * @param constants the numbers of small constants, by the name of the value.
 * @throws UserError where one is too large.
 */
export function checkConstantSizes(
  nodes: readonly Node[],
  constants: ReadonlyMap<string, readonly number[]>,
): void {
  for (const { operator, inputs } of nodes) {
    if (isUnboundedShape(operator)) continue;
    for (const position of shapeInputs(operator)) {
      const numbers = constants.get(inputs[position] ?? '');
      if (numbers === undefined) continue;
      if (isFactorList(operator)) checkProduct(operator, numbers);
      else checkSizes(operator, numbers);
    }
  }
}

function checkProduct(operator: string, factors: readonly number[]): void {
  const values = factors.reduce((product, each) => product * Math.max(1, Math.abs(each)), 1);
  if (!(values <= NETWORK_LIMITS.values)) throw tooLarge(operator, values);
}

const tooLarge = (operator: string, size: number) =>
  new UserError(
    t("its operator '{0}' asks for a size of {1}", excerpt(operator), count(Math.round(size))),
  );

/**
 * Checks that no shape depends on the pixels: then a test run on some images would prove nothing
 * about others. Follows the values that depend on the inputs, but not through Shape and Size, so
 * that shapes may depend on the size of the input.
 * @param inputs names of the graph's inputs.
 */
export function checkShapesAreFixed(nodes: readonly Node[], inputs: readonly string[]): void {
  const consumers = consumersOf(nodes);
  const visitedValues = new Set<string>();
  const visitedNodes = new Set<Node>();
  const pending = [...inputs];
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (name === '' || visitedValues.has(name)) continue;
    visitedValues.add(name);
    for (const node of consumers.get(name) ?? []) {
      if (node.operator === 'Shape' || node.operator === 'Size') continue;
      checkIsNoShape(name, node);
      if (visitedNodes.has(node)) continue;
      visitedNodes.add(node);
      for (const output of node.outputs) pending.push(output);
    }
  }
}

/** The operators that take each value. */
function consumersOf(nodes: readonly Node[]): Map<string, Node[]> {
  const consumers = new Map<string, Node[]>();
  for (const node of nodes) {
    for (const input of node.inputs) {
      const known = consumers.get(input);
      if (known === undefined) consumers.set(input, [node]);
      else known.push(node);
    }
  }
  return consumers;
}

function checkIsNoShape(name: string, { operator, inputs }: Node): void {
  if (!shapeInputs(operator).some((position) => inputs[position] === name)) return;
  throw new UserError(
    t(
      "its operator '{0}' makes the size of its output depend on the content of the image: expected sizes that depend on the size of the image only",
      excerpt(operator),
    ),
  );
}
