/** What the outputs of a network give, and how they become probabilities. */
import { isKnownAttribute } from '../domain/attributes';
import type { MissingWord } from '../domain/network-words';
import { excerpt } from '../text/excerpt';
import { count } from '../text/numbers';
import { t } from '../text/translate';
import { UserError } from '../util/errors';
import {
  type Dimension,
  type GraphValue,
  nameAndShape,
  type NetworkGraph,
  quotedValue,
} from './network-graph';
import { NETWORK_LIMITS } from './network-limits';
import { NUMBER_TYPES } from './onnx-types';
import { endOf, type OutputEnd } from './output-end';
import { type Activation, activationsIn } from './parse-words';
import type { Said, SaidWords } from './said-words';

/** An output whose values are attributes. */
export interface Head {
  name: string;
  /** TensorProto.DataType. */
  type: number;
  /**
   * How it becomes `[n, values]`: it is that already; its dimensions after the first are joined; or
   * it is the values of a single image.
   */
  reshape: 'none' | 'flatten' | 'row';
  /**
   * Axis of the two values of each attribute, absent and present, in `[n, values, 2]` or `[n, 2,
   * values]`; undefined where there is one value an attribute.
   */
  pairAxis: 1 | 2 | undefined;
  /** Values an image; undefined where its shape leaves that open. */
  values: number | undefined;
  end: OutputEnd;
  /** What is still to be applied. */
  activation: Activation;
}

/** A head whose number of values is known. */
export type SizedHead = Head & { values: number };

/** Whether the values of a head are a vector to compare faces by. */
export const isEmbedding = ({ activation }: Head): boolean => activation === 'embedding';

/** Whether all values of a head exclude each other. */
export const isSoftmax = ({ activation, end, pairAxis }: Head): boolean =>
  pairAxis === undefined &&
  (activation === 'softmax' || (end === 'softmax' && activation === 'none'));

/**
 * @param batch images that every run takes; undefined for any number.
 * @param missing takes the words without which the network cannot be used.
 * @throws UserError where an output is no attributes, or what is said contradicts it.
 */
export function outputHeads(
  graph: NetworkGraph,
  batch: number | undefined,
  said: SaidWords,
  missing: MissingWord[],
): Head[] {
  const outputs = usedOutputs(graph, said.outputs);
  const activations = activationsIn(
    said.activation,
    outputs.map(({ name }) => name),
  );
  const heads = outputs.map((output, i): Head => {
    const { name, type } = output;
    if (!NUMBER_TYPES.has(type))
      throw new UserError(t("its output '{0}' ({1}) gives no numbers", ...nameAndShape(output)));
    const hasOthers = outputs.length > 1;
    const end = endOf(graph, name);
    const { reshape, values, pairAxis } =
      ofAttribute(output, end, said) ?? arrangement(output, batch, hasOthers);
    if (end === 'class')
      throw new UserError(
        hasOthers
          ? t(
              "its output '{0}' ({1}) gives numbers of classes (ArgMax): export it with the probabilities of all classes instead, or name the other outputs with --outputs of the command wrap",
              ...nameAndShape(output),
            )
          : t(
              "its output '{0}' ({1}) gives numbers of classes (ArgMax): export it with the probabilities of all classes instead",
              ...nameAndShape(output),
            ),
      );
    const activation = activationOf(output, end, activations[i]!, said.activation);
    if (end === 'linear' && said.activation === undefined)
      missing.push(missingActivation(output, hasOthers));
    if (activation === 'embedding' && pairAxis !== undefined)
      throw new UserError(
        t(
          "its output '{0}' ({1}) is no embedding: expected one list of numbers for each image",
          ...nameAndShape(output),
        ),
      );
    return { name, type, reshape, values, pairAxis, end, activation };
  });
  if (heads.some(isEmbedding) && !heads.every(isEmbedding))
    throw new UserError(
      t('an embedding is not joined with attributes: name the output that is one with --outputs'),
    );
  return heads;
}

