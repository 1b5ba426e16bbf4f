/** Words on a network (domain/network-words.ts) with where they stand. */
import { NETWORK_WORDS, type NetworkWord, type NetworkWords } from '../domain/network-words';
import { excerpt } from '../text/excerpt';
import { t } from '../text/translate';
import { UserError } from '../util/errors';

export interface Said {
  text: string;
  /** Where it stands, for people: `--mean`, `the metadata 'mean'`. */
  source: string;
  /** Whether the user says it now: it must fit then, and is not ignored. */
  isAsked?: true;
}

export type SaidWords = Partial<Record<NetworkWord, Said>>;

/** Words that the user says now. @param sourceOf names the place of a word. */
export function saidBy(words: NetworkWords, sourceOf: (word: NetworkWord) => string): SaidWords {
  const said: SaidWords = {};
  for (const word of NETWORK_WORDS) {
    const text = words[word];
    if (text !== undefined) said[word] = { text, source: sourceOf(word), isAsked: true };
  }
  return said;
}

/** Joins sources; of two that say the same word, the first counts. */
export const joinedWords = (...sources: readonly SaidWords[]): SaidWords =>
  Object.assign({}, ...sources.toReversed()) as SaidWords;

/**
 * A word that cannot be understood.
 * @param expected says what was expected: `expected numbers above 0`.
 */
export function misunderstood({ text, source }: Said, expected: string): UserError {
  return new UserError(t("{0} is '{1}': {2}", source, excerpt(text, 60), expected));
}
