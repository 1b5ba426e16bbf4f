/** Names of the values that a network gives. */
import type { MissingWord } from '../domain/network-words';
import { attributeNames } from '../domain/attributes';
import { excerpt, excerptOfList } from '../text/excerpt';
import { count } from '../text/numbers';
import { t } from '../text/translate';
import { UserError } from '../util/errors';
import { checkNames } from './check-names';
import { namesByOutput } from './literals';
import { NETWORK_LIMITS } from './network-limits';
import { type Head, isEmbedding, type SizedHead } from './output-form';
import { namesSaid } from './parse-words';
import type { Said, SaidWords } from './said-words';

/** Names of outputs that say nothing of what they are: those that exporters give. */
const GENERIC =
  /^(\d*|.*[:/].*|(outputs?|out|prob|probs|probability|probabilities|pred|preds|predictions?|sigmoid|softmax|identity|statefulpartitionedcall|logits?|result|y|scores?|dense|linear|fc|class|classes|labels?|p)[\d_.]*)$/i;
/** Characters of the name of an output that are looked at. */
const MAX_TESTED = 200;

/** Words for outputs that are vectors to compare faces by. */
const EMBEDDING = /embed|feature|descriptor|vector|repr/i;
/** Values of the shortest output without names that is taken for an embedding. */
const MIN_EMBEDDING = 64;

export interface NamedHeads {
  heads: SizedHead[];
  /** One for each value of all heads, in order. */
  attributes: string[];
  /** Remark for people on names that nobody wrote. */
  notice: string | undefined;
}

/**
 * @param missing takes the words without which the network cannot be used.
 * @throws UserError where names do not fit, or an output is no attributes.
 */
export function nameHeads(
  heads: readonly Head[],
  said: SaidWords,
  missing: MissingWord[],
): NamedHeads {
  const names = said.names === undefined ? undefined : namesFor(heads, said.names);
  const sized = sizedHeads(heads, names?.length);
  if (sized === undefined) {
    missing.push({
      word: 'names',
      reason: t('its outputs do not tell how many values they give'),
      help: t('their names in order: A,B,… or a file with a name a line'),
    });
    return { heads: [], attributes: [], notice: undefined };
  }
  const values = sized.reduce((sum, each) => sum + each.values, 0);
  if (values > NETWORK_LIMITS.outputs) {
    throw new UserError(
      t('it has {0} outputs; expected 1 to {1}', count(values), count(NETWORK_LIMITS.outputs)),
    );
  }
  if (names === undefined) return { heads: sized, ...derivedNames(sized, missing) };
  checkNames(names, said.names!.source);
  if (names.length !== values) throw wrongNumber(names, sized, said.names!.source);
  return { heads: sized, attributes: names, notice: undefined };
}

/** Names in order, or those that are said for each output: `race_White` of the output `race`. */
function namesFor(heads: readonly Head[], said: Said): string[] {
  const byOutput = namesByOutput(said.text);
  if (byOutput === undefined) return namesSaid(said);
  return heads.flatMap(({ name }) => {
    const names = byOutput.get(name);
    if (names === undefined)
      throw new UserError(
        t(
          "{0} has no names for its output '{1}', but for {2}",
          said.source,
          excerpt(name),
          excerptOfList([...byOutput.keys()], 10),
        ),
      );
    return names.length === 1 ? names : names.map((each) => `${name}_${each}`);
  });
}

function wrongNumber(
  names: readonly string[],
  heads: readonly SizedHead[],
  source: string,
): UserError {
  const values = heads.reduce((sum, each) => sum + each.values, 0);
  const each = heads
    .slice(0, 10)
    .map((head) => `'${excerpt(head.name, 30)}' ${head.values}`)
    .join(', ');
  return new UserError(
    heads.length === 1
      ? t(
          'it has {0} outputs, but {1} names {2} attributes: expected a name for each, which --names of the command wrap can give',
          values,
          source,
          names.length,
        )
      : t(
          'it has {0} outputs ({1}), but {2} names {3} attributes: expected a name for each, which --names of the command wrap can give',
          values,
          each,
          source,
          names.length,
        ),
  );
}

