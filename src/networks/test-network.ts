/**
 * Runs a network on test images, and judges what it gives: numbers that are no probabilities, or
 * that depend on chance or on other images, would lead to wrong results without a word.
 */
import { excerpt } from '../text/excerpt';
import { t } from '../text/translate';
import { messageOf, UserError } from '../util/errors';
import { type AttributeModel, PROBABILITY_ROUNDING } from './model';
import type { NetworkForm } from './network-form';
import { typeName } from './onnx-types';
import { isEmbedding, isSoftmax, type SizedHead } from './output-form';
import {
  blackCrop,
  faceCrops,
  grayCrop,
  noiseCrop,
  type SampleCrop,
  whiteCrop,
} from './sample-crops';

/** Largest difference between two runs on the same crops: threads may add in different orders. */
const REPEAT_TOLERANCE = 1e-3;
/**
 * Largest difference of a crop's results among different other crops: networks that are quantized
 * dynamically choose their steps by all values of a batch.
 */
const COMPANY_TOLERANCE = 0.1;

/** Largest difference of a softmax's sum from 1: values in steps of 1/256 are half a step off. */
const sumTolerance = (values: number): number => 0.05 + values / 512;

/** The probabilities are outside of [0, 1], which an activation may change. */
export class NotProbabilities extends UserError {}

/** A crop with its values, `[attributes]`. */
interface Sample extends Pick<SampleCrop, 'name'> {
  values: Float32Array;
}

/**
 * @param form undefined for the bundled networks.
 * @returns notices for people.
 * @throws UserError, which does not name the file, where its results cannot be used.
 */
export async function testNetworkOn(
  model: AttributeModel,
  form: NetworkForm | undefined,
): Promise<string[]> {
  const { crop } = model;
  const faces = faceCrops(crop);
  const [face] = faces as [SampleCrop];
  const mixed = [blackCrop(crop), whiteCrop(crop), grayCrop(crop), noiseCrop(crop)];
  const alone = await run(model, [face]);
  const first = await run(model, mixed).catch((error: unknown) => {
    throw new UserError(
      t(
        'it takes one image, but not several at a time, as its input says: export it with a dynamic first dimension in all layers, or with a fixed one of 1 ({0})',
        excerpt(messageOf(error), 200),
      ),
      { cause: error },
    );
  });
  const second = await run(model, mixed);
  const portraits = await run(model, faces);
  const samples = [...alone, ...first, ...portraits];
  if (form !== undefined) {
    let from = 0;
    for (const head of form.heads) {
      judge(head, from, samples);
      from += head.values;
    }
  }
  if (form?.isEmbedding === true) toUnitScale(samples.concat(second));
  for (const [i, { values }] of first.entries())
    requireSame(values, second[i]!.values, REPEAT_TOLERANCE, t('for the same images'));
  requireSame(
    alone[0]!.values,
    portraits[0]!.values,
    COMPANY_TOLERANCE,
    t(
      'for the same image alone and among others: export it for inference (model.eval()), with softmax over the values of an image',
    ),
  );
  if (form !== undefined) requireWholeSoftmaxes(form, samples);
  const isConstant = samples.every(({ values }) => difference(values, alone[0]!.values) < 1e-6);
  return isConstant
    ? [t('it gives the same numbers for all test images, as if the scaling of pixels were wrong')]
    : [];
}

async function run(model: AttributeModel, crops: readonly SampleCrop[]): Promise<Sample[]> {
  const size = model.crop.width * model.crop.height * 3;
  const batch = new Uint8Array(crops.length * size);
  crops.forEach(({ pixels }, i) => {
    batch.set(pixels, i * size);
  });
  const results = Float32Array.from(await model.run(batch, crops.length));
  const width = model.attributes.length;
  return crops.map(({ name }, i) => ({
    name,
    values: results.subarray(i * width, (i + 1) * width),
  }));
}

/** Divides embeddings by their largest number, as the tolerances are of numbers from 0 to 1. */
function toUnitScale(samples: readonly Sample[]): void {
  let most = 0;
  for (const { values } of samples)
    for (const value of values) most = Math.max(most, Math.abs(value));
  if (most === 0) return;
  for (const { values } of samples) for (let i = 0; i < values.length; i++) values[i]! /= most;
}

