/** What a language needs for names of clusters, and to understand questions. */
import type { Condition } from '../question';

/** What faces are called, by `Male`: present, absent, both, or not inferred. */
export type Gender = 'present' | 'absent' | 'mixed' | 'unknown';

/** Words of an attribute before the noun (`serious men`) or after it (`men with glasses`). */
export interface Phrase {
  place: 'before' | 'with';
  /** Where almost all faces have it; undefined where that is not worth a word. */
  present?: string;
  /** Where hardly any face has it. */
  absent?: string;
  /** Nouns beside which the absence goes without saying. */
  absentImpliedBy?: Gender;
}

export interface Vocabulary {
  nouns: Readonly<Record<Gender, string>>;
  /** By CelebA's names, in the order in which they stand before a noun. */
  phrases: Readonly<Record<string, Phrase>>;
  /** Joins the parts of a name. */
  join: (
    adjectives: readonly string[],
    noun: string,
    present: readonly string[],
    absent: readonly string[],
  ) => string;
  /** That a face lacks an attribute. @param readable name of the attribute. */
  negated: (attribute: string, readable: string) => string;
  /** Further words for attributes of CelebA, in small letters. */
  synonyms: Readonly<Record<string, Condition>>;
  /** Words that negate what follows, up to a comma or one of `turns`. */
  negations: readonly string[];
  turns: readonly string[];
  /** Words that mean nothing in a question. */
  fillers: readonly string[];
  /** What is the same in all forms of a word or name, in small letters. */
  stem: (text: string) => string;
}

export const before = (present?: string, absent?: string): Phrase => ({
  place: 'before',
  ...(present === undefined ? {} : { present }),
  ...(absent === undefined ? {} : { absent }),
});

export const withWords = (present: string, absent?: string): Phrase => ({
  place: 'with',
  present,
  ...(absent === undefined ? {} : { absent }),
});

/** Joins the parts of a name as English and German do, with the words of the language. */
export const joiner =
  (words: { and: string; with: string; without: string }): Vocabulary['join'] =>
  (adjectives, noun, present, absent) => {
    const list = (each: readonly string[]) =>
      each.length < 2
        ? each.join('')
        : `${each.slice(0, -1).join(', ')} ${words.and} ${each.at(-1)!}`;
    const parts = [adjectives.join(', '), noun];
    if (present.length > 0) parts.push(`${words.with} ${list(present)}`);
    if (absent.length > 0)
      parts.push(`${present.length > 0 ? `${words.and} ` : ''}${words.without} ${list(absent)}`);
    return parts.filter((part) => part !== '').join(' ');
  };
