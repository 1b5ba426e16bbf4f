/**
 * How attributes read in the name of a cluster: the only table to translate. Attributes that are a
 * matter of taste (Attractive, Big_Nose, Chubby, …) or of the photo (Blurry) name no cluster.
 */
import { attributeKey } from './attributes';

/** What the faces of a cluster are called, by `Male`. */
export const NOUNS = {
  present: 'men',
  absent: 'women',
  mixed: 'people',
  unknown: 'faces',
} as const;

/** Words of an attribute before the noun (`serious men`) or after it (`men with glasses`). */
interface Phrase {
  place: 'before' | 'with';
  /** Where almost all faces have it; undefined where that is not worth a word. */
  present?: string;
  /** Where hardly any face has it. */
  absent?: string;
  /** Nouns beside which the absence goes without saying. */
  absentImpliedBy?: keyof typeof NOUNS;
}

const before = (present?: string, absent?: string): Phrase => ({
  place: 'before',
  ...(present === undefined ? {} : { present }),
  ...(absent === undefined ? {} : { absent }),
});
const withWords = (present: string, absent?: string): Phrase => ({
  place: 'with',
  present,
  ...(absent === undefined ? {} : { absent }),
});

/** In the order in which they stand before a noun. */
export const PHRASES: Readonly<Record<string, Phrase>> = {
  Smiling: before('smiling', 'serious'),
  Young: before('young', 'older'),
  Bald: before('bald'),
  No_Beard: before(undefined, 'bearded'),
  Blond_Hair: before('blond'),
  Black_Hair: before('black-haired'),
  Brown_Hair: before('brown-haired'),
  Gray_Hair: before('gray-haired'),
  Eyeglasses: withWords('glasses', 'glasses'),
  Wearing_Hat: withWords('hats', 'hats'),
  Wearing_Lipstick: { ...withWords('lipstick', 'lipstick'), absentImpliedBy: 'present' },
  Heavy_Makeup: { ...withWords('make-up', 'make-up'), absentImpliedBy: 'present' },
  Wearing_Earrings: withWords('earrings'),
  Wearing_Necklace: withWords('necklaces'),
  Wearing_Necktie: withWords('neckties'),
  Bangs: withWords('bangs'),
  Wavy_Hair: withWords('wavy hair'),
  Straight_Hair: withWords('straight hair'),
  Receding_Hairline: withWords('receding hairlines'),
  Mustache: withWords('mustaches'),
  Goatee: withWords('goatees'),
  Sideburns: withWords('sideburns'),
};

const BY_KEY = new Map(
  Object.entries(PHRASES).map(([name, phrase]) => [attributeKey(name), phrase]),
);

/** The phrase of an attribute, in any spelling; undefined for one that names no cluster. */
export const phraseOf = (name: string): Phrase | undefined => BY_KEY.get(attributeKey(name));

const ORDER = [...BY_KEY.keys()];

/** Place of an attribute's phrase in the table. */
export const phraseOrder = (name: string): number => ORDER.indexOf(attributeKey(name));

/** Joins the parts of a name: `Smiling, blond women with glasses and hats without make-up`. */
export function joinPhrases(
  adjectives: readonly string[],
  noun: string,
  present: readonly string[],
  absent: readonly string[],
): string {
  const list = (words: readonly string[]) =>
    words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)!}`;
  const parts = [adjectives.join(', '), noun];
  if (present.length > 0) parts.push(`with ${list(present)}`);
  if (absent.length > 0) parts.push(`${present.length > 0 ? 'and ' : ''}without ${list(absent)}`);
  return parts.filter((part) => part !== '').join(' ');
}
