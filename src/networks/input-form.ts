/** What the input of a network takes, and how pixels become that. */
import type { MissingWord } from '../domain/network-words';
import { t } from '../text/translate';
import { UserError } from '../util/errors';
import type { Dimension, GraphValue, NetworkGraph } from './network-graph';
import { nameAndShape, quotedValue } from './network-graph';
import { NETWORK_LIMITS } from './network-limits';
import { DOUBLE, FLOAT, FLOAT16, UINT8 } from './onnx-types';
import { choiceIn, type Scaling, scalingIn, sizeIn } from './parse-words';
import type { SaidWords } from './said-words';

const LAYOUTS = ['nchw', 'nhwc'] as const;
type Layout = (typeof LAYOUTS)[number];

export interface InputForm {
  name: string;
  /** TensorProto.DataType: uint8, float32, float16 or float64. */
  type: number;
  /** Images that every run takes; undefined for any number. */
  batch: number | undefined;
  layout: Layout;
  /** In pixels. */
  width: number;
  height: number;
  /** 1 for gray. */
  colors: 1 | 3;
  channels: 'rgb' | 'bgr';
  /** How pixels are scaled; undefined where the network does it by itself, or nothing says how. */
  scaling: Scaling | undefined;
}

const TYPES: ReadonlySet<number> = new Set([UINT8, FLOAT, FLOAT16, DOUBLE]);

/**
 * @param missing takes the words without which the network cannot be used.
 * @throws UserError where it takes no images, or what is said contradicts its shape.
 */
export function inputForm(graph: NetworkGraph, said: SaidWords, missing: MissingWord[]): InputForm {
  const input = onlyInput(graph);
  const { name, type, shape = [undefined, undefined, undefined, undefined] } = input;
  const layout = layoutOf(input, shape, said, missing);
  const [batch] = shape;
  const [colors, height, width] = (layout === 'nchw' ? [1, 2, 3] : [3, 1, 2]).map(
    (at) => shape[at],
  );
  if (typeof colors === 'number' && colors !== 1 && colors !== 3) {
    throw new UserError(
      t(
        "its input '{0}' ({1}) takes images of {2} channels; expected 3 (red, green, blue) or 1 (gray)",
        ...nameAndShape(input),
        colors,
      ),
    );
  }
  const count = colors === 1 ? 1 : 3;
  const scaling = scalingOf(input, said, count, missing);
  return {
    name,
    type,
    batch: typeof batch === 'number' ? batch : undefined,
    layout,
    ...sizeOf(input, { height, width }, said, missing),
    colors: count,
    channels: choiceIn(said.channels, ['rgb', 'bgr']) ?? 'rgb',
    scaling,
  };
}

function onlyInput({ inputs }: NetworkGraph): GraphValue {
  const [input, ...others] = inputs;
  if (input === undefined) throw new UserError(t('it has no input; expected one, of images'));
  if (others.length > 0) {
    throw new UserError(
      t(
        'it has {0} inputs, {1}: expected one, of images. Export it with the others as constants',
        inputs.length,
        inputs.slice(0, 5).map(quotedValue).join(', '),
      ),
    );
  }
  const { type, shape } = input;
  if (shape?.length === 3) {
    throw new UserError(
      t(
        "its input '{0}' ({1}) takes a single image without a dimension for several: export it with an input [n, 3, height, width]",
        ...nameAndShape(input),
      ),
    );
  }
  if (!TYPES.has(type) || (shape !== undefined && shape.length !== 4)) {
    throw new UserError(
      t(
        "its input '{0}' ({1}) does not take images: expected uint8, float32 or float16 [n, 3, height, width] or [n, height, width, 3] (a network for text, sound or sequences cannot be used)",
        ...nameAndShape(input),
      ),
    );
  }
  return input;
}