function usedOutputs({ outputs }: NetworkGraph, said: Said | undefined): GraphValue[] {
  if (outputs.length === 0) throw new UserError(t('it has no output'));
  if (outputs.length > NETWORK_LIMITS.outputs)
    throw new UserError(
      t(
        'it has {0} outputs; expected 1 to {1}',
        count(outputs.length),
        count(NETWORK_LIMITS.outputs),
      ),
    );
  if (said === undefined) return outputs;
  const names = said.text.split(/[,;]/).map((name) => name.trim().replace(/^[["']+|["'\]]+$/g, ''));
  return [...new Set(names)].map((name) => {
    const output = outputs.find((each) => each.name === name);
    if (output === undefined)
      throw new UserError(
        t(
          "{0} names the output '{1}', which it does not have; it has {2}",
          said.source,
          excerpt(name),
          outputs.map(quotedValue).slice(0, 10).join(', '),
        ),
      );
    return output;
  });
}

/**
 * `[n, k]`, also with dimensions of one; `[n]`; `[k]` of a network for one image; or two values for
 * each attribute, `[n, k, 2]` or `[n, 2, k]`.
 */
function arrangement(
  output: GraphValue,
  batch: number | undefined,
  hasOthers: boolean,
): Pick<Head, 'reshape' | 'values' | 'pairAxis'> {
  const { shape } = output;
  const pairAxis = undefined;
  if (shape === undefined) return { reshape: 'flatten', values: undefined, pairAxis };
  const [first, ...rest] = shape;
  if (rest.length === 0) {
    const isRow = batch === 1 && typeof first === 'number' && first > 1;
    return isRow
      ? { reshape: 'row', values: first, pairAxis }
      : { reshape: 'flatten', values: 1, pairAxis };
  }
  const pairs = pairsIn(rest);
  if (pairs !== undefined) return pairs;
  const long = rest.filter((each) => each !== 1);
  const isList = long.length <= 1 && (rest.length <= 1 || rest.length <= 4);
  if (shape.length === 0 || !isList) {
    throw new UserError(
      hasOthers
        ? t(
            "its output '{0}' ({1}) is not one list of numbers for each image, [n, attributes], nor two numbers for each attribute, [n, attributes, 2]: name the outputs that are, with --outputs A,B,… of the command wrap",
            ...nameAndShape(output),
          )
        : t(
            "its output '{0}' ({1}) is not one list of numbers for each image, [n, attributes], nor two numbers for each attribute, [n, attributes, 2]: export it with its output flattened (in PyTorch, x.flatten(1)); --groups of the command wrap tells which values exclude each other",
            ...nameAndShape(output),
          ),
    );
  }
  const [values = 1] = long;
  return {
    reshape: rest.length === 1 ? 'none' : 'flatten',
    values: typeof values === 'number' ? values : undefined,
    pairAxis,
  };
}

/**
 * Two values `[n, 2]` of an output that is called like one of CelebA's attributes: absent and
 * present, unless names are said.
 */
function ofAttribute(
  { name, shape }: GraphValue,
  end: OutputEnd,
  { names }: SaidWords,
): Pick<Head, 'reshape' | 'values' | 'pairAxis'> | undefined {
  const isPair = shape?.length === 2 && shape[1] === 2 && (end === 'softmax' || end === 'linear');
  return isPair && names === undefined && isKnownAttribute(name)
    ? { reshape: 'flatten', values: 1, pairAxis: 1 }
    : undefined;
}

/** @param rest dimensions after the first. */
function pairsIn(
  rest: readonly Dimension[],
): Pick<Head, 'reshape' | 'values' | 'pairAxis'> | undefined {
  const [one, other] = rest;
  if (rest.length !== 2 || one === 1 || other === 1 || (one !== 2 && other !== 2)) return undefined;
  const pairAxis = other === 2 ? 2 : 1;
  const values = pairAxis === 2 ? one : other;
  return {
    reshape: 'flatten',
    values: typeof values === 'number' ? values : undefined,
    pairAxis,
  };
}

/** What is said, but nothing where the network applies it by itself. */
function activationOf(
  output: GraphValue,
  end: OutputEnd,
  wanted: Activation,
  said: Said | undefined,
): Activation {
  const applied =
    end === 'part' ? 'softmax' : end === 'sigmoid' || end === 'softmax' ? end : undefined;
  if (applied === undefined || wanted === 'none') return wanted;
  if (applied === wanted) return 'none';
  throw new UserError(
    t(
      "{0} is {1}, but its output '{2}' ({3}) ends in a {4} already: leave it out",
      said!.source,
      wanted,
      ...nameAndShape(output),
      applied,
    ),
  );
}

const missingActivation = (output: GraphValue, hasOthers: boolean): MissingWord => ({
  word: 'activation',
  reason: t(
    "its output '{0}' ({1}) is a weighted sum (a logit), not a probability from 0 to 1",
    ...nameAndShape(output),
  ),
  help: hasOthers
    ? t(
        'sigmoid if each attribute is on its own, softmax if they exclude each other, none if it lies between 0 and 1 all the same, embedding if it is a vector to compare faces by; --outputs names the outputs that are used',
      )
    : t(
        'sigmoid if each attribute is on its own, softmax if they exclude each other, none if it lies between 0 and 1 all the same, embedding if it is a vector to compare faces by',
      ),
});