/** @param from first column of the head. */
function judge(head: SizedHead, from: number, samples: readonly Sample[]): void {
  let [least, most] = [Infinity, -Infinity];
  for (const { name, values } of samples) {
    for (const value of values.subarray(from, from + head.values)) {
      if (!Number.isFinite(value)) throw notFinite(head, value, name);
      least = Math.min(least, value);
      most = Math.max(most, value);
    }
  }
  if (isEmbedding(head)) return;
  if (least < -PROBABILITY_ROUNDING || most > 1 + PROBABILITY_ROUNDING)
    throw outOfRange(head, least, most);
  checkAppliedOnce(head, least, most);
}

/** Whether all values of a head are taken for those of one softmax in the network. */
const isOneGroup = (head: SizedHead, from: number, { groups }: NetworkForm): boolean =>
  isSoftmax(head) &&
  head.activation === 'none' &&
  groups.some(([first, ...others]) => first === from && others.length === head.values - 1);

/** @throws UserError where what is taken for one softmax is several. */
function requireWholeSoftmaxes(form: NetworkForm, samples: readonly Sample[]): void {
  let from = 0;
  for (const head of form.heads) {
    if (isOneGroup(head, from, form)) requireOneSoftmax(head, from, samples);
    from += head.values;
  }
}

/** @throws UserError where the values are those of several: joined, or over another axis. */
function requireOneSoftmax(head: SizedHead, from: number, samples: readonly Sample[]): void {
  for (const { values } of samples) {
    const sum = values.subarray(from, from + head.values).reduce((all, value) => all + value, 0);
    if (Math.abs(sum - 1) <= sumTolerance(head.values)) continue;
    throw new UserError(
      t(
        "its output '{0}' joins several softmaxes: its {1} values sum to {2} instead of 1; say with --groups of 'face-clusters wrap' how many values each of them has, such as 7,2,9",
        excerpt(head.name),
        head.values,
        figure(sum),
      ),
    );
  }
}

const notFinite = (head: SizedHead, value: number, image: SampleCrop['name']) =>
  new UserError(
    t(
      "its output '{0}' gives {1} for {2}, where a probability from 0 to 1 was expected: it divides by zero or exceeds its numbers there; mend that, or export it in float32",
      excerpt(head.name),
      value,
      t(image),
    ),
  );

function outOfRange(head: SizedHead, least: number, most: number): UserError {
  const range = t(
    "its output '{0}' gives numbers from {1} to {2} where probabilities from 0 to 1 were expected",
    excerpt(head.name),
    figure(least),
    figure(most),
  );
  const areWhole = ![1, 10, 11, 16].includes(head.type);
  if (areWhole) {
    return new UserError(
      t(
        '{0}: these are {1}, most likely numbers of classes; export it with the probabilities of all classes instead',
        range,
        typeName(head.type),
      ),
    );
  }
  if (least >= 0 && most > PERCENT_FROM && most <= 100) {
    return new NotProbabilities(
      t(
        "{0}: if these are percentages, divide them by 100 in the export; if they are logits, say --activation sigmoid with 'face-clusters wrap'",
        range,
      ),
    );
  }
  return new NotProbabilities(
    t(
      "{0}: if these are logits, say --activation sigmoid (each attribute on its own) or softmax (they exclude each other) with 'face-clusters wrap', or choose 'Use as Attribute Model' in VS Code; if it is an embedding, say --activation embedding",
      range,
    ),
  );
}

/** Numbers from 0 to 100, one of which is above this, are most likely percentages. */
const PERCENT_FROM = 20;

const figure = (value: number) => String(Number(value.toPrecision(3)));

/** A sigmoid of probabilities is in [0.5, 0.74]: most likely it was applied before. */
function checkAppliedOnce(head: SizedHead, least: number, most: number): void {
  if (head.activation !== 'sigmoid' || head.end === 'linear') return;
  if (least < 0.499 || most > 0.7312) return;
  throw new UserError(
    t(
      "its output '{0}' gives numbers from 0 to 1 before the sigmoid that is to be applied, as if that were done already: say --activation none",
      excerpt(head.name),
    ),
  );
}

function difference(a: Float32Array, b: Float32Array): number {
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);
}

function requireSame(a: Float32Array, b: Float32Array, tolerance: number, what: string): void {
  const most = difference(a, b);
  if (most <= tolerance) return;
  throw new UserError(t('it gives different results (by up to {0}) {1}', most.toFixed(3), what));
}