/** The layout that is said, checked against the shape, or that the shape tells. */
function layoutOf(
  input: GraphValue,
  shape: readonly Dimension[],
  said: SaidWords,
  missing: MissingWord[],
): Layout {
  const wanted = choiceIn(said.layout, LAYOUTS);
  const isColors = (each: Dimension) =>
    each === 1 || each === 3 || (typeof each === 'string' && /chan|^c$/i.test(each));
  const mayBeColors = (each: Dimension) => typeof each !== 'number' || each === 1 || each === 3;
  const [, second, , fourth] = shape;
  if (wanted !== undefined) {
    if (!mayBeColors(wanted === 'nchw' ? second : fourth))
      throw new UserError(
        wanted === 'nchw'
          ? t(
              "{0} is nchw, but its input is '{1}' ({2}), whose second dimension is no number of colors",
              said.layout!.source,
              ...nameAndShape(input),
            )
          : t(
              "{0} is nhwc, but its input is '{1}' ({2}), whose last dimension is no number of colors",
              said.layout!.source,
              ...nameAndShape(input),
            ),
      );
    return wanted;
  }
  if (isColors(second) && !isColors(fourth)) return 'nchw';
  if (isColors(fourth) && !isColors(second)) return 'nhwc';
  if (!mayBeColors(second) && !mayBeColors(fourth)) {
    throw new UserError(
      t(
        "its input '{0}' ({1}) does not take images: expected a second or last dimension of 3 colors",
        ...nameAndShape(input),
      ),
    );
  }
  missing.push({
    word: 'layout',
    reason: t("its input '{0}' ({1}) does not tell where the colors are", ...nameAndShape(input)),
    help: t('nchw as of PyTorch, nhwc as of Keras'),
  });
  return 'nchw';
}

/** The size of the shape, or that which is said where the shape leaves it open. */
function sizeOf(
  input: GraphValue,
  { height, width }: { height: Dimension; width: Dimension },
  said: SaidWords,
  missing: MissingWord[],
): { width: number; height: number } {
  const wanted = sizeIn(said.size);
  const pick = (fixed: Dimension, open: number | undefined) =>
    typeof fixed === 'number' ? fixed : open;
  const found = { width: pick(width, wanted?.width), height: pick(height, wanted?.height) };
  if (found.width === undefined || found.height === undefined) {
    missing.push({
      word: 'size',
      reason: t("its input '{0}' ({1}) leaves the size of images open", ...nameAndShape(input)),
      help: t('the side in pixels that it was trained with, such as 224, or WIDTHxHEIGHT'),
    });
    return { width: 224, height: 224 };
  }
  const fits = wanted?.width === found.width && wanted.height === found.height;
  if (wanted !== undefined && !fits && said.size!.isAsked === true) {
    throw new UserError(
      t(
        '{0} is {1}×{2}, but its input takes {3}×{4}',
        said.size!.source,
        wanted.width,
        wanted.height,
        found.width,
        found.height,
      ),
    );
  }
  const { side } = NETWORK_LIMITS;
  if (![found.height, found.width].every((each) => each >= side.from && each <= side.to)) {
    throw new UserError(
      t(
        'it takes crops of {0}×{1} pixels; expected sides of {2} to {3}',
        found.width,
        found.height,
        side.from,
        side.to,
      ),
    );
  }
  return { width: found.width, height: found.height };
}

function scalingOf(
  input: GraphValue,
  said: SaidWords,
  colors: number,
  missing: MissingWord[],
): Scaling | undefined {
  if (input.type === UINT8) {
    const asked = [said.mean, said.std, said.scale].find((each) => each?.isAsked === true);
    if (asked !== undefined)
      throw new UserError(
        t(
          "{0} is given, but its input '{1}' ({2}) takes pixels as they are and scales them by itself: leave it out",
          asked.source,
          ...nameAndShape(input),
        ),
      );
    return undefined;
  }
  const scaling = scalingIn(said, colors);
  if (scaling === undefined) {
    missing.push({
      word: 'mean',
      reason: t(
        "nothing says how pixels become the numbers of its input '{0}' ({1})",
        ...nameAndShape(input),
      ),
      help: t(
        '--mean imagenet --std imagenet as for most networks of PyTorch; --mean 0.5 --std 0.5 for -1 to 1; --scale 255 for 0 to 1; --scale 1 for 0 to 255',
      ),
    });
  }
  return scaling;
}
