/** Everything that has to be known of a network to use it. */
import type { MissingWord } from '../domain/network-words';
import { excerpt } from '../text/excerpt';
import { count } from '../text/numbers';
import { t } from '../text/translate';
import { UserError } from '../util/errors';
import { nameHeads } from './attribute-names';
import { type InputForm, inputForm } from './input-form';
import { type ModelMetadata } from './model-metadata';
import { type NetworkGraph } from './network-graph';
import { isEmbedding, isSoftmax, outputHeads, type SizedHead } from './output-form';
import { choiceIn, groupsIn } from './parse-words';
import { misunderstood, type SaidWords } from './said-words';

/** Characters of what is said, other than names: the sizes of 10,000 groups take less. */
const MAX_WORD_LENGTH = 100_000;

export interface NetworkForm {
  input: InputForm;
  /** Whether aligned images are stretched to the input; see `Framing`. */
  stretch: boolean;
  heads: SizedHead[];
  /** Whether it gives embeddings in place of attributes. */
  isEmbedding: boolean;
  /** Names of all values of the heads, in order. */
  attributes: string[];
  /** Whether nobody wrote them: they are CelebA's, or made of the names of the outputs. */
  areNamesAssumed: boolean;
  /** Columns of attributes that exclude each other, a list for each group. */
  groups: number[][];
  /** What was assumed, for people. */
  notices: string[];
}

export interface FoundForm {
  form: NetworkForm;
  /** Words without which the form is not right. */
  missing: MissingWord[];
}

/**
 * @param metadata this project's entries.
 * @throws UserError where the network cannot be used, or what is said does not fit it.
 */
export function formOf(graph: NetworkGraph, metadata: ModelMetadata, said: SaidWords): FoundForm {
  checkLengths(said);
  const missing: MissingWord[] = [];
  const { framing } = metadata;
  const input = inputForm(graph, withSize(said, framing), missing);
  if (framing !== undefined && (framing.width !== input.width || framing.height !== input.height)) {
    throw new UserError(
      t(
        'its metadata describe crops of {0}×{1}, but its input takes {2}×{3}',
        framing.width,
        framing.height,
        input.width,
        input.height,
      ),
    );
  }
  const outputs = outputHeads(graph, input.batch, said, missing);
  const { heads, attributes, notice } = nameHeads(outputs, said, missing);
  const { groups, notice: groupNotice } = groupsOf(heads, attributes, said);
  const notices = [
    ...scalingNotices(input, said),
    ...activationNotices(heads, said),
    ...batchNotices(input),
    ...pairNotices(heads),
    notice,
    groupNotice,
  ];
  return {
    form: {
      input,
      stretch:
        said.framing === undefined
          ? framing?.stretch === true
          : choiceIn(said.framing, ['cut', 'stretch']) === 'stretch',
      heads,
      isEmbedding: heads.length > 0 && heads.every(isEmbedding),
      attributes,
      areNamesAssumed:
        said.names === undefined && attributes.length > 0 && !heads.every(isEmbedding),
      groups,
      notices: notices.filter((each) => each !== undefined),
    },
    missing,
  };
}

/** @throws UserError where something other than names is very long. */
function checkLengths({ names: _, ...others }: SaidWords): void {
  for (const said of Object.values(others))
    if (said.text.length > MAX_WORD_LENGTH)
      throw misunderstood(said, t('expected at most {0} characters', count(MAX_WORD_LENGTH)));
}

const withSize = (said: SaidWords, framing: ModelMetadata['framing']): SaidWords =>
  said.size === undefined && framing !== undefined
    ? {
        ...said,
        size: { text: `${framing.width}x${framing.height}`, source: t('its metadata') },
      }
    : said;

/** Where the scaling of pixels comes from, if not from the user. */
function scalingNotices({ scaling }: InputForm, said: SaidWords): string[] {
  if (scaling === undefined || said.mean?.isAsked === true) return [];
  const { mean, std, scale } = scaling;
  const source = said.mean?.source ?? said.std?.source ?? said.scale?.source ?? '';
  return [
    t(
      'pixels are scaled as {0} says: (pixel / {1} − {2}) / {3}',
      source,
      scale,
      mean.join(', '),
      std.join(', '),
    ),
  ];
}