/** Fills in the one number of values that the names tell. */
function sizedHeads(heads: readonly Head[], names: number | undefined): SizedHead[] | undefined {
  const open = heads.filter(({ values }) => values === undefined);
  const known = heads.reduce((sum, { values = 0 }) => sum + values, 0);
  if (open.length > 1 || (open.length === 1 && (names === undefined || names <= known)))
    return undefined;
  return heads.map((head) => ({ ...head, values: head.values ?? names! - known }));
}

function derivedNames(
  heads: readonly SizedHead[],
  missing: MissingWord[],
): Pick<NamedHeads, 'attributes' | 'notice'> {
  const [only] = heads as [SizedHead];
  const isOne = heads.length === 1;
  if (heads.every(isEmbedding)) return { attributes: numbered(heads), notice: undefined };
  const asked = heads.find(looksLikeEmbedding);
  if (asked !== undefined) {
    askWhetherEmbedding(asked, missing);
    return { attributes: [], notice: undefined };
  }
  const celebA = isOne ? celebANames(only.values) : undefined;
  if (celebA !== undefined) {
    const notice = t(
      "its {0} outputs have no names: those of CelebA are assumed, in CelebA's order",
      only.values,
    );
    return { attributes: celebA, notice };
  }
  const attributes = heads.flatMap(({ name, values }) =>
    values === 1 ? [name] : Array.from({ length: values }, (_, i) => `${name}_${i}`),
  );
  const isNamed =
    (!isOne || only.values === 1) &&
    heads.every(({ name }) => !GENERIC.test(name.slice(0, MAX_TESTED))) &&
    new Set(attributes).size === attributes.length;
  if (!isNamed) {
    missing.push({
      word: 'names',
      reason: isOne
        ? t("nothing names the {0} values of its output '{1}'", only.values, excerpt(only.name))
        : t('nothing names the {0} values of its {1} outputs', attributes.length, heads.length),
      help: t('their names in order: A,B,… or a file with a name a line'),
    });
  }
  const notice =
    attributes.length > heads.length
      ? t(
          'nothing names all values of its outputs: they are called {0} to {1}; --names of the command wrap gives them names',
          excerpt(attributes[0]!, 40),
          excerpt(attributes.at(-1)!, 40),
        )
      : undefined;
  return { attributes, notice };
}

function celebANames(values: number): string[] | undefined {
  try {
    return attributeNames(values);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Names of the numbers of an embedding, which have no others. */
const numbered = (heads: readonly SizedHead[]): string[] =>
  Array.from({ length: heads.reduce((sum, { values }) => sum + values, 0) }, (_, i) => String(i));

/** Whether an output is most likely a vector to compare faces by. */
function looksLikeEmbedding({ name, values, end, activation }: SizedHead): boolean {
  if (end === 'sigmoid' || end === 'softmax' || end === 'part' || activation !== 'none')
    return false;
  const isLong = values >= MIN_EMBEDDING && end !== 'unknown';
  const isCalledSo = EMBEDDING.test(name) && values > 2;
  return isLong || isCalledSo || end === 'norm';
}

/** Asks this alone: everything else depends on the answer. */
function askWhetherEmbedding({ name, values }: SizedHead, missing: MissingWord[]): void {
  const other = missing.findIndex(({ word }) => word === 'activation');
  if (other >= 0) missing.splice(other, 1);
  missing.push({
    word: 'activation',
    reason: t(
      "its output '{0}' of {1} values without names looks like an embedding (a vector to compare faces by), not like attributes with probabilities",
      excerpt(name),
      values,
    ),
    help: t(
      'embedding if it is one; if these are attributes, sigmoid, softmax or none, with --names',
    ),
  });
}
