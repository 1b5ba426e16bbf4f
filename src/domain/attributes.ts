/** Names of the facial attributes and the sets of them that matter here. */
import { forName } from '../text/neutralize';
import { UserError } from '../util/errors';

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

/**
 * Three attributes the original work leaves out: a judgement of taste and two properties of the
 * photo.
 */
export const DROPPED_ATTRIBUTES: readonly string[] = ['Attractive', 'Pale_Skin', 'Blurry'];

/** The ten attributes the original work clusters by. */
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

/**
 * `Wearing_Hat` → `Wearing Hat`, for people to read: networks and tables may call attributes
 * anything.
 */
export function readableAttribute(name: string): string {
  return forName(name).replaceAll('_', ' ');
}

/**
 * Names of a model's outputs, told by their number: CelebA's 40, or the 37 of the original work.
 * @throws RangeError where the number is neither.
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

/**
 * The attributes faces are compared by: those that are wanted, or, where the default is wanted of a
 * model that has other ones, what it has of them, or all of its own.
 * @returns their names and positions among `known`, and what the user should know.
 * @throws UserError naming what is unknown and the nearest known name.
 */
export function chosenAttributes(
  wanted: readonly string[],
  known: readonly string[],
): { attributes: string[]; columns: number[]; notice: string | undefined } {
  let attributes = [...new Set(wanted)];
  let notice: string | undefined;
  const isDefault =
    attributes.length === DEFAULT_ATTRIBUTES.length &&
    attributes.every((name) => DEFAULT_ATTRIBUTES.includes(name));
  if (isDefault && !attributes.every((name) => known.includes(name))) {
    const shared = attributes.filter((name) => known.includes(name));
    attributes = shared.length > 0 ? shared : [...known];
    notice = `the model has other attributes than the default ones: faces are compared by ${shared.length > 0 ? 'those it has of them' : 'all of its own'}`;
  }
  return { attributes, columns: attributeIndices(attributes, known), notice };
}

/**
 * Positions of `wanted` among `known`.
 * @throws UserError naming what is unknown and the nearest known name.
 */
function attributeIndices(wanted: readonly string[], known: readonly string[]): number[] {
  return wanted.map((name) => {
    const index = known.indexOf(name);
    if (index >= 0) return index;
    throw new UserError(
      `unknown attribute '${name}'${suggestion(name, known)}; known are: ${known.join(', ')}`,
    );
  });
}

function suggestion(name: string, known: readonly string[]): string {
  const plain = (text: string) => text.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
  const match = known.find(
    (candidate) => plain(candidate) === plain(name) || plain(candidate).includes(plain(name)),
  );
  return match === undefined ? '' : ` (did you mean '${match}'?)`;
}
