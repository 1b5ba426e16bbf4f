/** Checks names of attributes, wherever they come from. */
import { excerpt, hasHidden } from '../text/excerpt';
import { t } from '../text/translate';
import { UserError } from '../util/errors';

/** Characters of a name, at most: names appear in tables, charts and menus. */
const MAX_NAME_LENGTH = 200;

/** @throws UserError naming the first name that cannot be used, and why. */
export function checkNames(names: readonly string[], source: string): void {
  const first = new Map<string, number>();
  for (const [i, name] of names.entries()) {
    const problem = nameProblem(name, first.get(name));
    if (problem !== undefined)
      throw new UserError(
        t("{0} has as name {1} '{2}': {3}", source, i + 1, excerpt(name, 60), problem),
      );
    first.set(name, i);
  }
}

/** @param before position of the same name. */
function nameProblem(name: string, before: number | undefined): string | undefined {
  if (before !== undefined)
    return t(
      'name {0} is the same; expected a different name for each output, which --names of the command wrap can give',
      before + 1,
    );
  if (name.trim() === '') return t('expected a name, got an empty text');
  if (name.length > MAX_NAME_LENGTH)
    return t('expected a name of at most {0} characters', MAX_NAME_LENGTH);
  if (hasHidden(name)) return t('expected a name without newlines and other control characters');
  return undefined;
}
