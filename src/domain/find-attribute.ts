/** Finds attributes by names that people write: in any spelling, or nearly right. */
import { excerpt, excerptOfList } from '../text/excerpt';
import { t } from '../text/translate';
import { UserError } from '../util/errors';
import { attributeKey, DEFAULT_ATTRIBUTES } from './attributes';

/** Most names that are offered in place of an unknown one. */
const MOST_OFFERED = 3;
/** Share of a name's letters that may differ from an offered one. */
const MOST_DIFFERENT = 0.4;
/** Fewest letters of a word of a name that is compared alone. */
const LEAST_WORD = 3;

/** What finds the attribute of a name in any spelling: 'wearing hat', `Wearing-Hat`. */
export function attributeFinder(known: readonly string[]): (name: string) => string | undefined {
  const names = new Set(known);
  const byKey = new Map(known.map((name) => [attributeKey(name), name] as const).reverse());
  return (name) => {
    const key = attributeKey(name);
    return names.has(name) ? name : key === '' ? undefined : byKey.get(key);
  };
}

/** Says which names are most alike to an unknown one, and which are known. */
export function knownAttributesText(name: string, known: readonly string[]): string {
  const near = nearestAttributes(name, known).map((each) => `'${excerpt(each)}'`);
  const offered = near.length === 0 ? '' : t(' (did you mean {0}?)', near.join(t(' or ')));
  return t("'{0}'{1}; known are: {2}", excerpt(name), offered, excerptOfList(known));
}

/** Known names that are nearly the same, the nearest first. */
function nearestAttributes(name: string, known: readonly string[]): string[] {
  const key = attributeKey(name);
  return known
    .map((each) => ({ each, distance: distanceOf(key, each) }))
    .filter(({ distance }) => distance <= MOST_DIFFERENT)
    .sort((a, b) => a.distance - b.distance)
    .slice(0, MOST_OFFERED)
    .map(({ each }) => each);
}

/** How different a key is from a name, or from a word in it, in [0, 1]. */
function distanceOf(key: string, name: string): number {
  const words = name.split(/[^\p{L}\p{N}]+/u).map((word) => attributeKey(word));
  const compared = [attributeKey(name), ...words.filter(({ length }) => length >= LEAST_WORD)];
  const shares = compared.map(
    (each) => editDistance(key, each) / Math.max(1, key.length, each.length),
  );
  return Math.min(...shares);
}

/** Letters that are added, left out or replaced (Levenshtein). */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 0; i < a.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++)
      next.push(Math.min(next[j]! + 1, row[j + 1]! + 1, row[j]! + (a[i] === b[j] ? 0 : 1)));
    row = next;
  }
  return row[b.length]!;
}

/**
 * The attributes by which faces are compared. If the default ones are wanted but the model lacks
 * some, they are those of the default that it has, or else all attributes of the model; `notice`
 * then explains it to the user.
 * @param wanted in any spelling.
 * @returns their names, and their indices in `known`.
 * @throws UserError naming an unknown attribute, and the nearest known ones.
 */
export function chosenAttributes(
  wanted: readonly string[],
  known: readonly string[],
): { attributes: string[]; columns: number[]; notice: string | undefined } {
  const find = attributeFinder(known);
  let attributes = [...new Set(wanted.map((name) => find(name) ?? name))];
  let notice: string | undefined;
  const isDefault =
    attributes.length === DEFAULT_ATTRIBUTES.length &&
    attributes.every((name) => DEFAULT_ATTRIBUTES.includes(name));
  if (isDefault && !attributes.every((name) => known.includes(name))) {
    const shared = attributes.filter((name) => known.includes(name));
    attributes = shared.length > 0 ? shared : [...known];
    notice =
      shared.length > 0
        ? t('some of the default attributes are missing: faces are compared by the others')
        : t('the default attributes are missing: faces are compared by all attributes there are');
  }
  return { attributes, columns: attributes.map((name) => indexOf(name, known)), notice };
}

function indexOf(name: string, known: readonly string[]): number {
  const index = known.indexOf(name);
  if (index >= 0) return index;
  throw new UserError(t('unknown attribute {0}', knownAttributesText(name, known)));
}
