/** Questions in words: 'glasses, not smiling', 'bearded men without hats'. */
import { NOUNS, PHRASES } from '../domain/attribute-phrases';
import { attributeKey, readableAttribute } from '../domain/attributes';
import type { Condition } from '../domain/question';

export interface ParsedQuestion {
  conditions: Condition[];
  /** Words that name no attribute. */
  unknown: string[];
}

const NEGATIONS = new Set(['not', 'no', 'without', 'non', 'except']);
/** Words that mean nothing in a question. */
const FILLERS = new Set(['with', 'and', 'who', 'have', 'has', 'are', 'is', 'the', 'a', 'all', 'in', 'wearing', 'wear', 'people', 'faces', 'persons', 'but', 'or', 'hair']); // prettier-ignore

/** Further words for attributes of CelebA. */
const SYNONYMS: Readonly<Record<string, Condition>> = {
  spectacles: { attribute: 'Eyeglasses', present: true },
  man: { attribute: 'Male', present: true },
  male: { attribute: 'Male', present: true },
  woman: { attribute: 'Male', present: false },
  female: { attribute: 'Male', present: false },
  beard: { attribute: 'No_Beard', present: false },
  beards: { attribute: 'No_Beard', present: false },
  shaved: { attribute: 'No_Beard', present: true },
  old: { attribute: 'Young', present: false },
  blonde: { attribute: 'Blond_Hair', present: true },
  makeup: { attribute: 'Heavy_Makeup', present: true },
  'open mouth': { attribute: 'Mouth_Slightly_Open', present: true },
  'open mouths': { attribute: 'Mouth_Slightly_Open', present: true },
  tie: { attribute: 'Wearing_Necktie', present: true },
};

/** Understands words and names of attributes, in any order; most words may be in the plural. */
export function parseQuestion(text: string, attributes: readonly string[]): ParsedQuestion {
  const words = dictionary(attributes);
  const longest = Math.max(1, ...[...words.keys()].map((key) => key.split(' ').length));
  const tokens = text.toLowerCase().match(/[\p{L}\p{N}'_-]+|,/gu) ?? [];
  const conditions = new Map<string, boolean>();
  const unknown: string[] = [];
  let isNegated = false;
  for (let at = 0; at < tokens.length;) {
    const token = tokens[at]!;
    if (token === ',' || token === 'with' || token === 'but') isNegated = false;
    if (NEGATIONS.has(token) && !isName(words, tokens, at, longest)) {
      isNegated = true;
      at += 1;
      continue;
    }
    const found = longestMatch(words, tokens, at, longest);
    if (found !== undefined) {
      const { attribute, present } = found.condition;
      conditions.set(attribute, present !== isNegated);
      at += found.length;
      continue;
    }
    if (token !== ',' && !FILLERS.has(token)) unknown.push(token);
    at += 1;
  }
  const list = [...conditions].map(([attribute, present]) => ({ attribute, present }));
  return { conditions: list, unknown };
}

/** Whether a negation is the beginning of a name, such as 'No Beard'. */
const isName = (
  words: ReadonlyMap<string, Condition>,
  tokens: readonly string[],
  at: number,
  longest: number,
) => (longestMatch(words, tokens, at, longest)?.length ?? 0) > 1;

function longestMatch(
  words: ReadonlyMap<string, Condition>,
  tokens: readonly string[],
  at: number,
  longest: number,
): { condition: Condition; length: number } | undefined {
  for (let length = longest; length > 0; length--) {
    const text = tokens.slice(at, at + length).join(' ');
    const condition = words.get(text) ?? words.get(singular(text)) ?? words.get(`${text}s`);
    if (condition !== undefined) return { condition, length };
  }
  return undefined;
}

const singular = (text: string) => text.replace(/s$/, '');

/** The conditions that words stand for, for the attributes that a network has. */
function dictionary(attributes: readonly string[]): Map<string, Condition> {
  const byKey = new Map(attributes.map((name) => [attributeKey(name), name] as const));
  const words = new Map<string, Condition>();
  const add = (word: string | undefined, attribute: string, present: boolean) => {
    const own = byKey.get(attributeKey(attribute));
    if (word !== undefined && own !== undefined)
      words.set(word.toLowerCase(), { attribute: own, present });
  };
  for (const [attribute, { present, absent, place }] of Object.entries(PHRASES)) {
    if (place === 'before') add(absent, attribute, false);
    add(present, attribute, true);
  }
  add(NOUNS.present, 'Male', true);
  add(NOUNS.absent, 'Male', false);
  for (const [word, { attribute, present }] of Object.entries(SYNONYMS))
    add(word, attribute, present);
  for (const name of attributes) {
    const readable = readableAttribute(name).toLowerCase();
    add(readable, name, true);
    add(readable.replace(/^wearing /, ''), name, true);
    add(name, name, true);
  }
  return words;
}

/** `Eyeglasses, not Smiling`. */
export const questionText = (conditions: readonly Condition[]): string =>
  conditions
    .map(({ attribute, present }) => `${present ? '' : 'not '}${readableAttribute(attribute)}`)
    .join(', ');
