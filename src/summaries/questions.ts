/** Questions in words: 'glasses, not smiling', 'bearded men without hats'. */
import {
  attributeKey,
  canonicalAttribute,
  plainAttribute,
  readableAttribute,
} from '../domain/attributes';
import type { Condition } from '../domain/question';
import { understood, vocabulary } from '../domain/words/words';

export interface ParsedQuestion {
  conditions: Condition[];
  /** Words that name no attribute. */
  unknown: string[];
}

/** Understands words and names of attributes, in any order; most words may be in the plural. */
export function parseQuestion(text: string, attributes: readonly string[]): ParsedQuestion {
  const words = dictionary(attributes);
  const spoken = understood();
  const isOneOf = (kind: 'negations' | 'turns' | 'fillers', token: string) =>
    spoken.some((each) => each[kind].includes(token));
  const tokens = text.toLowerCase().match(/[\p{L}\p{N}'_-]+|,/gu) ?? [];
  const conditions = new Map<string, boolean>();
  const unknown: string[] = [];
  let isNegated = false;
  for (let at = 0; at < tokens.length;) {
    const token = tokens[at]!;
    if (token === ',' || isOneOf('turns', token)) isNegated = false;
    if (isOneOf('negations', token) && !isName(words, tokens, at)) {
      isNegated = true;
      at += 1;
      continue;
    }
    const found = longestMatch(words, tokens, at);
    if (found !== undefined) {
      const { attribute, present } = found.condition;
      conditions.set(attribute, present !== isNegated);
      at += found.length;
      continue;
    }
    if (token !== ',' && !isOneOf('fillers', token)) unknown.push(token);
    at += 1;
  }
  const list = [...conditions].map(([attribute, present]) => ({ attribute, present }));
  return { conditions: list, unknown };
}

/** Words and names, each with its stem, and what they stand for. */
interface Dictionary {
  exact: ReadonlyMap<string, Condition>;
  /** By the stem in each of the languages that are understood. */
  stems: readonly { stem: (text: string) => string; words: ReadonlyMap<string, Condition> }[];
  /** Most words of a name. */
  longest: number;
}

/** Whether a negation is the beginning of a name, such as 'No Beard'. */
const isName = (words: Dictionary, tokens: readonly string[], at: number) =>
  (longestMatch(words, tokens, at)?.length ?? 0) > 1;

function longestMatch(
  { exact, stems, longest }: Dictionary,
  tokens: readonly string[],
  at: number,
): { condition: Condition; length: number } | undefined {
  for (let length = longest; length > 0; length--) {
    const text = tokens.slice(at, at + length).join(' ');
    const byStem = () => stems.map(({ stem, words }) => words.get(stem(text))).find(Boolean);
    const condition = exact.get(text) ?? byStem();
    if (condition !== undefined) return { condition, length };
  }
  return undefined;
}

/** The conditions that words stand for, for the attributes that a network has. */
function dictionary(attributes: readonly string[]): Dictionary {
  const byKey = new Map(attributes.map((name) => [attributeKey(name), name] as const));
  const words = new Map<string, Condition>();
  const add = (word: string | undefined, attribute: string, present: boolean) => {
    const own = byKey.get(attributeKey(attribute));
    if (word !== undefined && own !== undefined)
      words.set(word.toLowerCase(), { attribute: own, present });
  };
  for (const { phrases, nouns, synonyms } of understood()) {
    for (const [attribute, { present, absent, place }] of Object.entries(phrases)) {
      if (place === 'before') add(absent, attribute, false);
      add(present, attribute, true);
    }
    add(nouns.present, 'Male', true);
    add(nouns.absent, 'Male', false);
    for (const [word, { attribute, present }] of Object.entries(synonyms))
      add(word, attribute, present);
  }
  for (const name of attributes) {
    const english = plainAttribute(name).toLowerCase();
    for (const each of [english, english.replace(/^wearing /, ''), readableAttribute(name), name])
      add(each, name, true);
  }
  return {
    exact: words,
    stems: understood().map(({ stem }) => ({
      stem,
      words: new Map([...words].map(([word, condition]) => [stem(word), condition])),
    })),
    longest: Math.max(1, ...[...words.keys()].map((key) => key.split(' ').length)),
  };
}

/** `Eyeglasses, not Smiling`. */
export const questionText = (conditions: readonly Condition[]): string =>
  conditions
    .map(({ attribute, present }) => {
      const readable = readableAttribute(attribute);
      return present ? readable : vocabulary().negated(canonicalAttribute(attribute), readable);
    })
    .join(', ');
