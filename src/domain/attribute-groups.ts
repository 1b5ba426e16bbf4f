/** What the attributes of CelebA are about, for lists of them. */
import { t } from '../text/translate';
import { attributeKey } from './attributes';

const GROUPS = {
  Hair: ['Bald', 'Bangs', 'Black_Hair', 'Blond_Hair', 'Brown_Hair', 'Gray_Hair', 'Receding_Hairline', 'Straight_Hair', 'Wavy_Hair'],
  Beard: ['5_o_Clock_Shadow', 'Goatee', 'Mustache', 'No_Beard', 'Sideburns'],
  Eyes: ['Arched_Eyebrows', 'Bags_Under_Eyes', 'Bushy_Eyebrows', 'Narrow_Eyes'],
  Mouth: ['Big_Lips', 'Mouth_Slightly_Open', 'Smiling'],
  Accessories: ['Eyeglasses', 'Wearing_Earrings', 'Wearing_Hat', 'Wearing_Necklace', 'Wearing_Necktie'],
  'Make-up': ['Heavy_Makeup', 'Rosy_Cheeks', 'Wearing_Lipstick'],
  'Person and shape': ['Big_Nose', 'Chubby', 'Double_Chin', 'High_Cheekbones', 'Male', 'Oval_Face', 'Pale_Skin', 'Pointy_Nose', 'Young'],
  Impression: ['Attractive', 'Blurry'],
} as const satisfies Readonly<Record<string, readonly string[]>>; // prettier-ignore

type Group = keyof typeof GROUPS | 'Attributes';

const GROUP_OF = new Map(
  Object.entries(GROUPS).flatMap(([group, names]) =>
    names.map((name) => [attributeKey(name), group as Group] as const),
  ),
);

/** Attributes by what they are about, in the order of the groups; unknown ones come last. */
export function groupedAttributes(
  names: readonly string[],
): { group: string; attributes: string[] }[] {
  const groups = new Map<Group, string[]>(
    Object.keys(GROUPS).map((group) => [group as Group, []] as const),
  );
  groups.set('Attributes', []);
  for (const name of names)
    groups.get(GROUP_OF.get(attributeKey(name)) ?? 'Attributes')!.push(name);
  return [...groups]
    .map(([group, attributes]) => ({ group: t(group), attributes }))
    .filter(({ attributes }) => attributes.length > 0);
}
