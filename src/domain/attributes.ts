/** Names of facial attributes, and their selection. */
import { forName } from '../text/neutralize';
import { language, translated } from '../text/translate';

/**
 * The 40 attributes of CelebA in the column order of its `list_attr_celeba.txt`
 * (Liu et al., 'Deep Learning Face Attributes in the Wild', ICCV 2015).
 */
export const CELEBA_ATTRIBUTES = [
  '5_o_Clock_Shadow', 'Arched_Eyebrows', 'Attractive', 'Bags_Under_Eyes', 'Bald', 'Bangs', 'Big_Lips', 'Big_Nose',
  'Black_Hair', 'Blond_Hair', 'Blurry', 'Brown_Hair', 'Bushy_Eyebrows', 'Chubby', 'Double_Chin', 'Eyeglasses',
  'Goatee', 'Gray_Hair', 'Heavy_Makeup', 'High_Cheekbones', 'Male', 'Mouth_Slightly_Open', 'Mustache', 'Narrow_Eyes',
  'No_Beard', 'Oval_Face', 'Pale_Skin', 'Pointy_Nose', 'Receding_Hairline', 'Rosy_Cheeks', 'Sideburns', 'Smiling',
  'Straight_Hair', 'Wavy_Hair', 'Wearing_Earrings', 'Wearing_Hat', 'Wearing_Lipstick', 'Wearing_Necklace',
  'Wearing_Necktie', 'Young',
] as const; // prettier-ignore

/** Attributes that the original work leaves out: a matter of taste, and properties of the photo. */
export const DROPPED_ATTRIBUTES: readonly string[] = ['Attractive', 'Pale_Skin', 'Blurry'];

/** The ten attributes by which the original work clusters. */
export const DEFAULT_ATTRIBUTES: readonly string[] = [
  'Wearing_Lipstick',
  'Smiling',
  'No_Beard',
  'Heavy_Makeup',
  'Bald',
  'Male',
  'Young',
  'Eyeglasses',
  'Blond_Hair',
  'Wearing_Hat',
];

/** `Wearing_Hat` → `Wearing Hat`, neutralized: names come from network files and tables. */
export const plainAttribute = (name: string): string => forName(name).replaceAll('_', ' ');

/** The same in the language that is spoken, for attributes of CelebA in any spelling. */
export function readableAttribute(name: string): string {
  const plain = plainAttribute(name);
  if (!isKnownAttribute(name)) return plain;
  const translation = translated(plainAttribute(canonicalAttribute(name)));
  return language() === 'en' ? plain : translation;
}

/** What is the same in all spellings of a name: `Wearing_Hat`, 'wearing hat', `WearingHat`. */
export function attributeKey(name: string): string {
  const key = name.toLowerCase().replaceAll(/[^\p{L}\p{N}\p{C}]/gu, '');
  return key === '' ? name.trim() : (BRITISH.get(key) ?? key);
}

/** Keys of British spellings. */
const BRITISH = new Map([
  ['greyhair', 'grayhair'],
  ['moustache', 'mustache'],
]);

const CELEBA_NAMES = new Map(CELEBA_ATTRIBUTES.map((name) => [attributeKey(name), name]));

/** Whether it is an attribute of CelebA, in any spelling. */
export const isKnownAttribute = (name: string): boolean => CELEBA_NAMES.has(attributeKey(name));

/** CelebA's spelling of one of its attributes; other names stay as they are. */
export const canonicalAttribute = (name: string): string =>
  CELEBA_NAMES.get(attributeKey(name)) ?? name;

/**
 * The attributes of `names` that `known` has, too, in any spelling.
 * @returns pairs of indices in `names` and in `known`.
 */
export function sharedAttributes(
  names: readonly string[],
  known: readonly string[],
): { name: string; index: number; other: number }[] {
  const exact = new Map(known.map((name, i) => [name, i] as const).reverse());
  const byKey = new Map(known.map((name, i) => [attributeKey(name), i] as const).reverse());
  return names.flatMap((name, index) => {
    const other =
      exact.get(name) ?? (attributeKey(name) === '' ? undefined : byKey.get(attributeKey(name)));
    return other === undefined ? [] : [{ name, index, other }];
  });
}

/**
 * Names of the outputs of a model without metadata, by their number: CelebA's 40 attributes, or the
 * 37 of the original work.
 * @throws RangeError for another number.
 */
export function attributeNames(outputs: number): string[] {
  if (outputs === CELEBA_ATTRIBUTES.length) return [...CELEBA_ATTRIBUTES];
  const kept = CELEBA_ATTRIBUTES.filter((name) => !DROPPED_ATTRIBUTES.includes(name));
  if (outputs === kept.length) return kept;
  throw new RangeError(
    `expected a model with ${String(CELEBA_ATTRIBUTES.length)} outputs (the attributes of CelebA) or ${String(kept.length)} ` +
      `(without ${DROPPED_ATTRIBUTES.join(', ')}), or a file whose metadata name its outputs; got ${String(outputs)}`,
  );
}