/** Where an activation that is applied comes from, if not from the user. */
function activationNotices(heads: readonly SizedHead[], { activation: said }: SaidWords): string[] {
  const [one, other] = new Set(
    heads
      .map(({ activation }) => activation)
      .filter((each) => each === 'sigmoid' || each === 'softmax'),
  );
  if (one === undefined || said?.isAsked === true) return [];
  const source = String(said?.source);
  return [
    other === undefined
      ? t('{0} is applied to its outputs, as {1} says', one, source)
      : t('{0} and {1} is applied to its outputs, as {2} says', one, other, source),
  ];
}

function batchNotices({ batch }: InputForm): string[] {
  if (batch === undefined) return [];
  return [
    batch === 1
      ? t(
          'its batch size is fixed to 1, so faces are inferred one by one, which takes longer: export it with a dynamic first dimension',
        )
      : t(
          'its batch size is fixed to {0}, so smaller batches are filled up, which takes longer: export it with a dynamic first dimension',
          batch,
        ),
  ];
}

function pairNotices(heads: readonly SizedHead[]): string[] {
  return heads
    .filter(({ pairAxis }) => pairAxis !== undefined)
    .map(({ name }) =>
      t(
        "its output '{0}' has two values for each attribute: the second is taken for how probable it is that it is present",
        excerpt(name),
      ),
    );
}

/** Groups that are said, or else the values of each softmax. */
function groupsOf(
  heads: readonly SizedHead[],
  attributes: readonly string[],
  said: SaidWords,
): { groups: number[][]; notice: string | undefined } {
  const groups =
    said.groups === undefined
      ? softmaxGroups(heads, attributes)
      : groupsIn(said.groups, attributes.length);
  checkSoftmaxGroups(heads, groups);
  return { groups, notice: groups.length === 0 ? undefined : groupsNotice(groups) };
}

const groupsNotice = (groups: readonly (readonly number[])[]) =>
  groups.length === 1
    ? t(
        'of {0} attributes that exclude each other, the most probable counts as present',
        groups[0]!.length,
      )
    : t(
        'of each of {0} groups ({1} attributes) that exclude each other, the most probable counts as present',
        groups.length,
        groups.map(({ length }) => length).join(', '),
      );

function softmaxGroups(heads: readonly SizedHead[], attributes: readonly string[]): number[][] {
  const groups: number[][] = [];
  let at = 0;
  for (const head of heads) {
    const columns = Array.from({ length: head.values }, (_, i) => at + i);
    at += head.values;
    if (!isSoftmax(head)) continue;
    if (head.values === 1) {
      throw new UserError(
        t(
          "its output '{0}' is a softmax of a single value, which is always 1: say --activation sigmoid",
          excerpt(head.name),
        ),
      );
    }
    groups.push(...byPrefix(columns, attributes));
  }
  return groups;
}

/** `race_White, race_Black, gender_Male, gender_Female` are two groups, if all have a prefix. */
function byPrefix(columns: readonly number[], attributes: readonly string[]): number[][] {
  const runs: { prefix: string; columns: number[] }[] = [];
  for (const column of columns) {
    const [, prefix] = /^(.+?)[_:./ -]/.exec(attributes[column] ?? '') ?? [];
    if (prefix === undefined) return [[...columns]];
    if (runs.at(-1)?.prefix === prefix) runs.at(-1)!.columns.push(column);
    else runs.push({ prefix, columns: [column] });
  }
  const isGrouped =
    runs.every((run) => run.columns.length > 1) &&
    new Set(runs.map(({ prefix }) => prefix)).size === runs.length;
  return isGrouped ? runs.map((run) => run.columns) : [[...columns]];
}

/** A softmax that is to be applied needs to know the values it is over. */
function checkSoftmaxGroups(heads: readonly SizedHead[], groups: readonly number[][]): void {
  const grouped = new Map(
    groups.flatMap((group, i) => group.map((column) => [column, i] as const)),
  );
  let at = 0;
  for (const { name, values, activation, pairAxis } of heads) {
    const columns = Array.from({ length: values }, (_, i) => at + i);
    at += values;
    if (activation !== 'softmax' || pairAxis !== undefined) continue;
    const own = new Set(columns);
    const isWhole = columns.every((column) => {
      const group = grouped.get(column);
      return group !== undefined && groups[group]!.every((each) => own.has(each));
    });
    if (!isWhole)
      throw new UserError(
        t(
          "its output '{0}' is to become a softmax, but the groups leave out some of its values, or join them with those of other outputs",
          excerpt(name),
        ),
      );
  }
}
