/** The words of the language that is spoken. */
import { language } from '../../text/translate';
import { attributeKey } from '../attributes';
import { ENGLISH } from './english';
import { GERMAN } from './german';
import type { Phrase, Vocabulary } from './vocabulary';

const VOCABULARIES: Readonly<Record<string, Vocabulary>> = { de: GERMAN };

/** The vocabulary of the language that is spoken; English where it has none. */
export const vocabulary = (): Vocabulary =>
  VOCABULARIES[language().split('-')[0]!.toLowerCase()] ?? ENGLISH;

/** Those in which questions are understood: English, and the language that is spoken. */
export const understood = (): Vocabulary[] => [...new Set([ENGLISH, vocabulary()])];

/** Both tables name the same attributes in the same order; a test holds them together. */
const ORDER = new Map(
  Object.keys(ENGLISH.phrases).map((name, i) => [attributeKey(name), { name, i }] as const),
);

/** The phrase of an attribute, in any spelling; undefined for one that names no cluster. */
export function phraseOf(name: string): Phrase | undefined {
  const known = ORDER.get(attributeKey(name));
  return known === undefined ? undefined : vocabulary().phrases[known.name];
}

/** Place of an attribute's phrase in the table; −1 for one that names no cluster. */
export const phraseOrder = (name: string): number => ORDER.get(attributeKey(name))?.i ?? -1;
