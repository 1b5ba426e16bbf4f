/** Checks names of attributes, wherever they come from. */
import { excerpt, hasHidden } from '../text/excerpt';
import { UserError } from '../util/errors';

/** Characters of a name, at most: names appear in tables, charts and menus. */
const MAX_NAME_LENGTH = 200;

/** @throws UserError naming the first name that cannot be used, and why. */
export function checkNames(names: readonly string[], source: string): void {
  const first = new Map<string, number>();
  for (const [i, name] of names.entries()) {
    const problem = nameProblem(name, first.get(name));
    if (problem !== undefined)
      throw new UserError(`${source} has as name ${i + 1} '${excerpt(name, 60)}': ${problem}`);
    first.set(name, i);
  }
}

/** @param before position of the same name. */
function nameProblem(name: string, before: number | undefined): string | undefined {
  if (before !== undefined)
    return `name ${before + 1} is the same; expected a different name for each output, which --names of the command wrap can give`;
  if (name.trim() === '') return 'expected a name, got an empty text';
  if (name.length > MAX_NAME_LENGTH)
    return `expected a name of at most ${MAX_NAME_LENGTH} characters`;
  if (hasHidden(name)) return 'expected a name without newlines and other control characters';
  return undefined;
}
