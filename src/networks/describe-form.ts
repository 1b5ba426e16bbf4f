/** Tells people how a network is used. */
import { excerpt, excerptOfList } from '../text/excerpt';
import { plural } from '../text/numbers';
import type { NetworkForm } from './network-form';
import { type NetworkGraph, shapeText } from './network-graph';
import { isSoftmax, type SizedHead } from './output-form';

/** Attributes that are listed, at most. */
const MAX_LISTED = 60;

export function describeForm(form: NetworkForm, graph: NetworkGraph): string[] {
  const { attributes, groups, stretch, isEmbedding } = form;
  return [
    inputLine(form, graph),
    ...outputLines(form),
    ...(isEmbedding ? [] : [`attributes: ${excerptOfList(attributes, MAX_LISTED)}`]),
    ...(groups.length === 0
      ? []
      : [
          `${plural(groups.length, 'group')} of attributes that exclude each other: ${groups
            .map(
              (group) =>
                `${excerpt(attributes[group[0]!]!, 30)} to ${excerpt(attributes[group.at(-1)!]!, 30)}`,
            )
            .join('; ')}`,
        ]),
    `aligned images are ${stretch ? 'stretched to the input' : "cut to the input's proportions"}`,
  ];
}

function inputLine({ input }: NetworkForm, { inputs }: NetworkGraph): string {
  const { scaling, channels, colors } = input;
  const pixels =
    colors === 1 ? 'gray' : channels === 'bgr' ? 'blue, green, red' : 'red, green, blue';
  const scaled =
    scaling === undefined
      ? 'as they are, 0 to 255'
      : `(pixel / ${scaling.scale} − mean ${scaling.mean.join(', ')}) / std ${scaling.std.join(', ')}`;
  return `input '${excerpt(input.name)}', ${shapeText(inputs[0]!)}: pixels ${pixels}; ${scaled}`;
}

function appliedText({ activation, end }: SizedHead): string {
  if (activation === 'embedding') return 'an embedding, to compare faces by';
  if (activation !== 'none') return `${activation} added`;
  if (end === 'part') return 'a part of a softmax of its own';
  return end === 'sigmoid' || end === 'softmax' ? `a ${end} of its own` : 'taken as probabilities';
}

function outputLines({ heads }: NetworkForm): string[] {
  const shown = heads.slice(0, 20).map((head) => {
    const { name, values, pairAxis } = head;
    const kind = isSoftmax(head)
      ? ', which exclude each other'
      : pairAxis === undefined
        ? ''
        : ', the second of two each';
    const applied = appliedText(head);
    return `output '${excerpt(name)}': ${plural(values, 'value')}${kind}; ${applied}`;
  });
  return heads.length > shown.length
    ? [...shown, `and ${plural(heads.length - shown.length, 'further output')}`]
    : shown;
}
