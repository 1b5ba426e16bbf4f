/** Reads what is said of a network (domain/network-words.ts). */
import { excerpt } from '../text/excerpt';
import { t } from '../text/translate';
import { UserError } from '../util/errors';
import { namesIn, numbersIn } from './literals';
import { NETWORK_LIMITS } from './network-limits';
import { misunderstood, type Said, type SaidWords } from './said-words';

/** `embedding`: the values are no attributes, but a vector to compare faces by. */
const ACTIVATIONS = ['sigmoid', 'softmax', 'none', 'embedding'] as const;
export type Activation = (typeof ACTIVATIONS)[number];

/** A pixel from 0 to 255 becomes (pixel / scale − mean) / std, for each color. */
export interface Scaling {
  /** One number for all colors, or one for each. */
  mean: number[];
  std: number[];
  scale: number;
}

/** Well-known means and standard deviations, of pixels from 0 to 1. */
const PRESETS: Readonly<Record<string, { mean: number[]; std: number[] }>> = {
  imagenet: { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
  clip: {
    mean: [0.48145466, 0.4578275, 0.40821073],
    std: [0.26862954, 0.26130258, 0.27577711],
  },
};

/** Above this, a mean or a deviation is one of pixels from 0 to 255. */
const LARGEST_OF_UNIT = 2;

/**
 * @param colors 3, or 1 for gray.
 * @returns undefined where nothing is said of mean, std and scale.
 * @throws UserError naming the word, what it is and what was expected.
 */
export function scalingIn(said: SaidWords, colors: number): Scaling | undefined {
  if (said.mean === undefined && said.std === undefined && said.scale === undefined)
    return undefined;
  const list = (word: 'mean' | 'std', otherwise: number) =>
    said[word] === undefined ? [otherwise] : colorsIn(said[word], word, colors);
  const [mean, std] = [list('mean', 0), list('std', 1)];
  if (!std.every((each) => each > 0)) throw misunderstood(said.std!, t('expected numbers above 0'));
  const isOf255 = [...mean, ...std].some((each) => Math.abs(each) > LARGEST_OF_UNIT);
  const scale = said.scale === undefined ? (isOf255 ? 1 : 255) : scaleIn(said.scale);
  if ((scale === 255 && isOf255) || (scale === 1 && std.some((each) => each < 1)))
    throw contradicting(said, scale);
  return { mean, std, scale };
}

/** Mean and std are of other pixels than the scale, 1 or 255, makes. */
function contradicting({ mean, std, scale }: SaidWords, number: number): UserError {
  const words = [mean, std]
    .filter((each) => each !== undefined)
    .map(({ source, text }) => `${source} '${excerpt(text, 60)}'`)
    .join(t(' and '));
  const [source, text] = [String(scale?.source), excerpt(scale?.text ?? '', 20)];
  return new UserError(
    number === 255
      ? t(
          "{0} are of pixels from 0 to 255, but {1} '{2}' makes them 0 to 1: give mean and std of the same pixels",
          words,
          source,
          text,
        )
      : t(
          "{0} are of pixels from 0 to 1, but {1} '{2}' leaves them 0 to 255: give mean and std of the same pixels",
          words,
          source,
          text,
        ),
  );
}

function colorsIn(said: Said, word: 'mean' | 'std', colors: number): number[] {
  const preset = PRESETS[said.text.trim().toLowerCase()];
  const numbers = preset?.[word] ?? numbersIn(said.text);
  if (numbers === undefined || (numbers.length !== 1 && numbers.length !== colors)) {
    throw misunderstood(
      said,
      colors === 1
        ? t('expected a number, imagenet or clip')
        : t('expected a number for each color, or one for all, imagenet or clip'),
    );
  }
  return numbers;
}

function scaleIn(said: Said): number {
  const number = Number(said.text);
  if (!(said.text.trim() !== '' && number > 0 && number <= 65_535))
    throw misunderstood(said, t('expected 255 (pixels become 0 to 1) or 1 (they stay 0 to 255)'));
  return number < 1 ? 1 / number : number; // some write the factor, 0.0039
}

/** One of two words, in any case. */
export function choiceIn<const Choice extends string>(
  said: Said | undefined,
  choices: readonly [Choice, Choice],
): Choice | undefined {
  if (said === undefined) return undefined;
  const word = said.text
    .trim()
    .toLowerCase()
    .replace(/^["'](.*)["']$/, '$1');
  const choice = choices.find((each) => each === word);
  if (choice === undefined) throw misunderstood(said, t('expected {0} or {1}', ...choices));
  return choice;
}

/** @returns width and height in pixels. */
export function sizeIn(said: Said | undefined): { width: number; height: number } | undefined {
  if (said === undefined) return undefined;
  const numbers = said.text.match(/\d+/g)?.map(Number) ?? [];
  const [width = NaN, height = width] = numbers;
  const { from, to } = NETWORK_LIMITS.side;
  const fits = (length: number) => length >= from && length <= to;
  if (numbers.length > 2 || !fits(width) || !fits(height))
    throw misunderstood(said, t('expected a side or WIDTHxHEIGHT, of {0} to {1} pixels', from, to));
  return { width, height };
}

/** @throws UserError where they cannot be understood. */
export const namesSaid = ({ text, source }: Said): string[] => namesIn(text, source);

/** One activation for all outputs, or one for each. */
export function activationsIn(said: Said | undefined, outputs: readonly string[]): Activation[] {
  if (said === undefined) return outputs.map(() => 'none');
  const words = said.text
    .toLowerCase()
    .split(/[\s,;[\]"']+/)
    .filter((word) => word !== '');
  if (words.length > Math.max(1, outputs.length))
    throw misunderstood(
      said,
      t('expected one word, or one for each of the {0} outputs', outputs.length),
    );
  const named = words.map((word) => /^(.+)=(\w+)$/.exec(word)).filter((each) => each !== null);
  const activation = (word: string) => {
    const found = ACTIVATIONS.find(
      (each) => each === (word === 'identity' || word === 'linear' ? 'none' : word),
    );
    if (found === undefined)
      throw misunderstood(
        said,
        t('expected {0}, or one of them for each output', ACTIVATIONS.join(', ')),
      );
    return found;
  };
  if (named.length > 0 && named.length === words.length)
    return outputs.map((output) =>
      activation(named.find(([, name]) => name === output.toLowerCase())?.[2] ?? 'none'),
    );
  const all = words.map(activation);
  if (all.length === 1) return outputs.map(() => all[0]!);
  if (all.length !== outputs.length)
    throw misunderstood(
      said,
      t('expected one word, or one for each of the {0} outputs', outputs.length),
    );
  return all;
}

/**
 * Sizes of groups in order (`7,2,9`), or `race=7,gender=2`.
 * @param values number of all values, which the sizes have to add up to.
 * @returns for each group its columns; single values are no group.
 */
export function groupsIn(said: Said, values: number): number[][] {
  const sizes = numbersIn(said.text.replace(/[^\s,;[\]=]{1,200}=/g, ' ')) ?? [];
  const sum = sizes.reduce((total, each) => total + each, 0);
  if (!sizes.every((each) => Number.isInteger(each) && each > 0) || sum !== values)
    throw misunderstood(
      said,
      sum === values
        ? t(
            'expected numbers of values that exclude each other, such as 7,2,9, which add up to the {0} values of the outputs',
            values,
          )
        : t(
            'expected numbers of values that exclude each other, such as 7,2,9, which add up to the {0} values of the outputs (these add up to {1})',
            values,
            sum,
          ),
    );
  let at = 0;
  return sizes
    .map((size) => {
      at += size;
      return Array.from({ length: size }, (_, i) => at - size + i);
    })
    .filter((group) => group.length > 1);
}
